"""`KINDS` says which kinds an API serves; other kinds' tables and paths do not exist for it."""

from pathlib import Path

import httpx
import pytest

from api.kinds import KINDS, KindName
from api.main import create_app
from api.sessions.registry import ROOT, SERVED, places
from api.settings import Settings
from tests.conftest import Serve, client
from tests.in_process import InProcess
from tests.installed import INSTALLED

EVERY_PATH = {place.path for place in places(KINDS, "study")}


def app(*kinds: KindName) -> InProcess:
    return InProcess(create_app(Settings(environment="development", kinds=kinds, _env_file=None)))


@pytest.mark.parametrize("kind", INSTALLED)
class TestOneKind:
    def test_serves_its_paths_alone(self, kind: KindName) -> None:
        served = {place.path for place in places([kind], "study")}
        assert served == {KINDS[kind].path, *SERVED[kind].published} | (
            {ROOT} if kind == "study" else set()
        )
        alone = app(kind)
        routes = {route.path for route in alone.app.routes}  # type: ignore[attr-defined]
        assert served == {
            path
            for path in EVERY_PATH
            for it in routes
            if it == path or it.startswith(f"{path}/{{")
        }
        for path in EVERY_PATH - served:
            for below in ("", "/00000000-0000-4000-8000-000000000000"):
                assert alone.get(path + below).status_code == 404, path + below

    def test_is_documented_alone(self, kind: KindName) -> None:
        document = app(kind).get("/openapi.json").json()
        paths = [path for path in document["paths"] if path.startswith("/api")]
        assert paths
        assert all(path.startswith(KINDS[kind].path) for path in paths)
        assert {tag["name"] for tag in document["tags"]} == {kind, "health"}

    def test_is_ready(self, kind: KindName, serve: Serve) -> None:
        with client(serve(KINDS=kind)) as visitor:
            assert visitor.get("/readyz").status_code == 200


def test_root_of_a_kind_that_is_not_served() -> None:
    assert app("wingman").get(ROOT).status_code == 404


@pytest.mark.all_kinds
def test_all_without_the_setting(api: str) -> None:
    paths = httpx.get(f"{api}/openapi.json").json()["paths"]
    assert {kind for kind, it in KINDS.items() if it.path in paths} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_has_tests_of_its_own(kind: KindName) -> None:
    """Tests of all kinds do not know a kind's rules."""
    folder = Path(__file__).parent / kind
    tests = [line for it in folder.glob("test_*.py") for line in it.read_text().splitlines()]
    assert any(line.lstrip().startswith("def test_") for line in tests), f"{folder} has no test"
