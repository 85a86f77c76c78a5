"""The commands of the local stack: `session-api local …` and `session-api token`, from a clone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import click

from local.duration import duration
from local.errors import LocalError
from local.keys import DEMO_USERS, user_token

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


class _Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        try:
            return duration(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


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


@click.command()
@click.argument("user", type=_User())
@click.option(
    "--ttl",
    type=click.IntRange(min=1),
    default=_HOUR,
    show_default=f"{_HOUR}, an hour",
    help="Seconds until it expires.",
)
def token(user: UUID, ttl: int) -> None:
    """Print a token of USER (alice, bob, carol, dave or any UUID) for the local stack."""
    click.echo(user_token(user, ttl))


@click.group()
def local() -> None:
    """Run PostgreSQL, PostgREST and the API on this machine."""


@local.command()
@_data_dir
@click.option("--api-port", envvar="API_PORT", type=_PORT, default=8000, help="(API_PORT)")
@click.option("--rest-port", envvar="REST_PORT", type=_PORT, default=54321, help="(REST_PORT)")
@click.option("--db-port", envvar="DB_PORT", type=_PORT, default=54322, help="(DB_PORT)")
@click.option(
    "--jwt-expiry",
    envvar="JWT_EXPIRY",
    type=click.IntRange(1, 604_800),
    default=_HOUR,
    help="Seconds that the token of a sign-in is valid (JWT_EXPIRY).",
)
@click.option(
    "--backend",
    envvar="BACKEND",
    type=click.Choice(("postgrest", "postgres")),
    default="postgrest",
    help="How the API reaches the database: through PostgREST, or by connections of its own "
    "(BACKEND).",
)
def run(
    data_dir: Path, api_port: int, rest_port: int, db_port: int, jwt_expiry: int, backend: str
) -> None:
    """Run everything until Ctrl-C; the data stays."""
    with _failures_in_a_line():
        from local.run import run as run_stack

        run_stack(data_dir, api_port, rest_port, db_port, jwt_expiry, backend)


@local.command()
@click.argument("passes", type=_Duration())
@_data_dir
def advance(passes: timedelta, data_dir: Path) -> None:
    """Let PASSES (2h, 30m, 1d) pass for the sessions of the running stack.

    All their times move back: with 1h, a session due in an hour can be confirmed now.
    """
    with _failures_in_a_line():
        from local.stack import Stack

        rows = Stack(data_dir, db_port=0, rest_port=0).advance(passes)
    click.echo(f"The times in {rows} rows are {passes} earlier now.")


@local.command()
@_data_dir
def clean(data_dir: Path) -> None:
    """Remove the data."""
    with _failures_in_a_line():
        from local.stack import Stack

        Stack(data_dir, db_port=0, rest_port=0).remove()


@contextmanager
def _failures_in_a_line() -> Iterator[None]:
    try:
        yield
    except LocalError as error:
        raise click.ClickException(str(error)) from None
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"{error.name} is not installed: pip install '.[local]'"
        ) from None
