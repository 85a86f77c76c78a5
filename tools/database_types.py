"""Types of the exposed schema, for direct reads: the Supabase CLI's output, made narrower.

The CLI knows columns, not constraints: to it a status is any text, and what a view computes may be
null. Here a column that a constraint holds to a list of words gets the union of them.
"""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

import psycopg

from local.errors import LocalError
from local.migrations import CLI, PROJECT

Language = Literal["typescript", "python"]
Columns = Mapping[tuple[str, str], list[str]]


class Computed(NamedTuple):
    """A computed column of a view: the type that the CLI gives it, and the real one."""

    view: str
    column: str
    said: str
    is_: str


VIEW: Final = "wingman_session_details"
YES_OR_NO: Final = ("due", "accepted", "can_confirm", "can_cancel", "can_report_no_show")

COMPUTED: Final[dict[Language, tuple[Computed, ...]]] = {
    "typescript": (
        *(Computed(VIEW, name, "boolean | null", "boolean") for name in YES_OR_NO),
        Computed(VIEW, "you", "string | null", '"user1" | "user2"'),
        Computed(VIEW, "version", "string | null", "string"),
        Computed(VIEW, "participants", "Json | null", "Participants"),
    ),
    "python": (
        *(Computed(VIEW, name, "Optional[bool]", "bool") for name in YES_OR_NO),
        Computed(VIEW, "you", "Optional[str]", 'Literal["user1", "user2"]'),
        Computed(VIEW, "version", "Optional[str]", "str"),
    ),
}

PARTICIPANTS: Final = """
export type Challenge = {
  id: string
  title: string
  description: string
  difficulty: string
  points: number
}

export type Participant = { id: string; name: string; challenge: Challenge; confirmed: boolean }

/** What `wingman_session_details.participants` holds. */
export type Participants = { user1: Participant; user2: Participant }
"""

LISTED: Final = """
select relname, attname, pg_get_constraintdef(pg_constraint.oid)
from pg_constraint
join pg_class on pg_class.oid = conrelid
join pg_attribute on attrelid = conrelid and attnum = conkey[1]
where contype = 'c' and cardinality(conkey) = 1 and connamespace = 'public'::regnamespace
  and pg_get_constraintdef(pg_constraint.oid) like '% = ANY (%'
"""


def database_types(database_url: str, language: Language) -> str:
    """Return the types of the exposed schema.

    Args:
        database_url: a database with the migrations, for a role that may read the catalogue.
        language: whose types; TypeScript's are for supabase-js.

    Raises:
        LocalError: the Supabase CLI failed; the message has its words.

    """
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(LISTED).fetchall()
    listed = {(table, column): re.findall(r"'(\w+)'::", says) for table, column, says in rows}
    # the view shows these as the sessions have them
    listed |= {
        (VIEW, column): words
        for (table, column), words in listed.items()
        if table == "wingman_sessions"
    }
    text = generated(database_url, language)
    narrowed = narrowed_python if language == "python" else narrowed_typescript
    return narrowed(text, listed)


def generated(database_url: str, language: Language) -> str:
    """Return the Supabase CLI's output."""
    result = subprocess.run(  # noqa: S603
        [
            *(str(CLI), "gen", "types", f"--remote={database_url}?sslmode=disable"),
            *("--lang", language, "--schema", "public"),
            *("--workdir", str(PROJECT), "--agent", "no"),
        ],
        env={**os.environ, "SUPABASE_TELEMETRY_DISABLED": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise LocalError(f"The types could not be made:\n{result.stderr.strip()}")
    return result.stdout


def narrowed_typescript(text: str, listed: Columns) -> str:
    """Narrow the columns of each table's block."""
    # a block begins with the table's name and its Row
    blocks = re.split(r'(?="\w+": \{\s+Row: )', text)
    for index, block in enumerate(blocks):
        name = block[1 : block.find('"', 1)]
        for (table, column), words in listed.items():
            if table == name:
                union = " | ".join(map(json.dumps, words))
                block = re.sub(rf'("{column}"\??: )string\b', rf"\1{union}", block)
        for view, column, said, is_ in COMPUTED["typescript"]:
            if view == name:
                block = block.replace(f'"{column}": {said}', f'"{column}": {is_}')
        blocks[index] = block
    return "".join(blocks).replace(
        "\nexport type Database ", f"{PARTICIPANTS}\nexport type Database "
    )


def narrowed_python(text: str, listed: Columns) -> str:
    """Narrow the columns of each table's classes."""
    blocks = re.split(r"(?=^class )", text, flags=re.MULTILINE)
    for index, block in enumerate(blocks):
        for (table, column), words in listed.items():
            if re.match(rf"class Public{class_name(table)}(Insert|Update)?\(", block):
                union = f"Literal[{', '.join(map(json.dumps, words))}]"
                block = re.sub(rf"(\b{column}: .*?)\bstr\b", rf"\1{union}", block)
        for view, column, said, is_ in COMPUTED["python"]:
            if block.startswith(f"class Public{class_name(view)}("):
                block = block.replace(f"{column}: {said}", f"{column}: {is_}")
        blocks[index] = block
    return "".join(blocks)


def class_name(table: str) -> str:
    """Name a table as the CLI names its class."""
    return "".join(word.capitalize() for word in table.split("_"))
