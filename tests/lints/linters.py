"""Other people's linters and provers, and what they find: (tool, rule, where) of each finding."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from local.migrations import PROJECT

HERE = Path(__file__).parent
PYTHON_TOOLS = PROJECT / ".local" / "lints" / "venv" / "bin"
NODE_TOOLS = HERE / "node_modules" / ".bin"

Finding = tuple[str, str, str]

# what pgrls tries to prove: nobody reads without a token, reads another user's rows, writes another
# user's rows, or reads a table's rows through a view that they may not read themselves
PROOFS = ("anon", "cross-tenant", "write", "reachability")


def answer(command: Sequence[str | Path], **environment: str) -> Any:
    """Give the JSON that a linter prints; its exit code only repeats that it found something."""
    result = subprocess.run(  # noqa: S603
        [str(word) for word in command],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout, result.stderr
    return json.loads(result.stdout)


def pgrls(database_url: str, *arguments: str | Path) -> Any:
    """Run pgrls on a database that has no TLS."""
    command = (PYTHON_TOOLS / "pgrls", *arguments, "--format", "json")
    return answer(command, DATABASE_URL=f"{database_url}?sslmode=disable")


def policy_lints(database_url: str) -> Iterator[Finding]:
    """What pgrls has to say of the policies, grants, functions and roles."""
    for found in pgrls(database_url, "lint", "--schemas", "public,session_api")["violations"]:
        yield "pgrls lint", found["rule_id"], found["location"]


def policy_proofs(database_url: str) -> Iterator[Finding]:
    """Each table of which pgrls cannot prove, or can disprove, that users are kept apart."""
    config = ("--config", HERE / "pgrls.toml", "--auth-function", "session_api.caller_id")
    for mode in PROOFS:
        proof = pgrls(database_url, "verify", "--schemas", "public", "--mode", mode, *config)
        for table in proof["tables"]:
            if table["verdict"] != "isolated":
                yield "pgrls verify", f"{mode}: {table['verdict']}", table["table"]


def migration_lints(files: Sequence[Path]) -> Iterator[Finding]:
    """What squawk has to say of migrations."""
    for found in answer((PYTHON_TOOLS / "squawk", "--reporter", "json", *files)):
        yield "squawk", found["rule_name"], Path(found["file"]).stem.partition("_")[2]


def document_lints(document: Path) -> Iterator[Finding]:
    """What redocly and spectral have to say of an OpenAPI document."""
    redocly = (NODE_TOOLS / "redocly", "lint", document, "--format=json")
    for found in answer(redocly, REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true")[
        "problems"
    ]:
        yield "redocly", found["ruleId"], found["location"][0]["pointer"]
    spectral = (NODE_TOOLS / "spectral", "lint", "--ruleset", HERE / "spectral.yaml")
    for found in answer((*spectral, "--format", "json", "--quiet", document)):
        yield "spectral", found["code"], " ".join(map(str, found["path"]))
