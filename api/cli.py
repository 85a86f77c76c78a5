"""The command line: `serve`, `doctor`, `explain`, `install` and `env`; a clone has more."""

from contextlib import suppress

import click

from api.explain.command import explain
from api.install.command import install


@click.group()
def main() -> None:
    """Help with the session backend for Supabase apps."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="The port (PORT).")
@click.option("--workers", type=int, help="How many processes (WEB_CONCURRENCY).")
@click.option("--root-path", default="", help="The prefix that a proxy in front strips: /backend.")
def serve(host: str, port: int, workers: int | None, root_path: str) -> None:
    """Serve the API that the environment variables describe."""
    from api import serve as server  # the other commands need not wait for its imports

    server.serve(host, port, workers=workers, root_path=root_path)


@main.command()
@click.option(
    "--database-url",
    envvar="DATABASE_URL",
    help="A connection for the checks that need the database (DATABASE_URL).",
)
@click.option("--cell", help="With CELLS: the cell to check, with its DATABASE_URL.")
def doctor(database_url: str | None, cell: str | None) -> None:
    """Check the deployment that the API's environment variables describe.

    Read-only. Each fault is printed with its remedy; the exit code is 1 if there are any.
    """
    from api.doctor.report import report  # the other commands need not wait for its imports

    raise SystemExit(not report(database_url, cell))


main.add_command(explain)
main.add_command(install)


@main.command()
@click.option(
    "--api-url",
    envvar="NEXT_PUBLIC_SESSION_API_URL",
    default="http://127.0.0.1:8000",
    show_default=True,
    help="Where browsers reach the API.",
)
def env(api_url: str) -> None:
    """Print the .env.local of a Next.js frontend."""
    from api.environment import frontend_environment
    from api.settings import load_settings

    try:
        click.echo(frontend_environment(load_settings(), api_url.rstrip("/")), nl=False)
    except ValueError as error:
        raise click.ClickException(str(error)) from None


# a clone has the local stack, the package does not
with suppress(ModuleNotFoundError):
    from local.commands import local, token

    main.add_command(local)
    main.add_command(token)
