"""Checks: the catalog has what the matrix declares, and nothing more.

What differs is named. These are the net under the checks that try.
"""

from collections.abc import Iterable

from psycopg import Connection

from tests.policies.cells import COLUMNS, GRANTS, VIEWS, function
from tests.policies.check import Checks
from tests.policies.facts import split
from tests.policies.idempotency import KEYS
from tests.policies.matrix import FUNCTIONS, POLICIES, RESTRICTIONS, SCHEMAS
from tests.policies.policies import TABLES, UNESTIMATED
from tests.policies.roles import roles
from tests.policies.step import execute
from tests.policies.table import all_lines, lines
from tests.policies.tables import FACTS

CHECKS = Checks()

_OURS = "('public'::regnamespace, 'session_api'::regnamespace)"
# whoever owns a thing needs no grant
_GRANTEE = "case when grantee = 0 then 'public' else grantee::regrole::text end"


def _same(what: str, catalog: Iterable[object], declared: Iterable[object]) -> None:
    there, said = set(catalog), set(declared)
    only_there = sorted(map(str, there - said))
    only_said = sorted(map(str, said - there))
    assert there == said, f"{what}: only in the catalog {only_there}; only declared {only_said}"


@CHECKS.about(is_behaviour=False)
def relations_and_types(db: Connection) -> None:
    query = f"""
        select relname, relkind::text from pg_catalog.pg_class
        where relnamespace in {_OURS} and relkind not in ('i', 'I', 't')
        union all
        select typname, typtype::text from pg_catalog.pg_type
        where typnamespace in {_OURS} and typtype not in ('c', 'b')"""
    declared = [(name, "v" if name in VIEWS else "r") for name in COLUMNS]
    _same("relations", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def columns(db: Connection) -> None:
    query = f"""
        select relname, attname, attnotnull, atthasdef
        from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
        where relnamespace in {_OURS} and relkind in ('r', 'v')
        and attnum > 0 and not attisdropped"""
    _same(
        "columns (not null, default)",
        execute(db, query),
        [
            (
                name,
                column,
                name not in VIEWS and column not in FACTS[name].nullable,
                column in FACTS[name].defaults
                or (column == "id" and name not in {*VIEWS, "user_profiles"}),
            )
            for name, names in COLUMNS.items()
            for column in names
        ],
    )


@CHECKS.about(is_behaviour=False)
def grants(db: Connection) -> None:
    query = f"""
        select relname, lower(privilege_type), null, {_GRANTEE}, is_grantable
        from pg_catalog.pg_class cross join aclexplode(relacl)
        where relnamespace in {_OURS} and grantee <> relowner
        union all
        select relname, lower(privilege_type), attname, {_GRANTEE}, is_grantable
        from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
        cross join aclexplode(attacl)
        where relnamespace in {_OURS} and grantee <> relowner"""
    _same("grants", execute(db, query), [(*grant, False) for grant in GRANTS])


@CHECKS.about(is_behaviour=False)
def row_level_security(db: Connection) -> None:
    query = f"""
        select relname from pg_catalog.pg_class
        where relnamespace in {_OURS} and relkind = 'r' and relrowsecurity"""
    _same("row-level security", execute(db, query), [(table,) for table in TABLES])


@CHECKS.about(is_behaviour=False)
def policies(db: Connection) -> None:
    query = """
        select tablename, policyname, lower(cmd), lower(permissive), unnest(roles)::text
        from pg_catalog.pg_policies where schemaname in ('public', 'session_api')"""
    _same(
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
        + [
            (table, name, "select", "restrictive", "authenticated")
            for name in RESTRICTIONS.split()[:1]
            for table in UNESTIMATED
        ],
    )


@CHECKS.about(is_behaviour=False)
def functions(db: Connection) -> None:
    names = {"volatile": "v", "stable": "s", "immutable": "i"}
    query = f"""
        select oid::regprocedure::text, prosecdef, provolatile::text, proconfig::text, prokind::text
        from pg_catalog.pg_proc where pronamespace in {_OURS}"""
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
    _same("functions", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def every_creation_takes_a_key(db: Connection) -> None:
    """Wherever the API inserts for a client, what is sent again with its key creates nothing."""
    query = """
        select tgrelid::regclass::text from pg_catalog.pg_trigger
        where tgname = 'claim_idempotency_key' and tgenabled = 'O'"""
    created = {
        table for table, verb, _, role in GRANTS if (verb, role) == ("insert", "session_api")
    }
    _same(
        "keys",
        execute(db, query),
        [(table,) for table in created - {KEYS}],
    )


@CHECKS.about(is_behaviour=False)
def execution(db: Connection) -> None:
    query = f"""
        select pronamespace::regnamespace || '.' || proname, {_GRANTEE}, is_grantable
        from pg_catalog.pg_proc
        cross join aclexplode(coalesce(proacl, acldefault('f', proowner)))
        where pronamespace in {_OURS} and grantee <> proowner"""
    _same(
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
def schemas(db: Connection) -> None:
    query = f"""
        select nspname, {_GRANTEE}, lower(privilege_type), is_grantable
        from pg_catalog.pg_namespace cross join aclexplode(nspacl)
        where pg_namespace.oid in {_OURS} and grantee <> nspowner"""
    names = ("anon", "authenticated", "session_api", "service_role")
    _same(
        "schemas",
        # Postgres's own, on `public`
        {*execute(db, query)} - {("public", "public", "usage", False)},
        [
            (line.subject, role, line.verb, False)
            for line in all_lines(SCHEMAS)
            for role, outcome in zip(names, line.outcomes, strict=True)
            if outcome == "ALLOW"
        ],
    )


@CHECKS.about(is_behaviour=False)
def default_privileges_of_the_helpers_schema(db: Connection) -> None:
    query = """
        select defaclobjtype::text, defaclacl::text from pg_catalog.pg_default_acl
        where defaclnamespace = 'session_api'::regnamespace"""
    _same("default privileges", execute(db, query), [])


@CHECKS.about(is_behaviour=False)
def role_attributes(db: Connection) -> None:
    listed = ", ".join(f"'{name}'" for name in roles())
    query = f"""
        select rolname, concat_ws(' ',
          case when rolsuper then 'superuser' end, case when rolinherit then 'inherit' end,
          case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,
          case when rolcanlogin then 'login' end, case when rolreplication then 'replication' end,
          case when rolbypassrls then 'bypassrls' end,
          case when rolname = 'session_api' then array_to_string(rolconfig, ' ') end)
        from pg_catalog.pg_roles where rolname in ({listed})"""
    declared = [(name, attribute.strip("-")) for name, (attribute, _) in roles().items()]
    _same("roles", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def role_memberships(db: Connection) -> None:
    listed = ", ".join(f"'{name}'::regrole" for name in roles())
    query = f"""
        select member::regrole::text, roleid::regrole::text, admin_option,
               coalesce(to_jsonb(pg_auth_members) ->> 'inherit_option', 'false')
        from pg_catalog.pg_auth_members
        where (member in ({listed}) or roleid in ({listed}))
        -- the API's login role is no migration's: tests/database/test_login.py
        and member::regrole::text not in ('postgres', 'session_api_login')"""
    _same(
        "memberships",
        execute(db, query),
        [
            (name, other, False, "false")
            for name, (_, others) in roles().items()
            for other in others
        ],
    )


@CHECKS.about(is_behaviour=False)
def constraints(db: Connection) -> None:
    query = f"""
        select conname from pg_catalog.pg_constraint
        where connamespace in {_OURS} and contype not in ('n', 't') and convalidated
        union
        select indexrelid::regclass::text from pg_catalog.pg_index
        join pg_catalog.pg_class on pg_class.oid = indrelid
        where relnamespace in {_OURS} and indisunique and indisvalid"""
    _same(
        "constraints and unique indexes",
        [name for (name,) in execute(db, query)],
        [
            *(
                row[0]
                for it in FACTS.values()
                for text in (it.values, it.foreign_keys, it.unique)
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
        from pg_catalog.pg_constraint where connamespace in {_OURS} and contype = 'f'"""
    declared = [
        (name, deletion, True)
        for it in FACTS.values()
        for name, _, _, deletion in split(it.foreign_keys)
    ]
    _same("foreign keys (on delete, has an index)", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def triggers(db: Connection) -> None:
    query = f"""
        select relname, tgname, tgenabled::text
        from pg_catalog.pg_trigger join pg_catalog.pg_class on pg_class.oid = tgrelid
        where relnamespace in {_OURS} and not tgisinternal
        union all
        select relname, rulename, ev_enabled::text
        from pg_catalog.pg_rewrite join pg_catalog.pg_class on pg_class.oid = ev_class
        where relnamespace in {_OURS} and rulename <> '_RETURN'"""
    declared = [(name, trigger, "O") for name, it in FACTS.items() for trigger in it.triggers]
    _same("triggers and rules", execute(db, query), declared)


@CHECKS.about(is_behaviour=False)
def views(db: Connection) -> None:
    query = f"""
        select relname, reloptions::text from pg_catalog.pg_class
        where relnamespace in {_OURS} and relkind = 'v'"""
    _same("views", execute(db, query), [(it, "{security_invoker=true}") for it in VIEWS])
