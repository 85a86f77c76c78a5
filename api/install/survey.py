"""What already exists in the project's database, read in one read-only transaction."""

from collections.abc import Iterable

from psycopg import Connection
from psycopg.rows import class_row

from api.install.live import LiveColumn, LiveKey, LivePolicy, LiveTable, LiveTrigger, Survey


def survey(connection: Connection, tables: Iterable[str]) -> Survey:
    """Look at relations of these names in `public`, and at the base.

    Args:
        connection: reads the catalogue; its search path is emptied for the transaction.
        tables: names without a schema.

    """
    connection.execute("select set_config('search_path', '', true)")
    live = {}
    for name in tables:
        found = table(connection, name)
        if found is not None:
            live[name] = found
    adopted: list[str] = []
    if _one(connection, "select to_regprocedure('session_api.adopted_tables()') is not null"):
        row = connection.execute("select session_api.adopted_tables()").fetchone()
        adopted = list(row[0]) if row else []
    named = connection.execute(
        """
        select coalesce(obj_description(oid, 'pg_proc'), '') from pg_catalog.pg_proc
        where oid = to_regprocedure('session_api.participant_name(uuid)')
        """
    ).fetchone()
    has_base = _one(connection, "select to_regprocedure('session_api.caller_id()') is not null")
    has_schema = _one(connection, "select to_regnamespace('session_api') is not null")
    functions = connection.execute(
        """
        select proname::text, coalesce(obj_description(oid, 'pg_proc'), '')
        from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace
        """
    ).fetchall()
    roles = connection.execute(
        """
        select rolname::text from pg_catalog.pg_roles
        where rolname !~ '^pg_' and rolname <> 'session_api' and not rolsuper and not rolbypassrls
          and exists (
            select from pg_catalog.pg_class
            cross join aclexplode(relacl) as granted
            where relnamespace = 'public'::regnamespace and granted.grantee = pg_roles.oid
          )
        order by 1
        """
    ).fetchall()
    zone = connection.execute("select current_setting('TimeZone')").fetchone()
    return Survey(
        live,
        dict(functions),
        adopted,
        named[0].rpartition(" from ")[2] if named else "",
        has_base,
        has_schema and not has_base,
        connection.info.server_version // 10000,
        zone[0] if zone is not None else "",
        [name for (name,) in roles],
    )


def table(connection: Connection, name: str, schema: str = "public") -> LiveTable | None:
    """Read one relation; `None` when there is none of that name."""
    row = connection.execute(
        """
        select pg_class.oid, relkind::text, pg_get_userbyid(relowner)::text,
               pg_has_role(current_user, relowner, 'usage'), relrowsecurity,
               exists (select from pg_catalog.pg_inherits where inhparent = pg_class.oid),
               exists (select from pg_catalog.pg_publication_tables
                       where pubname = 'supabase_realtime' and schemaname = nspname
                         and tablename = relname)
        from pg_catalog.pg_class
        join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
        where relname = %s and nspname = %s
        """,
        [name, schema],
    ).fetchone()
    if row is None:
        return None
    oid, kind, owner, is_ours, rls, has_children, is_published = row
    return LiveTable(
        name=name,
        kind=kind,
        owner=owner,
        is_ours_to_alter=is_ours,
        has_row_security=rls,
        has_children=has_children,
        is_published=is_published,
        columns={column.name: column for column in _columns(connection, oid)},
        constraints=_constraints(connection, oid),
        keys=_keys(connection, oid),
        indexes=_indexes(connection, oid),
        uniques=_uniques(connection, oid),
        triggers=_triggers(connection, oid),
        sequences=_sequences(connection, oid),
        rules=_rules(connection, oid),
        policies=_policies(connection, oid),
        grants=_grants(connection, oid),
    )


def _columns(connection: Connection, oid: int) -> list[LiveColumn]:
    with connection.cursor(row_factory=class_row(LiveColumn)) as cursor:
        return cursor.execute(
            """
            select attname::text as name, format_type(atttypid, atttypmod) as type,
                   coalesce(pg_base.typname, pg_type.typname)::text as base,
                   attnotnull as not_null,
                   array(select enumlabel::text from pg_catalog.pg_enum
                         where enumtypid in (atttypid, pg_type.typbasetype)
                         order by enumsortorder) as labels,
                   pg_get_expr(adbin, adrelid) as default,
                   attgenerated <> '' or attidentity <> '' as is_generated
            from pg_catalog.pg_attribute
            join pg_catalog.pg_type on pg_type.oid = atttypid
            left join pg_catalog.pg_type as pg_base on pg_base.oid = pg_type.typbasetype
            left join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
            where attrelid = %s and attnum > 0 and not attisdropped
            order by attnum
            """,
            [oid],
        ).fetchall()


def _constraints(connection: Connection, oid: int) -> dict[str, str]:
    found = connection.execute(
        """
        select conname::text, pg_get_constraintdef(oid)
        from pg_catalog.pg_constraint where conrelid = %s and contype <> 'n'
        """,
        [oid],
    )
    return dict(found.fetchall())


def _indexes(connection: Connection, oid: int) -> set[str]:
    found = connection.execute(
        """
        select relname::text from pg_catalog.pg_index
        join pg_catalog.pg_class on pg_class.oid = indexrelid where indrelid = %s
        """,
        [oid],
    )
    return {name for (name,) in found}


def _uniques(connection: Connection, oid: int) -> list[list[str]]:
    found = connection.execute(
        """
        select array(
          select attname::text from unnest(indkey) as number
          join pg_catalog.pg_attribute on attrelid = indrelid and attnum = number
          order by 1
        )
        from pg_catalog.pg_index
        where indrelid = %s and indisunique and indisvalid and indpred is null and indexprs is null
        """,
        [oid],
    )
    return [columns for (columns,) in found]


def _rules(connection: Connection, oid: int) -> list[str]:
    found = connection.execute(
        "select rulename::text from pg_catalog.pg_rewrite "
        "where ev_class = %s and rulename <> '_RETURN' order by 1",
        [oid],
    )
    return [name for (name,) in found]


def _keys(connection: Connection, oid: int) -> list[LiveKey]:
    with connection.cursor(row_factory=class_row(LiveKey)) as cursor:
        return cursor.execute(
            """
            select conname::text as name, confrelid::regclass::text as target,
                   confdeltype::text as action,
                   array(select attname::text from unnest(conkey) as number
                         join pg_catalog.pg_attribute on attrelid = conrelid and attnum = number)
                   as columns
            from pg_catalog.pg_constraint where conrelid = %s and contype = 'f'
            """,
            [oid],
        ).fetchall()


def _triggers(connection: Connection, oid: int) -> dict[str, LiveTrigger]:
    found = connection.execute(
        """
        select tgname::text, tgfoid::regprocedure::text, prosrc, prosecdef
        from pg_catalog.pg_trigger join pg_catalog.pg_proc on pg_proc.oid = tgfoid
        where tgrelid = %s and not tgisinternal and tgenabled not in ('D', 'R')
        order by tgname
        """,
        [oid],
    )
    return {name: LiveTrigger(*function) for name, *function in found}


def _sequences(connection: Connection, oid: int) -> list[str]:
    """Return the sequences in defaults; an identity column needs no privilege on its sequence."""
    found = connection.execute(
        """
        select distinct refobjid::regclass::text
        from pg_catalog.pg_attrdef
        join pg_catalog.pg_depend
          on classid = 'pg_catalog.pg_attrdef'::regclass and objid = pg_attrdef.oid
          and refclassid = 'pg_catalog.pg_class'::regclass
        join pg_catalog.pg_class on pg_class.oid = refobjid and relkind = 'S'
        where adrelid = %s
        order by 1
        """,
        [oid],
    )
    return [name for (name,) in found]


def _policies(connection: Connection, oid: int) -> list[LivePolicy]:
    with connection.cursor(row_factory=class_row(LivePolicy)) as cursor:
        return cursor.execute(
            """
            select polname::text as name, polpermissive as permissive,
                   case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                     when 'd' then 'delete' else 'all' end as command,
                   array(select case when role = 0 then 'public' else pg_get_userbyid(role)::text
                         end from unnest(polroles) as role order by 1) as roles,
                   pg_get_expr(polqual, polrelid) as using,
                   pg_get_expr(polwithcheck, polrelid) as check
            from pg_catalog.pg_policy where polrelid = %s order by polname
            """,
            [oid],
        ).fetchall()


def _grants(connection: Connection, oid: int) -> dict[str, set[str]]:
    found = connection.execute(
        """
        select case when grantee = 0 then 'public' else pg_get_userbyid(grantee)::text end,
               lower(privilege_type), null::text
        from pg_catalog.pg_class
        cross join aclexplode(coalesce(relacl, acldefault('r', relowner)))
        where pg_class.oid = %(table)s and grantee <> relowner
        union all
        select case when grantee = 0 then 'public' else pg_get_userbyid(grantee)::text end,
               lower(privilege_type), attname::text
        from pg_catalog.pg_attribute cross join aclexplode(attacl)
        where attrelid = %(table)s and not attisdropped
        """,
        {"table": oid},
    )
    grants: dict[str, set[str]] = {}
    for role, privilege, column in found:
        words = privilege if column is None else f"{privilege} ({column})"
        grants.setdefault(role, set()).add(words)
    return grants


def _one(connection: Connection, question: str) -> bool:
    row = connection.execute(question).fetchone()
    return row is not None and bool(row[0])
