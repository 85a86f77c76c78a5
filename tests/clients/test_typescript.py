"""The TypeScript client: its own tests by Node's runner, its size, its version."""

import gzip
import json
import re
from pathlib import Path

from local.migrations import PROJECT
from tests.actors import NewMatch, NewWingman
from tests.clients.node import CLIENT, run

MAX_GZIPPED_BYTES = 6_000


def test_against_the_api(api: str, built: Path, match: NewMatch, wingman: NewWingman) -> None:
    pair = match()
    session = wingman(of=pair)
    world = {
        "client": str(built / "index.js"),
        "url": api,
        "ada": pair.user1.token,
        "ben": pair.user2.token,
        "cleo": pair.stranger.token,
        "due": str(session.session_id),
        "match": {
            "match_id": str(pair.match_id),
            "user1_challenge_id": str(pair.challenge1_id),
            "user2_challenge_id": str(pair.challenge2_id),
        },
    }
    said = run("node", "--test", "tests/client.test.mjs", WORLD=json.dumps(world))
    assert int(re.findall(r"pass (\d+)", said)[-1]) >= 15, said


def test_size_beside_openapi_fetch(built: Path) -> None:
    entry = str(built / "index.js")
    options = ["--bundle", "--minify", "--format=esm", "--external:openapi-fetch"]
    bundle = run("esbuild", entry, *options)
    assert 500 < len(gzip.compress(bundle.encode())) < MAX_GZIPPED_BYTES


def test_needs_no_node_and_no_browser(built: Path) -> None:
    code = "".join(it.read_text() for it in built.glob("*.js"))
    assert set(re.findall(r'from "([^."][^"]*)"', code)) == {"openapi-fetch"}
    assert (
        re.findall(r"\b(window|document|localStorage|process|Buffer|require)\b[.(\[]", code) == []
    )


def test_every_endpoint_has_a_method() -> None:
    """A code that is new in the document has to be added to the client."""
    source = (CLIENT / "src" / "index.ts").read_text()
    used = set(re.findall(r'http\.([A-Z]+)\("([^"]+)"', source))
    document = json.loads((PROJECT / "types" / "openapi.json").read_text())
    there = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith("/api/")
    }
    assert used == there, "clients/typescript/src/index.ts needs a method for each"


def test_version_is_the_apis() -> None:
    version = json.loads((CLIENT / "package.json").read_text())["version"]
    assert f'\nversion = "{version}"\n' in (PROJECT / "pyproject.toml").read_text()
