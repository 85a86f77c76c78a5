"""Files generated from others by `make types`, committed so that they can be read and shipped.

A test fails if one is out of date.
"""

import json
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Final

import click
import psycopg

from api.doctor.catalog import entries
from api.doctor.declared import DECLARED
from api.kinds import KINDS
from api.main import create_app
from api.settings import Settings
from local.errors import LocalError
from local.migrations import PROJECT, of_units
from local.stack import Stack
from tests.policies import pgtap
from tests.policies.database import with_world
from tests.policies.mutants.runner import all_mutants
from tools import pages
from tools.database_types import database_types

DATABASE_TYPES = PROJECT / "types" / "database.ts"
PYTHON_DATABASE_TYPES = PROJECT / "types" / "database.py"
OPENAPI = PROJECT / "types" / "openapi.json"
CLIENT = PROJECT / "clients" / "typescript"
CLIENT_SCHEMA = CLIENT / "src" / "schema.ts"
NOTHING_OF_OURS: Final = """
do $$
declare
  statement text;
begin
  for statement in
    select format('drop table %s cascade', oid::regclass) from pg_catalog.pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace
    union all
    select format('drop function %s', oid::regprocedure) from pg_catalog.pg_proc
    where pronamespace = 'public'::regnamespace
  loop
    execute statement;
  end loop;
end
$$;
drop schema session_api cascade;
"""


def openapi() -> str:
    """Return the API's description, as `/openapi.json` serves it."""
    settings = Settings(environment="development", _env_file=None)
    return json.dumps(create_app(settings).openapi(), indent=2, ensure_ascii=False) + "\n"


def _entries_with(connection: psycopg.Connection, unit: str) -> dict[str, str]:
    for migration in of_units([unit]):
        connection.execute(migration.read_bytes())
    return entries(connection)


def client_schema(document: str) -> str:
    """Return the API's types for the TypeScript client, as openapi-typescript makes them.

    Args:
        document: what `openapi` returns.

    Raises:
        LocalError: openapi-typescript is missing, or failed; the message has its words.

    """
    program = CLIENT / "node_modules" / ".bin" / "openapi-typescript"
    if not program.exists():
        raise LocalError(f"openapi-typescript is missing: run `npm ci` in {CLIENT}.")
    with NamedTemporaryFile("w", suffix=".json") as file:
        file.write(document)
        file.flush()
        result = subprocess.run(  # noqa: S603
            [str(program), file.name], capture_output=True, text=True, check=False
        )
    if result.returncode != 0:
        raise LocalError(f"The client's types could not be made:\n{result.stderr.strip()}")
    return result.stdout


def declared(database_url: str) -> str:
    """Return the state that `session-api doctor` expects, for the base and each kind.

    Args:
        database_url: a database with the migrations and nothing else, for a superuser. It is left
            as it is.

    """
    with psycopg.connect(database_url) as connection:
        connection.execute(NOTHING_OF_OURS)
        base = _entries_with(connection, "base")
        units = {"base": base}
        for kind in KINDS:
            with connection.transaction(force_rollback=True):
                found = _entries_with(connection, kind)
            units[kind] = {name: it for name, it in found.items() if base.get(name) != it}
        connection.rollback()
    return json.dumps(units, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all generated files."""
    document, tests = openapi(), pgtap.files()
    with TemporaryDirectory() as folder, Stack.scratch(Path(folder) / "stack") as stack:
        stack.migrate()
        with with_world(stack.superuser_url) as db:
            mutants = len(all_mutants(db))
        proof = pages.with_counts(pages.PROOF.read_text(), tests)
        texts = {
            DATABASE_TYPES: database_types(stack.database_url, "typescript"),
            PYTHON_DATABASE_TYPES: database_types(stack.database_url, "python"),
            DECLARED: declared(stack.database_url),
            OPENAPI: document,
            CLIENT_SCHEMA: client_schema(document),
            **tests,
            pages.README: pages.with_kinds(pages.README.read_text()),
            pages.PROOF: pages.with_mutants(proof, mutants),
        }
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        click.echo(f"Wrote {path.relative_to(PROJECT)}")


if __name__ == "__main__":
    main()
