"""Checks: the catalog has what the matrix declares, and nothing more.

What differs is named. These are the net under the checks that try.
"""

from psycopg import Connection

from tests.policies.catalog import GRANTEE, OURS, same
from tests.policies.cells import COLUMNS, GRANTS, KEYS, TRIGGERS, VIEWS, function
from tests.policies.check import Checks
from tests.policies.conventions import KEY_OF_OWNER
from tests.policies.declared import TABLE_COLUMNS, Column
from tests.policies.facts import split
from tests.policies.matrix import FUNCTIONS, POLICIES, RESTRICTION
from tests.policies.policies import TABLES, UNESTIMATED
from tests.policies.step import execute
from tests.policies.table import lines
from tests.policies.tables import FACTS

CHECKS = Checks()


@CHECKS.about(is_behaviour=False)
def relations_and_types(db: Connection) -> None:
    query = f"""
        select relname, relkind::text from pg_catalog.pg_class
        where relnamespace in {OURS} and relkind not in ('i', 'I', 't')
        union all
        select typname, typtype::text from pg_catalog.pg_type
        where typnamespace in {OURS} and typtype not in ('c', 'b')"""
    declared = [(name, "v" if name in VIEWS else "r") for name in COLUMNS]
    same("relations", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def columns(db: Connection) -> None:
    query = f"""
        select relname, attname, attnotnull, atthasdef
        from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
        where relnamespace in {OURS} and relkind in ('r', 'v')
        and attnum > 0 and not attisdropped"""
    same(
        "columns (not null, default)",
        execute(db, query),
        [
            (
                name,
                column,
                name not in VIEWS and not said.is_nullable,
                name not in VIEWS and said.default is not None,
            )
            for name, names in COLUMNS.items()
            for column in names
            for said in [TABLE_COLUMNS[name].get(column, Column(False, None))]
        ],
    )


@CHECKS.about(is_behaviour=False)
def grants(db: Connection) -> None:
    query = f"""
        select relname, lower(privilege_type), null, {GRANTEE}, is_grantable
        from pg_catalog.pg_class cross join aclexplode(relacl)
        where relnamespace in {OURS} and grantee <> relowner
        union all
        select relname, lower(privilege_type), attname, {GRANTEE}, is_grantable
        from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
        cross join aclexplode(attacl)
        where relnamespace in {OURS} and grantee <> relowner"""
    same("grants", execute(db, query), [(*grant, False) for grant in GRANTS])


@CHECKS.about(is_behaviour=False)
def row_level_security(db: Connection) -> None:
    query = f"""
        select relname from pg_catalog.pg_class
        where relnamespace in {OURS} and relkind = 'r' and relrowsecurity"""
    same("row-level security", execute(db, query), [(table,) for table in TABLES])


@CHECKS.about(is_behaviour=False)
def policies(db: Connection) -> None:
    query = """
        select tablename, policyname, lower(cmd), lower(permissive), unnest(roles)::text
        from pg_catalog.pg_policies where schemaname in ('public', 'session_api')"""
    same(
        "policies",
        execute(db, query),
        [
            (line.subject, line.words[0], line.verb, "permissive", role)
            for line in lines(POLICIES)
            for role, outcomes in (
                ("authenticated", line.outcomes[1:5]),
                ("session_api", line.outcomes[5:]),
            )
            if "ALLOW" in outcomes
        ]
        + [(table, RESTRICTION, "select", "restrictive", "authenticated") for table in UNESTIMATED],
    )


@CHECKS.about(is_behaviour=False)
def functions(db: Connection) -> None:
    names = {"volatile": "v", "stable": "s", "immutable": "i"}
    query = f"""
        select oid::regprocedure::text, prosecdef, provolatile::text, proconfig::text, prokind::text
        from pg_catalog.pg_proc where pronamespace in {OURS}"""
    declared = []
    for line in lines(FUNCTIONS):
        signature, _, words = line.subject.partition("  ")
        security, volatility = words.split()
        declared.append(
            (
                signature.removeprefix("public.").replace(", ", ","),
                security == "definer",
                names[volatility],
                '{"search_path=pg_catalog, pg_temp"}',
                "f",
            )
        )
    same("functions", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def every_creation_takes_a_key(db: Connection) -> None:
    """Wherever the API inserts for a client, a request repeated with its key creates nothing.

    Triggers run in the order of their names. One before `claim_idempotency_key` would see, and
    could refuse, a repeated row.
    """
    query = """
        select tgrelid::regclass::text from pg_catalog.pg_trigger as one
        where tgname in ('claim_idempotency_key', 'erase_answers') and tgenabled = 'O'
        and not exists (
          select from pg_catalog.pg_trigger as other
          where other.tgrelid = one.tgrelid and other.tgname < 'claim_idempotency_key'
          and not other.tgisinternal and other.tgtype & 7 = 7 -- for each row, before, insert
        )
        group by tgrelid having count(*) = 2"""
    created = {
        table for table, verb, _, role in GRANTS if (verb, role) == ("insert", "session_api")
    }
    same(
        "keys",
        execute(db, query),
        [(table,) for table in created - {KEYS}],
    )


@CHECKS.about(is_behaviour=False)
def execution(db: Connection) -> None:
    query = f"""
        select pronamespace::regnamespace || '.' || proname, {GRANTEE}, is_grantable
        from pg_catalog.pg_proc
        cross join aclexplode(coalesce(proacl, acldefault('f', proowner)))
        where pronamespace in {OURS} and grantee <> proowner"""
    same(
        "execute",
        execute(db, query),
        [
            (function(line.subject), role, False)
            for line in lines(FUNCTIONS)
            for role, outcomes in (
                ("anon", line.outcomes[:1]),
                ("authenticated", line.outcomes[1:5]),
                ("session_api", line.outcomes[5:9]),
                ("service_role", line.outcomes[9:]),
            )
            if set(outcomes) != {"DENY"}
        ],
    )


@CHECKS.about(is_behaviour=False)
def constraints(db: Connection) -> None:
    query = f"""
        select conname from pg_catalog.pg_constraint
        where connamespace in {OURS} and contype not in ('n', 't') and convalidated
        union
        select indexrelid::regclass::text from pg_catalog.pg_index
        join pg_catalog.pg_class on pg_class.oid = indrelid
        where relnamespace in {OURS} and indisunique and indisvalid"""
    same(
        "constraints and unique indexes",
        [name for (name,) in execute(db, query) if not KEY_OF_OWNER.fullmatch(name)],
        [
            *(
                row[0]
                for it in FACTS.values()
                for text in (it.values, it.foreign_keys or "", it.unique)
                for row in split(text)
            ),
            *(name for it in FACTS.values() for name in it.other_constraints),
            *(f"{table}_pkey" for table in TABLES),
        ],
    )


@CHECKS.about(is_behaviour=False)
def foreign_keys(db: Connection) -> None:
    """Each with its `on delete`, and an index that begins with its columns."""
    query = f"""
        select conname,
               lower(substring(pg_get_constraintdef(oid) from 'ON DELETE (.*)$')),
               exists (
                 select from pg_catalog.pg_index
                 where indrelid = conrelid and indpred is null
                   and (indkey::int2[])[0:cardinality(conkey) - 1] operator(pg_catalog.@>) conkey
               )
        from pg_catalog.pg_constraint where connamespace in {OURS} and contype = 'f'"""
    declared = [
        (name, deletion, True)
        for it in FACTS.values()
        for name, _, _, deletion in split(it.foreign_keys or "")
    ]
    same("foreign keys (on delete, has an index)", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def triggers(db: Connection) -> None:
    query = f"""
        select relname, tgname, tgenabled::text
        from pg_catalog.pg_trigger join pg_catalog.pg_class on pg_class.oid = tgrelid
        where relnamespace in {OURS} and not tgisinternal
        union all
        select relname, rulename, ev_enabled::text
        from pg_catalog.pg_rewrite join pg_catalog.pg_class on pg_class.oid = ev_class
        where relnamespace in {OURS} and rulename <> '_RETURN'"""
    declared = [(name, trigger, "O") for name, those in TRIGGERS.items() for trigger in those]
    same("triggers and rules", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def views(db: Connection) -> None:
    query = f"""
        select relname, reloptions::text from pg_catalog.pg_class
        where relnamespace in {OURS} and relkind = 'v'"""
    same("views", execute(db, query), [(it, "{security_invoker=true}") for it in VIEWS])
