"""The command line of `session-api install`."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from api.install.errors import InstallError
from api.install.names import Names, parse
from api.install.project import ProjectFolder
from api.install.shipped import Migration, wanted
from api.kinds import KINDS, KindName

if TYPE_CHECKING:
    from api.install.unit import Plan


@click.command()
@click.argument("project", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--kinds", required=True, metavar="KINDS", help="Which, such as wingman,chat.")
@click.option(
    "--database-url",
    envvar="DATABASE_URL",
    help="The project's database. It is read, never changed (DATABASE_URL).",
)
@click.option("--names", metavar="SCHEMA.TABLE.COLUMN", help="The column with users' names.")
@click.option("--sign-up-trigger", is_flag=True, help="Make a profile for each new account.")
def install(
    project: Path, kinds: str, database_url: str | None, names: str | None, *, sign_up_trigger: bool
) -> None:
    """Write a migration with what KINDS need into the Supabase project in the folder PROJECT.

    It is written to PROJECT/supabase/migrations/, for `supabase db push`. No database is changed.
    Exit code 1: the project's tables or rows do not allow it, and nothing was written.
    """
    try:
        chosen = _kinds(kinds)
        folder = ProjectFolder(project)
        source = parse(names) if names else None
        there = folder.written()
        have = {name for written in there for name in written.sources}
        missing = [migration for migration in wanted(chosen) if migration.name not in have]
        for written in there:
            if written.is_edited:
                click.echo(f"{written.path.name} was edited by hand and is left unchanged.")
        with_sign_up = sign_up_trigger and "sign-up" not in have
        if not missing and not with_sign_up:
            click.echo("Nothing to do: the project already has these kinds.")
            return
        adopts = any(written.adopts for written in there)
        made = _plan(missing, database_url, source, with_sign_up=with_sign_up, adopts=adopts)
        _finish(folder, chosen, made, [m.name for m in missing], with_sign_up=with_sign_up)
    except InstallError as error:
        _fail(str(error))


def _plan(
    missing: list[Migration],
    database_url: str | None,
    source: Names | None,
    *,
    with_sign_up: bool,
    adopts: bool,
) -> "Plan":
    try:
        import psycopg

        from api.connection import UnreachableError, connect
        from api.explain.trial import first_line
        from api.install.plan import plan
    except ImportError:
        raise InstallError(
            "the PostgreSQL driver is not installed: pip install '.[doctor]'"
        ) from None
    if not database_url and adopts:
        raise InstallError(
            "an earlier installation adopted tables of this project: set DATABASE_URL"
        )
    if not database_url:
        click.echo("DATABASE_URL is not set: the database is assumed to be empty.")
        return plan(missing, None, source, with_sign_up=with_sign_up)
    try:
        with connect(database_url) as connection:
            connection.read_only = True
            made = plan(missing, connection, source, with_sign_up=with_sign_up)
            connection.rollback()
            return made
    except psycopg.Error as error:
        raise InstallError(f"the database cannot be read: {first_line(error)}") from None
    except UnreachableError as error:
        raise InstallError(f"DATABASE_URL cannot be used: {error}") from None


def _finish(
    folder: ProjectFolder,
    kinds: tuple[KindName, ...],
    made: "Plan",
    sources: list[str],
    *,
    with_sign_up: bool,
) -> None:
    from api.install.report import remarks, stopped

    if made.is_stopped:
        click.echo("\n".join(stopped(made)))
        raise SystemExit(1)
    if with_sign_up:
        sources = [*sources, "sign-up"]
    units = [name.partition("_")[2].removesuffix(".sql") for name in sources]
    path = folder.write(
        ", ".join(unit or "sign-up" for unit in units), sources, "\n".join(made.body)
    )
    removal = folder.write_removal(path, made.undo)
    click.echo(f"Wrote {path}\nWrote {removal}, which uninstalls it")
    click.echo("\n".join(remarks(made)))
    click.echo(
        "\nNext:\n"
        "  npx supabase db push                       apply it\n"
        f"  KINDS={','.join(kinds):<38} in the API's environment\n"
        "  session-api doctor                         check the result"
    )


def _kinds(text: str) -> tuple[KindName, ...]:
    found: list[KindName] = []
    for word in text.split(","):
        for kind in KINDS:
            if kind == word.strip() and kind not in found:
                found.append(kind)
        if word.strip() not in KINDS:
            raise InstallError(
                f"there is no kind {word.strip()!r}; the kinds are {', '.join(KINDS)}"
            )
    return tuple(found)


def _fail(message: str) -> NoReturn:
    click.echo(f"session-api install: {message}", err=True)
    raise SystemExit(2)
