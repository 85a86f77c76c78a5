"""Write migrations in `supabase/migrations/` for changes of `supabase/policies/`.

`make policies` writes a migration per unit (the base, or a kind) when replaying the files after the
migrations would change anything that decides access. It carries the files that would change it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import psycopg
from psycopg import Connection

from api.doctor.snapshot import differences, snapshot
from local.stack import Stack

SUPABASE = Path(__file__).parents[1] / "supabase"
_HEADER = """\
-- From supabase/policies/, which is what to read and to change.
-- `make policies` wrote this file. Once it has run anywhere, do not edit it.
"""


def policy_files() -> list[Path]:
    """Return the policy files in the order in which they are applied.

    The base comes first, then each kind; within each, files by name, with `_…` first.
    """
    files = (SUPABASE / "policies").glob("*/*.sql")
    return sorted(files, key=lambda file: (file.parent.name != "base", file))


def replay(connection: Connection, files: Iterable[Path] | None = None) -> list[str]:
    """Apply these policy files, or all of them, in the connection's transaction.

    Returns what that changed, as `differences` names it; the caller commits or rolls back.
    """
    before = snapshot(connection)
    for file in policy_files() if files is None else files:
        connection.execute(file.read_bytes())
    return differences(before, snapshot(connection))


def changing(connection: Connection) -> list[Path]:
    """Return the policy files that change something when all are applied in order."""
    return [file for file in policy_files() if replay(connection, [file])]


def next_time(migrations: Iterable[Path], now: datetime) -> datetime:
    """Return `now`, or a second after the newest of these migrations if that is later.

    A clock that is behind the author's of the newest one would put the policies before their table.
    """
    newest = max(datetime.strptime(path.name[:14], "%Y%m%d%H%M%S") for path in migrations)
    return max(now, newest.replace(tzinfo=UTC) + timedelta(seconds=1))


def write_migrations(files: Iterable[Path], start: datetime) -> list[Path]:
    """Write one migration for the base and one per kind, containing these files.

    Each is named after a time, the first after `start`, and its unit, `…_<unit>_policies.sql`;
    returns their paths.
    """
    paths: list[Path] = []
    for unit, some in groupby(files, lambda file: file.parent.name):
        # each has a different time, since the time is the migration's key
        time = start + timedelta(seconds=len(paths))
        path = SUPABASE / "migrations" / f"{time:%Y%m%d%H%M%S}_{unit}_policies.sql"
        path.write_text("\n".join([_HEADER, *(file.read_text() for file in some)]))
        paths.append(path)
    return paths


def main() -> None:
    """Write the migrations that are missing, if any are."""
    with TemporaryDirectory() as folder, Stack.scratch(Path(folder)) as stack:
        stack.migrate()
        with psycopg.connect(stack.database_url) as connection:
            changes = replay(connection)
            connection.rollback()
            files = changing(connection) if changes else []
            connection.rollback()
    if not changes:
        click.echo("The migrations carry supabase/policies/ as it stands: nothing to write.")
        return
    migrations = (SUPABASE / "migrations").glob("*.sql")
    paths = write_migrations(files, next_time(migrations, datetime.now(UTC)))
    wrote = [f"Wrote {path.relative_to(SUPABASE.parent)}" for path in paths]
    click.echo("\n".join([*changes, *wrote]))


if __name__ == "__main__":
    main()
