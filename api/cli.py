"""The command line: `session-api token`, `session-api doctor`, `session-api local`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import click

from api.local.errors import LocalError
from api.local.keys import DEMO_USERS, user_token

_PROJECT = Path(__file__).parents[1]
_HOUR = 3600

_data_dir = click.option(
    "--data-dir",
    envvar="DATA_DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=_PROJECT / ".local" / "stack",
    help="Where the data and logs are (DATA_DIR).",
)


class _Port(click.IntRange):
    name = "port (1 to 65535)"


class _User(click.ParamType[UUID]):
    name = "user"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> UUID:
        if value.lower() in DEMO_USERS:
            return DEMO_USERS[value.lower()]
        try:
            return UUID(value)
        except ValueError:
            self.fail(f"{value!r} is neither {', '.join(DEMO_USERS)} nor a UUID", param, ctx)


_PORT = _Port(1, 65535)


@click.group()
def main() -> None:
    """Help with the session backend for Supabase apps."""


@main.command()
@click.argument("user", type=_User())
@click.option(
    "--ttl",
    type=click.IntRange(min=1),
    default=_HOUR,
    show_default=f"{_HOUR}, an hour",
    help="Seconds it is good for.",
)
def token(user: UUID, ttl: int) -> None:
    """Print a token of USER (alice, bob, carol, dave or any UUID) for the local stack."""
    click.echo(user_token(user, ttl))


@main.command()
@click.option(
    "--database-url",
    envvar="DATABASE_URL",
    help="A connection for what only the database can tell (DATABASE_URL).",
)
def doctor(database_url: str | None) -> None:
    """Examine the deployment that the API's environment variables describe.

    Reads only. Each fault comes with what to do; the exit code is 1 when there is one.
    """
    from api.doctor.report import report  # the other commands need not wait for its imports

    raise SystemExit(not report(database_url))


@main.group()
def local() -> None:
    """Run PostgreSQL, PostgREST and the API on this machine."""


@local.command()
@_data_dir
@click.option("--api-port", envvar="API_PORT", type=_PORT, default=8000, help="(API_PORT)")
@click.option("--rest-port", envvar="REST_PORT", type=_PORT, default=54321, help="(REST_PORT)")
@click.option("--db-port", envvar="DB_PORT", type=_PORT, default=54322, help="(DB_PORT)")
def run(data_dir: Path, api_port: int, rest_port: int, db_port: int) -> None:
    """Run everything until Ctrl-C; the data stays."""
    with _failures_in_a_line():
        from api.local.run import run as run_stack

        run_stack(data_dir, api_port, rest_port, db_port)


@local.command()
@_data_dir
def clean(data_dir: Path) -> None:
    """Remove the data."""
    with _failures_in_a_line():
        from api.local.stack import Stack

        Stack(data_dir, db_port=0, rest_port=0).remove()


@contextmanager
def _failures_in_a_line() -> Iterator[None]:
    try:
        yield
    except LocalError as error:
        raise click.ClickException(str(error)) from None
    except ModuleNotFoundError as error:  # production has no Postgres
        raise click.ClickException(
            f"{error.name} is not installed: pip install '.[local]'"
        ) from None
