"""Carry `supabase/policies/`, the state to read, into `supabase/migrations/`, the history to run.

`make policies` writes a migration when replaying the files after the migrations would change
anything that decides access, and nothing when it would not. The migration carries the files that
would.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import psycopg
from psycopg import Connection

from local.stack import Stack
from tools.catalog import differences, snapshot

SUPABASE = Path(__file__).parents[1] / "supabase"
_HEADER = """\
-- From supabase/policies/, which is what to read and to change.
-- `make policies` wrote this file. Once it has run anywhere, it stays as it is.
"""


def policy_files() -> list[Path]:
    """Return the policy files in the order in which they are applied: by name, `_…` first."""
    return sorted((SUPABASE / "policies").glob("*.sql"))


def replay(connection: Connection, files: Iterable[Path] | None = None) -> list[str]:
    """Apply these policy files, or all of them, in the connection's transaction.

    Returns what that changed, as `differences` names it; the caller commits or rolls back.
    """
    before = snapshot(connection)
    for file in policy_files() if files is None else files:
        connection.execute(file.read_bytes())
    return differences(before, snapshot(connection))


def changing(connection: Connection) -> list[Path]:
    """Return the policy files that change anything when all are applied, one after the other."""
    return [file for file in policy_files() if replay(connection, [file])]


def write_migration(files: Iterable[Path], now: datetime) -> Path:
    """Write a migration that carries these files, named after the time; return its path."""
    path = SUPABASE / "migrations" / f"{now:%Y%m%d%H%M%S}_policies.sql"
    path.write_text("\n".join([_HEADER, *(file.read_text() for file in files)]))
    return path


def main() -> None:
    """Write the migration that is missing, if one is."""
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
    path = write_migration(files, datetime.now(UTC))
    click.echo("\n".join([*changes, f"Wrote {path.relative_to(SUPABASE.parent)}"]))


if __name__ == "__main__":
    main()
