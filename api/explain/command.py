"""The command line of `session-api explain`."""

import json
from typing import NoReturn, get_args

import click

from api.explain.verdicts import ExplainError, Operation


@click.command()
@click.option("--as", "user", required=True, metavar="USER", help="The user's id (`sub`).")
@click.option("--claims", metavar="JSON", help='Further claims, such as {"aal": "aal2"}.')
@click.option(
    "--role",
    type=click.Choice(["authenticated", "session_api"]),
    default="authenticated",
    show_default=True,
    help="The browser's role, or the API's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--database-url", envvar="DATABASE_URL", help="The project's database (DATABASE_URL)."
)
@click.argument("operation", type=click.Choice(get_args(Operation)))
@click.argument("table")
@click.argument("arguments", nargs=-1, metavar="[ID] [VALUES]")
def explain(
    user: str,
    claims: str | None,
    role: str,
    as_json: bool,
    database_url: str | None,
    operation: Operation,
    table: str,
    arguments: tuple[str, ...],
) -> None:
    """Explain why Postgres allows or refuses a user to read or write a row.

    It works for any table of the project. ID is the row's primary key, or a JSON object of columns;
    VALUES is a JSON object. The statement runs in a transaction that is rolled back.
    """
    if not database_url:
        _fail("set DATABASE_URL to the project's connection string")
    try:
        from api.connection import UnreachableError, connect
        from api.explain.explanation import explain as ask
        from api.explain.question import Question
        from api.explain.question import claims as token
    except ImportError:
        _fail("its driver is not installed: pip install '.[doctor]'")
    from api.explain.report import lines

    try:
        question = Question(operation, table, arguments, role, token(user, role, claims))
        with connect(database_url) as connection:
            explanation = ask(connection, question)
    except UnreachableError as error:
        _fail(f"DATABASE_URL cannot be used: {error}")
    except ExplainError as error:
        _fail(str(error))
    if as_json:
        click.echo(json.dumps(explanation.json(), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(lines(explanation)))


def _fail(message: str) -> NoReturn:
    click.echo(f"session-api explain: {message}", err=True)
    raise SystemExit(2)
