"""The definitions of what is outside our two schemas and could undo what is in them, by kind.

What differs between stacks is left out: who owns Supabase's own schemas. So is what `postgres` and
the superuser are: they may do everything anyway.
"""

from typing import Final

_USERS = (
    "('anon', 'authenticated', 'authenticator', 'service_role', 'session_api', 'session_api_login')"
)
# the owner of the database, and on Supabase the superuser
_ADMINS = "('postgres', 'supabase_admin')"
_OURS = "('public', 'session_api')"
_NOT_POSTGRES = "nspname !~ '^pg_' and nspname <> 'information_schema'"
# in the schemas that are Postgres's own, its own objects have lower numbers
_ADDED = "nspname in ('pg_catalog', 'information_schema') and {}.oid >= 16384"
# everybody but those who own what is granted or are superusers
_GRANTEE = "case when grantee = 0 then 'public' else grantee::regrole::text end"
_GRANTED = f"(grantee = 0 or grantee::regrole::text in {_USERS})"
_CATALOGS = (
    *("pg_operator", "pg_opclass", "pg_opfamily", "pg_am", "pg_cast", "pg_collation"),
    *("pg_conversion", "pg_statistic_ext", "pg_transform", "pg_language", "pg_extension"),
    *("pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template", "pg_subscription"),
    *("pg_foreign_data_wrapper", "pg_foreign_server", "pg_user_mapping"),
)

QUERIES: Final = {
    "database": f"""
        select format('of %s', {_GRANTEE}),
               string_agg(privilege_type, ' ' order by privilege_type)
        from pg_catalog.pg_database
        cross join aclexplode(coalesce(datacl, acldefault('d', datdba)))
        where datname = current_database() group by 1
        union all
        select 'limits', concat_ws(' ', datallowconn, datconnlimit, datistemplate)
        from pg_catalog.pg_database where datname = current_database()""",
    "schema": f"""
        select nspname, concat_ws(' ',
                 case when nspname in {_OURS} or nspowner::regrole::text in {_USERS}
                   then 'owner ' || nspowner::regrole end,
                 (select string_agg(format('%s=%s%s', {_GRANTEE}, privilege_type,
                                           case when is_grantable then '*' end),
                                    ' ' order by {_GRANTEE}, privilege_type)
                  from aclexplode(nspacl) where {_GRANTED}))
        from pg_catalog.pg_namespace where nspname !~ '^pg_(temp|toast)'""",
    "parameter": f"""
        select format('%s of %s', parname, {_GRANTEE}), string_agg(privilege_type, ' ')
        from pg_catalog.pg_parameter_acl cross join aclexplode(paracl) group by 1""",
    "role setting": """
        select format('%s in %s', coalesce(rolname, 'every role'),
                      coalesce(datname, 'every database')),
               array_to_string(setconfig, ' ')
        from pg_catalog.pg_db_role_setting
        left join pg_catalog.pg_roles on pg_roles.oid = setrole
        left join pg_catalog.pg_database on pg_database.oid = setdatabase
        -- that one PostgreSQL 15 does not have
        where setconfig <> array['createrole_self_grant=set, inherit']""",
    "role": f"""
        select rolname, concat_ws(' ',
          case when rolsuper then 'superuser' end, case when rolinherit then 'inherit' end,
          case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,
          case when rolcanlogin then 'login' end, case when rolreplication then 'replication' end,
          case when rolbypassrls then 'bypassrls' end,
          case when rolpassword is not null then 'password' end,
          case when rolconnlimit <> -1 then 'limit ' || rolconnlimit end, rolvaliduntil)
        from pg_catalog.pg_authid where rolname not in {_ADMINS} and rolname !~ '^pg_'""",
    "membership": f"""
        select format('%s in %s', member::regrole, roleid::regrole),
               concat_ws(' ', case when bool_or(admin_option) then 'admin' end,
                         -- PostgreSQL 15 does not have the other two
                         case when bool_or(options ->> 'inherit_option' = 'true')
                           then 'inherit' end,
                         case when bool_and(options ->> 'set_option' = 'false')
                           then 'without set' end)
        from pg_catalog.pg_auth_members
        cross join lateral to_jsonb(pg_auth_members) as options
        where member::regrole::text not in {_ADMINS} and member::regrole::text !~ '^pg_'
        group by 1""",
    "default privilege": f"""
        select format('%s of %s in %s to %s', defaclobjtype, defaclrole::regrole,
                      coalesce(nspname, 'every schema'), {_GRANTEE}),
               -- a version more of Postgres has a privilege more
               case when count(*) >= 7 then 'all'
                 else string_agg(privilege_type, ' ' order by privilege_type) end
        from pg_catalog.pg_default_acl
        left join pg_catalog.pg_namespace on pg_namespace.oid = defaclnamespace
        cross join aclexplode(defaclacl)
        where grantee <> defaclrole group by 1
        union all
        -- a right that everybody has by default, revoked
        select format('%s of %s to public', defaclobjtype, defaclrole::regrole), 'nothing'
        from pg_catalog.pg_default_acl
        where defaclnamespace = 0 and defaclobjtype in ('f', 'T')
          and not exists (select from aclexplode(defaclacl) where grantee = 0)""",
    "publication": f"""
        select pubname, concat_ws(' ', case when puballtables then 'all tables' end,
               case when pubowner::regrole::text not in {_ADMINS}
                 then 'owner ' || pubowner::regrole end,
               case when pubinsert and pubupdate and pubdelete and pubtruncate
                 then 'everything' end,
               case when pubviaroot then 'by root' end,
               'generated columns ' || nullif(to_jsonb(pg_publication) ->> 'pubgencols', 'n'),
               (select string_agg(concat_ws(' ', prrelid::regclass, prattrs,
                                            pg_get_expr(prqual, prrelid)),
                                  ', ' order by prrelid::regclass::text)
                from pg_catalog.pg_publication_rel where prpubid = pg_publication.oid),
               (select string_agg('schema ' || pnnspid::regnamespace, ' ')
                from pg_catalog.pg_publication_namespace where pnpubid = pg_publication.oid))
        from pg_catalog.pg_publication""",
    "event trigger": """
        select evtname, concat_ws(' ', evtevent, evtfoid::regproc, evtenabled, evttags)
        from pg_catalog.pg_event_trigger""",
    "outside grant": f"""
        select format('%s of %s', object, {_GRANTEE}), string_agg(privilege_type, ' ')
        from (
          select relnamespace as namespace, pg_class.oid::regclass::text as object, relacl as acl,
                 'pg_class'::regclass as class, pg_class.oid, 0 as part
          from pg_catalog.pg_class
          union all
          select relnamespace, format('%s.%s', attrelid::regclass, attname), attacl,
                 'pg_class'::regclass, attrelid, attnum
          from pg_catalog.pg_attribute join pg_catalog.pg_class on pg_class.oid = attrelid
          union all
          select pronamespace, pg_proc.oid::regprocedure::text, proacl,
                 'pg_proc'::regclass, pg_proc.oid, 0
          from pg_catalog.pg_proc
        ) as granted
        join pg_catalog.pg_namespace on pg_namespace.oid = namespace
        cross join aclexplode(acl) as privilege
        where nspname not in {_OURS} and {_GRANTED}
          -- what Postgres itself comes with
          and not (nspname = 'information_schema' and grantee = 0 and privilege_type = 'SELECT')
          and not exists (
            select from pg_catalog.pg_init_privs cross join aclexplode(initprivs) as first
            where (classoid, objoid, objsubid) = (granted.class, granted.oid, part)
              and (first.grantee, first.privilege_type)
                = (privilege.grantee, privilege.privilege_type)
          )
        group by 1""",
    "outside function": f"""
        select pg_proc.oid::regprocedure::text,
               concat_ws(' ', case when prosecdef then 'definer' end,
                         array_to_string(proconfig, ' '))
        from pg_catalog.pg_proc
        join pg_catalog.pg_namespace on pg_namespace.oid = pronamespace
        where ({_NOT_POSTGRES} or {_ADDED.format("pg_proc")}) and nspname not in {_OURS}""",
    "outside relation": f"""
        select pg_class.oid::regclass::text,
               concat_ws(' ', relkind, case when relrowsecurity then 'row-level security' end,
                         case when relforcerowsecurity then 'forced' end,
                         (select string_agg(
                            concat_ws(' ', attname, format_type(atttypid, atttypmod), attidentity,
                                      attgenerated, case when attnotnull then 'not null' end,
                                      pg_get_expr(adbin, adrelid)),
                            ', ' order by attname)
                          from pg_catalog.pg_attribute
                          left join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
                          where attrelid = pg_class.oid and attnum > 0 and not attisdropped),
                         (select string_agg(conname || ' ' || pg_get_constraintdef(oid), ', '
                                            order by conname)
                          from pg_catalog.pg_constraint
                          where conrelid = pg_class.oid and contype <> 'n'),
                         (select string_agg(pg_get_indexdef(indexrelid), ', '
                                            order by pg_get_indexdef(indexrelid) collate "C")
                          from pg_catalog.pg_index where indrelid = pg_class.oid))
        from pg_catalog.pg_class
        join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
        where ({_NOT_POSTGRES} or {_ADDED.format("pg_class")})
          and nspname not in {_OURS} and relkind not in ('i', 'I', 't')""",
    # what everybody may use, revoked: Postgres's own functions and views
    "outside revocation": """
        select pg_proc.oid::regprocedure::text, 'execute'
        from pg_catalog.pg_proc
        where oid < 16384 and proacl is not null
          and not exists (select from aclexplode(proacl) where grantee = 0)
          and not exists (
            select from pg_catalog.pg_init_privs
            where classoid = 'pg_proc'::regclass and objoid = pg_proc.oid
          )
        union all
        select objoid::regclass::text, lower(privilege_type)
        from pg_catalog.pg_init_privs
        join pg_catalog.pg_class on pg_class.oid = objoid
        cross join aclexplode(initprivs) as first
        where classoid = 'pg_class'::regclass and objsubid = 0 and grantee = 0
          and not exists (
            select from aclexplode(relacl) as now
            where (now.grantee, now.privilege_type) = (0, first.privilege_type)
          )""",
    "outside trigger": f"""
        select format('%s on %s', tgname, tgrelid::regclass), pg_get_triggerdef(pg_trigger.oid)
        from pg_catalog.pg_trigger
        join pg_catalog.pg_class on pg_class.oid = tgrelid
        join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
        where not tgisinternal and nspname not in {_OURS}""",
    "outside policy": f"""
        select format('%s on %s.%s', policyname, schemaname, tablename), cmd
        from pg_catalog.pg_policies where schemaname not in {_OURS}""",
    # whatever else a database can have, in any schema, of which there is nothing
    "object": f"""
        select type || ' ' || identity, ''
        from (
          select tableoid, oid from pg_catalog.pg_type where typtype <> 'c' and typcategory <> 'A'
          union all
          select tableoid, oid from pg_catalog.pg_rewrite where rulename <> '_RETURN'
          {" ".join(f"union all select tableoid, oid from pg_catalog.{it}" for it in _CATALOGS)}
        ) as added
        cross join lateral pg_identify_object(added.tableoid, added.oid, 0)
        where added.oid >= 16384
        union all
        select 'large object ' || oid, '' from pg_catalog.pg_largeobject_metadata
        union all
        select 'grant on language ' || lanname, '' from pg_catalog.pg_language
        cross join aclexplode(lanacl) where grantee <> 0 and grantee <> lanowner
        union all
        select 'grant on tablespace ' || spcname, '' from pg_catalog.pg_tablespace
        cross join aclexplode(spcacl) where grantee <> spcowner
        union all
        select 'owned language ' || lanname, '' from pg_catalog.pg_language
        where lanowner::regrole::text in {_USERS}""",
}
