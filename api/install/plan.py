"""What an installation would write and report."""

from psycopg import Connection

from api.install import names, unit
from api.install.errors import InstallError
from api.install.live import Survey
from api.install.names import OWN, Names
from api.install.shipped import Migration, Table, kinds_of_tables, made_without, template
from api.install.survey import survey
from api.install.undo import BASE
from api.install.unit import PROFILES, Existing, Plan


def plan(
    migrations: list[Migration],
    connection: Connection | None,
    chosen: Names | None,
    *,
    with_sign_up: bool,
) -> Plan:
    """Decide what to write.

    Args:
        migrations: the shipped ones that the project's folder does not have.
        connection: reads the project's database; without one it is taken for empty.
        chosen: where `--names` says that names are.
        with_sign_up: whether new accounts get a profile.

    Raises:
        InstallError: `chosen` is not there, or the database is not as the folder says.

    """
    made = Plan()
    tables = [table for migration in migrations for table in migration.tables]
    live = None
    if connection is not None:
        connection.execute("set local statement_timeout = '5min'")
        live = survey(
            connection,
            [*kinds_of_tables(), *(view for migration in migrations for view in migration.views)],
        )
        _is_known(live, migrations)
    people = _names(connection, live, chosen, tables)
    there = {} if live is None else live.tables
    already = [] if live is None else live.adopted
    existing = Existing(
        connection,
        live,
        adopted={
            table.name: there[table.name]
            for table in tables
            if table.name in there and not (table.name == PROFILES and people is not None)
        },
        earlier={name: there[name] for name in already if name in there},
        had=made_without(migrations),
        people=people,
    )
    for migration in migrations:
        unit.write(made, migration, existing)
    if with_sign_up:
        made.body.append((people or OWN).sign_up(with_clean=people is None))
    made.adopted = list(existing.adopted)
    # whoever has names elsewhere has no table of profiles of ours
    replaced = [PROFILES] if people is not None and PROFILES not in already else []
    if made.adopted or replaced:
        made.body.append(_marker(sorted({*already, *made.adopted, *replaced})))
    if any(migration.unit == "base" and migration.tables for migration in migrations):
        made.undo.append(BASE)
    return made


def _is_known(live: Survey, migrations: list[Migration]) -> None:
    if live.version < 15:
        raise InstallError(f"the database is PostgreSQL {live.version}: 15 or newer is needed")
    new = {
        migration.unit for migration in migrations if not migration.name.endswith("_policies.sql")
    }
    if live.has_foreign_schema and "base" in new:
        raise InstallError("the database has another schema named session_api: rename it")
    if live.has_base and "base" in new:
        raise InstallError(
            "the database already has Session API, but this folder has no migration of it: "
            "is this the right folder, and is it up to date?"
        )
    if not live.has_base and "base" not in new:
        raise InstallError(
            "this folder has migrations of Session API that the database does not have: "
            "run `npx supabase db push` first"
        )


def _names(
    connection: Connection | None,
    live: Survey | None,
    chosen: Names | None,
    tables: list[Table],
) -> Names | None:
    """Return where names are, if not in a table of profiles that we make."""
    if not any(table.name == PROFILES for table in tables):
        if chosen is not None and (live is None or live.names != chosen.title):
            raise InstallError("--names is for the kind wingman, which is not being installed")
        if connection is not None and live is not None and live.names:
            return names.found(connection, names.parse(live.names))  # an earlier installation's
        return None
    if chosen is not None:
        return chosen if connection is None else names.found(connection, chosen)
    if connection is not None and live is not None and PROFILES in live.tables:
        return names.found(connection, OWN)
    return None


def _marker(tables: list[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in tables)
    return template("adopted_tables").replace("{tables}", listed)
