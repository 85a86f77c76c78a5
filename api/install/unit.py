"""The SQL of one shipped migration, for the project that it goes into."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from psycopg import Connection

from api.install import adoption, fitness, numbering, rows, undo, words
from api.install.doors import Door, doors, own_columns
from api.install.live import LiveTable, Survey
from api.install.names import OWN, Names
from api.install.shipped import Migration, Table, tables_of

PROFILES = "user_profiles"
_MADE_BY_VIEW = {
    "coalesce(profile1.first_name, 'Unknown')": "session_api.participant_name(match.user1_id)",
    "coalesce(profile2.first_name, 'Unknown')": "session_api.participant_name(match.user2_id)",
    "    left join public.user_profiles as profile1 on profile1.id = match.user1_id\n": "",
    "    left join public.user_profiles as profile2 on profile2.id = match.user2_id\n": "",
}
_NULLS_IN_VIEW = {
    r"\bmatch\.status = 'accepted'": "coalesce(match.status = 'accepted', false)",
    r"'description', (challenge\d)\.description": r"'description', coalesce(\1.description, '')",
    r"'points', (challenge\d)\.points": r"'points', coalesce(\1.points, 0)",
}
# an adopted status may be an enum, and an adopted time one without a zone
_OF_OUR_TYPES = {
    "session.status, session.user1_completed": "session.status::text, session.user1_completed",
    "returning session.status::text, session.completed_at;": (
        "returning session.status::text, session.completed_at::timestamptz;"
    ),
}


@dataclass
class Plan:
    """An installation: the SQL, the SQL that takes it back, or why there is none.

    `misfits` are names that are taken by something else, by the kind that needs them. Either these
    or `hindrances` stop the installation.
    """

    body: list[str] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)
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


@dataclass(frozen=True)
class Existing:
    """What the project already has; without a connection the database is assumed to be empty.

    `adopted` are the project's tables that this installation turns into what kinds need, `earlier`
    those that an earlier one did, `had` the views and functions of ours that are there already;
    `people` says where names are, if not in profiles that we make.
    """

    connection: Connection | None
    live: Survey | None
    adopted: dict[str, LiveTable]
    earlier: dict[str, LiveTable]
    had: set[str]
    people: Names | None


def write(made: Plan, migration: Migration, existing: Existing) -> None:
    """Add a migration to a plan, or what prevents it."""
    tables = migration.tables
    if existing.live is not None:
        _taken(made, migration, existing.live, existing.had)
    made.body.append(f"-- {migration.name}\n")
    profiles = existing.people is not None and any(table.name == PROFILES for table in tables)
    if profiles or any(table.name in existing.adopted for table in tables):
        text = _beside(made, migration, existing)
    else:
        made.undo += undo.unit(migration, [table.name for table in tables])
        text = migration.text
    # a later version's: what it replaces on tables that were adopted earlier is not the project's
    for declared in tables_of(migration.unit):
        found = existing.earlier.get(declared.name)
        if found is not None and adoption.revokes(text, declared):
            text = adoption.policies_for(text, declared, found)
    if "wingman_sessions" in existing.adopted | existing.earlier:
        for old, new in _OF_OUR_TYPES.items():
            text = text.replace(old, new)
    made.body.append(_with_names(text, existing.people) if migration.unit == "wingman" else text)


def _beside(made: Plan, migration: Migration, existing: Existing) -> str:
    """Add a migration's tables, some of which are there already; return its policies."""
    connection, live, people = existing.connection, existing.live, existing.people
    text = migration.policies
    theirs = frozenset(f"public.{name}" for name in {*existing.adopted, *existing.earlier})
    new: list[str] = []
    undone: list[str] = []
    for table in migration.tables:
        if table.name == PROFILES and people is not None:
            continue
        found = existing.adopted.get(table.name)
        if found is None or connection is None or live is None:
            new.append(table.name)
            made.body.append(_create(migration, table, people))
            continue
        problems = list(fitness.misfits(table, found, live.zone)) or list(
            words.misfits(connection, table, found)
        )
        if problems:
            made.misfits.setdefault(migration.unit, []).extend(problems)
            continue
        without = "public.user_profiles" if people not in (None, OWN) else ""
        ours = adoption.our_policies(text, table.name)
        made.hindrances.extend(rows.hindrances(connection, table, found))
        made.hindrances.extend(numbering.hindrances(connection, found, live))
        broken = [*rows.legacy(connection, table, found)]
        broken += adoption.orphans(connection, table, found, without=without)
        open_doors = list(doors(connection, found, live, ours, theirs))
        made.legacy.extend(broken)
        made.doors.extend(open_doors)
        made.losses.extend(adoption.losses(table, found))
        made.notes.extend(_notes(table, found))
        made.notes.extend(words.notes(connection, table, found))
        made.body.append(f"-- public.{table.name} was there: what it lacks\n")
        statements = adoption.adopt(table, found, broken, open_doors, without=without)
        made.body.append("\n".join(statements) + "\n")
        undone += undo.table(table, found, broken, open_doors, ours, without=without)
        text = adoption.policies_for(text, table, found)
    made.undo += [*undo.unit(migration, new), *undone]
    return text


def _with_names(text: str, people: Names | None) -> str:
    """Let the view read names where the project has them; our profiles' policies are not needed."""
    if people is None:
        return text
    profiles = "alter table public.user_profiles enable row level security;"
    if profiles in text:
        start = text.index(profiles)
        end = text.index("\n-- wingman_matches:", start)
        text = text[:start] + text[end:]
    start = text.find("\n-- wingman_session_details:")
    if start < 0:
        return text
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


def _taken(made: Plan, migration: Migration, live: Survey, had: set[str]) -> None:
    """Find views and functions of ours whose names are the project's."""
    problems = made.misfits.setdefault(migration.unit, [])
    for name in sorted(migration.functions - had):
        comment = live.functions.get(name)
        ours = re.search(
            rf"comment on function public\.{name}\([^)]*\) is '(.{{12}})", migration.text
        )
        if comment is not None and not (ours and comment.startswith(ours[1].replace("''", "'"))):
            problems.append(
                f"public.{name} is a function of the project's, and the kind needs that name"
            )
    for view in sorted(migration.views - had):
        if view in live.tables:
            problems.append(f"public.{view} exists in the project, and the kind needs that name")
    if not problems:
        del made.misfits[migration.unit]


def _notes(table: Table, live: LiveTable) -> Iterator[str]:
    own = own_columns(live, set(table.columns))
    for name in own:
        column = live.columns[name]
        is_needed = column.not_null and column.default is None and not column.is_generated
        if is_needed and table.name not in rows.READ_ONLY:
            yield (
                f"public.{table.name}.{name} is not null and has no default: until it has one "
                f"(alter table public.{table.name} alter column {name} set default …;), "
                "the API cannot create rows there"
            )
    if not live.has_row_security:
        yield (
            f"public.{table.name} had no row-level security. It is enabled: only the table's owner "
            "and roles that bypass it still read every row"
        )
    for name, trigger in live.triggers.items():
        fires = f"public.{table.name}: trigger {name} ({trigger.function}) also fires for the API's"
        if not trigger.needs_privileges:
            yield f"{fires} writes"
        elif table.name not in rows.READ_ONLY:
            yield (
                f"{fires} writes, as the role session_api, which may use neither the schema auth "
                "nor the project's other tables: if its function does, the API's writes fail until "
                f"it has its owner's privileges (alter function {trigger.function} security "
                "definer;)"
            )
