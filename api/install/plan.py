"""What an installation would write and report."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from psycopg import Connection

from api.install import adoption, fitness, names, rows
from api.install.doors import Door, doors, own_columns
from api.install.errors import InstallError
from api.install.names import OWN, Names
from api.install.shipped import Migration, Table, kinds_of_tables, template
from api.install.survey import LiveTable, Survey, survey

_PROFILES = "user_profiles"
_MADE_BY_VIEW = {
    "coalesce(profile1.first_name, 'Unknown')": "session_api.participant_name(match.user1_id)",
    "coalesce(profile2.first_name, 'Unknown')": "session_api.participant_name(match.user2_id)",
    "    left join public.user_profiles as profile1 on profile1.id = match.user1_id\n": "",
    "    left join public.user_profiles as profile2 on profile2.id = match.user2_id\n": "",
}
_NULLS_IN_VIEW = {
    r"\bmatch\.status = 'accepted'": "coalesce(match.status = 'accepted', false)",
    r"wingman_session_version\(\s+session\.status,": (
        "wingman_session_version(\n    session.status::text,"
    ),
    r"'description', (challenge\d)\.description": r"'description', coalesce(\1.description, '')",
    r"'points', (challenge\d)\.points": r"'points', coalesce(\1.points, 0)",
}


@dataclass
class Plan:
    """An installation: the SQL, or why there is none.

    `misfits` are names that are another thing, by the kind that wants them. Either these or
    `hindrances` stop the installation.
    """

    body: list[str] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    misfits: dict[str, list[str]] = field(default_factory=dict)
    hindrances: list[rows.Hindrance] = field(default_factory=list)
    legacy: list[rows.Legacy] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_stopped(self) -> bool:
        """Whether nothing may be written."""
        return bool(self.misfits or self.hindrances)


def plan(
    migrations: list[Migration],
    connection: Connection | None,
    chosen: Names | None,
    *,
    with_sign_up: bool,
) -> Plan:
    """Decide what to write.

    Args:
        migrations: the shipped ones that the project does not have.
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
        live = survey(connection, [*kinds_of_tables(), *_views(migrations)])
        _is_known(live, migrations)
    people = _names(connection, live, chosen, tables)
    adopted = (
        {}
        if live is None
        else {t.name: live.tables[t.name] for t in tables if t.name in live.tables}
    )
    if people is not None:
        adopted.pop(_PROFILES, None)
    for migration in migrations:
        _unit(made, migration, connection, live, adopted, people)
    if with_sign_up:
        made.body.append((people or OWN).sign_up(with_clean=people is None))
    already = [] if live is None else live.adopted
    made.adopted = [*adopted, *([_PROFILES] if people is not None else [])]
    if made.adopted:
        made.body.append(_marker(sorted({*already, *made.adopted})))
    return made


def _is_known(live: Survey, migrations: list[Migration]) -> None:
    if live.version < 15:
        raise InstallError(f"the database is PostgreSQL {live.version}: 15 or newer is needed")
    new = {
        migration.unit for migration in migrations if not migration.name.endswith("_policies.sql")
    }
    if live.has_foreign_schema and "base" in new:
        raise InstallError("the database has a schema session_api that is not ours: rename it")
    if live.has_base and "base" in new:
        raise InstallError(
            "the database has Session API already, and this folder has no migration of it: "
            "is it the right folder, and is it up to date?"
        )


def _names(
    connection: Connection | None,
    live: Survey | None,
    chosen: Names | None,
    tables: list[Table],
) -> Names | None:
    """Return where names are, if not in a table of profiles that we make."""
    if not any(table.name == _PROFILES for table in tables):
        if chosen is not None:
            raise InstallError("--names is for the kind wingman, which is not being installed")
        return None
    if chosen is not None:
        return chosen if connection is None else names.found(connection, chosen)
    if connection is not None and live is not None and _PROFILES in live.tables:
        return names.found(connection, OWN)
    return None


def _unit(
    made: Plan,
    migration: Migration,
    connection: Connection | None,
    live: Survey | None,
    adopted: dict[str, LiveTable],
    people: Names | None,
) -> None:
    tables = migration.tables
    made.body.append(f"-- {migration.name}\n")
    if people is None and not any(table.name in adopted for table in tables):
        if live is not None:
            _functions(made, migration, live)
        made.body.append(migration.text)
        return
    text = migration.policies
    if live is not None:
        _functions(made, migration, live)
    for table in tables:
        if table.name == _PROFILES and people is not None:
            continue
        found = adopted.get(table.name)
        if found is None or connection is None or live is None:
            made.body.append(_create(migration, table, people))
            continue
        problems = list(fitness.misfits(table, found))
        if problems:
            made.misfits.setdefault(migration.unit, []).extend(problems)
            continue
        without = "public.user_profiles" if people not in (None, OWN) else ""
        made.hindrances.extend(rows.hindrances(connection, table, found))
        broken = [*rows.legacy(connection, table, found)]
        broken += adoption.orphans(connection, table, found)
        open_doors = list(doors(connection, found, live, adoption.our_policies(text, table.name)))
        made.legacy.extend(broken)
        made.doors.extend(open_doors)
        made.losses.extend(adoption.losses(table, found))
        made.notes.extend(_notes(table, found))
        made.body.append(f"-- public.{table.name} was there: what it lacks\n")
        statements = adoption.adopt(table, found, broken, open_doors, without=without)
        made.body.append("\n".join(statements) + "\n")
        text = adoption.policies_for(text, table, found)
    if people is not None and migration.unit == "wingman":
        made.body.append(_without_profiles(text, people))
    else:
        made.body.append(text)


def _without_profiles(text: str, people: Names) -> str:
    """Let the view read names where the project has them; our profiles' policies are not needed."""
    start = text.index("alter table public.user_profiles enable row level security;")
    end = text.index("\n-- wingman_matches:", start)
    text = text[:start] + text[end:]
    for old, new in _MADE_BY_VIEW.items():
        if old not in text:
            raise ValueError(old)
        text = text.replace(old, new)
    # after the matches' policies, which it asks with, and before the view, which asks it
    start = text.index("\n-- wingman_session_details:")
    end = text.index("\ncomment on view public.wingman_session_details", start)
    view = text[start:end]
    for pattern, new in _NULLS_IN_VIEW.items():
        view = re.sub(pattern, new, view)
    return text[:start] + people.sql() + view + text[end:]


def _create(migration: Migration, table: Table, people: Names | None) -> str:
    """Write the statements that make a table which is not there."""
    create = table.create
    if people is not None:
        create = create.replace(
            "references public.user_profiles (id)", "references auth.users (id)"
        )
    rest = re.findall(
        rf"^comment on (?:table|column) public\.{table.name}\b[^\n]*;$",
        migration.text,
        re.MULTILINE,
    )
    security = f"alter table public.{table.name} enable row level security;"
    return "\n".join([create, *rest, *table.indexes.values(), security]) + "\n"


def _views(migrations: list[Migration]) -> set[str]:
    text = "".join(migration.text for migration in migrations)
    return set(re.findall(r"create or replace view public\.(\w+)", text))


def _functions(made: Plan, migration: Migration, live: Survey) -> None:
    """Find functions of ours whose names are taken."""
    for name in set(re.findall(r"create or replace function public\.(\w+)\(", migration.text)):
        comment = live.functions.get(name)
        ours = re.search(
            rf"comment on function public\.{name}\([^)]*\) is '(.{{12}})", migration.text
        )
        if comment is not None and not (ours and comment.startswith(ours[1].replace("''", "'"))):
            made.misfits.setdefault(migration.unit, []).append(
                f"public.{name} is a function of the project's, and the kind needs that name"
            )
    for view in _views([migration]):
        if view in live.tables:
            made.misfits.setdefault(migration.unit, []).append(f"public.{view} is taken")


def _notes(table: Table, live: LiveTable) -> Iterator[str]:
    own = own_columns(live, set(table.columns))
    for name in own:
        column = live.columns[name]
        is_needed = column.not_null and column.default is None and not column.is_generated
        if is_needed and table.name not in rows.READ_ONLY:
            yield (
                f"public.{table.name}.{name} is not null and has no default: until it has one "
                f"(alter table public.{table.name} alter column {name} set default …;), "
                "the API cannot create rows there, and says so"
            )
    if not live.has_row_security:
        yield (
            f"public.{table.name} had no row-level security: it is switched on, and only the "
            "table's owner and roles that bypass it still read every row"
        )
    for trigger, function in live.triggers.items():
        yield f"public.{table.name}: trigger {trigger} ({function}) stays, and fires for the API"


def _marker(tables: list[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in tables)
    return template("adopted_tables").replace("{tables}", listed)
