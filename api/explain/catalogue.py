"""What the catalogue knows about one table, as far as it affects access to a row."""

from dataclasses import dataclass

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from api.explain.verdicts import ExplainError, Operation

LETTERS: dict[Operation, str] = {"select": "r", "insert": "a", "update": "w", "delete": "d"}


@dataclass(frozen=True)
class Relation:
    """A table or view."""

    oid: int
    schema: str
    name: str
    kind: str
    owner: str
    rls: bool
    forced: bool
    invoker: bool
    key: list[str]

    @property
    def title(self) -> str:
        """Its name for a person."""
        return f"{self.schema}.{self.name}"

    @property
    def is_view(self) -> bool:
        """Whether the policies are on other tables."""
        return self.kind in ("v", "m")


@dataclass(frozen=True)
class Column:
    """A column, and the role's privileges on it; nobody can give a fixed one a value."""

    name: str
    selects: bool
    inserts: bool
    updates: bool
    not_null: bool
    default: str | None
    is_fixed: bool = False


@dataclass(frozen=True)
class Policy:
    """A policy; `applies` says whether it applies to the role."""

    name: str
    permissive: bool
    command: str
    applies: bool
    using: str | None
    check: str | None

    def holds_for(self, operation: Operation) -> bool:
        """Whether Postgres evaluates it."""
        return self.applies and self.command in ("*", LETTERS[operation])


@dataclass(frozen=True)
class Constraint:
    """A constraint; `expression` is that of a check, `known` is whether old rows were validated."""

    name: str
    kind: str
    definition: str
    expression: str | None
    known: bool


@dataclass(frozen=True)
class Trigger:
    """A trigger of the project, and when it fires."""

    name: str
    function: str
    before: bool


def relation(connection: Connection, name: str) -> Relation:
    """Find the table with this name: exactly as written, or as SQL would parse it.

    Raises:
        ExplainError: there is none, or it is not a table.

    """
    schema, _, table = name.rpartition(".")
    row = connection.execute(
        """
        select oid from pg_catalog.pg_class
        where relname = %s and relnamespace = to_regnamespace(quote_ident(%s))
        """,
        [table, schema or "public"],
    ).fetchone()
    if row is None:
        with connection.transaction():
            connection.execute("set local search_path = public")
            try:
                row = connection.execute("select to_regclass(%s)::oid", [name]).fetchone()
            except psycopg.Error:  # three names, or none that SQL can read
                row = None
                raise psycopg.Rollback from None
    if row is None or row[0] is None:
        raise ExplainError(f"there is no table {name}")
    with connection.cursor(row_factory=class_row(Relation)) as cursor:
        found = cursor.execute(
            """
            select oid, relname as name,
                   (select nspname::text from pg_catalog.pg_namespace
                    where pg_namespace.oid = relnamespace) as schema,
                   relkind::text as kind, pg_get_userbyid(relowner)::text as owner,
                   relrowsecurity as rls, relforcerowsecurity as forced,
                   coalesce(reloptions @> '{security_invoker=true}'
                            or reloptions @> '{security_invoker=on}', false) as invoker,
                   array(select attname::text
                         from pg_catalog.pg_index
                         cross join unnest(indkey) with ordinality as place (attnum, position)
                         join pg_catalog.pg_attribute using (attnum)
                         where indrelid = pg_class.oid and attrelid = pg_class.oid and indisprimary
                         order by position) as key
            from pg_catalog.pg_class where oid = %s
            """,
            [row[0]],
        ).fetchone()
    if found is None or found.kind not in ("r", "p", "v", "m", "f"):
        raise ExplainError(f"{name} is no table or view")
    return found


def columns(connection: Connection, table: Relation, role: str) -> list[Column]:
    """Read the table's columns, with the role's privileges on each."""
    with connection.cursor(row_factory=class_row(Column)) as cursor:
        return cursor.execute(
            """
            select attname::text as name,
                   has_column_privilege(%(role)s, attrelid, attnum, 'select') as selects,
                   has_column_privilege(%(role)s, attrelid, attnum, 'insert') as inserts,
                   has_column_privilege(%(role)s, attrelid, attnum, 'update') as updates,
                   attnotnull as not_null,
                   attgenerated <> '' or attidentity = 'a' as is_fixed,
                   case when attidentity <> '' then 'identity' when attgenerated <> ''
                     then 'generated' else pg_get_expr(adbin, adrelid) end as default
            from pg_catalog.pg_attribute
            left join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
            where attrelid = %(table)s and attnum > 0 and not attisdropped
            order by attnum
            """,
            {"role": role, "table": table.oid},
        ).fetchall()


def policies(connection: Connection, table: Relation, role: str) -> list[Policy]:
    """Read the table's policies, permissive ones first, as Postgres evaluates them."""
    with connection.cursor(row_factory=class_row(Policy)) as cursor:
        return cursor.execute(
            """
            select polname::text as name, polpermissive as permissive, polcmd::text as command,
                   exists (
                     select from unnest(polroles) as named
                     where named = 0 or pg_has_role(%(role)s, named, 'usage')
                   ) as applies,
                   pg_get_expr(polqual, polrelid) as using,
                   pg_get_expr(polwithcheck, polrelid) as check
            from pg_catalog.pg_policy where polrelid = %(table)s
            order by polpermissive desc, polname
            """,
            {"role": role, "table": table.oid},
        ).fetchall()


def constraints(connection: Connection, table: Relation) -> list[Constraint]:
    """Read the constraints that a written row must satisfy, except not-null ones."""
    with connection.cursor(row_factory=class_row(Constraint)) as cursor:
        return cursor.execute(
            """
            select conname::text as name, contype::text as kind, pg_get_constraintdef(oid)
                   as definition, pg_get_expr(conbin, conrelid) as expression, convalidated as known
            from pg_catalog.pg_constraint
            where conrelid = %s and contype in ('c', 'f', 'p', 'u', 'x')
            union all
            select relname::text, 'u', pg_get_indexdef(indexrelid), null, true
            from pg_catalog.pg_index
            join pg_catalog.pg_class on pg_class.oid = indexrelid
            where indrelid = %s and indisunique
              and not exists (select from pg_catalog.pg_constraint where conindid = indexrelid)
            order by 2, 1
            """,
            [table.oid, table.oid],
        ).fetchall()


def triggers(connection: Connection, table: Relation, operation: Operation) -> list[Trigger]:
    """Read the triggers that the operation fires, in order."""
    bit = {"insert": 4, "delete": 8, "update": 16, "select": 0}[operation]
    with connection.cursor(row_factory=class_row(Trigger)) as cursor:
        return cursor.execute(
            """
            select tgname::text as name, tgfoid::regprocedure::text as function,
                   tgtype & 2 <> 0 as before
            from pg_catalog.pg_trigger
            where tgrelid = %s and not tgisinternal and tgenabled in ('O', 'A')
              and tgtype & %s <> 0
            order by tgtype & 2 = 0, tgname
            """,
            [table.oid, bit],
        ).fetchall()
