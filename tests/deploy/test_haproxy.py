"""`deploy/haproxy` as it stands, in front of two APIs and two PostgREST."""

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from api.errors import CODES
from local.addresses import HOST, free_port, is_healthy
from local.processes import Child
from local.server import api_server, api_settings
from tests.actors import NewUser
from tests.answers import error
from tests.conftest import client
from tests.stacks import Spare, scratch_folder
from tests.stacks.local import LocalStack

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "haproxy" / "haproxy.cfg"
CHECK_SECONDS = 5
REQUESTS = 300


@dataclass
class Site:
    """Where clients come in, and the two APIs behind."""

    url: str
    apis: list[Child]


@pytest.fixture(scope="module")
def program() -> str:
    found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if found is None:
        pytest.skip("there is no haproxy: apt-get install haproxy, brew install haproxy")
    return found


@pytest.fixture(scope="module")
def site(stack: Spare, program: str) -> Iterator[Site]:
    if not isinstance(stack, LocalStack):
        pytest.skip("PostgREST's admin port can be chosen on the embedded stack only")
    with ExitStack() as cleanup:
        folder = cleanup.enter_context(scratch_folder())
        public, private = free_port(), free_port()
        settings = {
            "PATH": os.defpath,
            **api_settings(stack),
            "POSTGREST_URL": f"http://{HOST}:{private}",
            "TRUSTED_PROXIES": HOST,
        }
        env = {"API_BIND": f"{HOST}:{public}", "REST_BIND": f"{HOST}:{private}"}
        apis = []
        for number in ("1", "2"):
            admin, port = free_port(), free_port()
            rest = stack.another_postgrest(PGRST_ADMIN_SERVER_PORT=str(admin))
            address = cleanup.enter_context(rest).removeprefix("http://")
            env |= {f"REST_{number}": address, f"REST_{number}_ADMIN_PORT": str(admin)}
            env[f"API_{number}"] = f"{HOST}:{port}"
            api = api_server(port, settings, folder, folder / f"api-{number}.log")
            cleanup.callback(api.stop)
            api.start()
            apis.append(api)
        url = cleanup.enter_context(haproxy(program, folder, public, env))
        yield Site(url, apis)


@contextmanager
def haproxy(program: str, folder: Path, port: int, env: dict[str, str]) -> Iterator[str]:
    """Run HAProxy with `env`, in which `API_BIND` has `port`, and yield its address."""
    balancer = Child(
        "HAProxy",
        [program, "-db", "-f", str(CONFIGURATION)],
        env=env,
        is_ready=lambda: is_healthy(port, "/readyz"),
        start_seconds=CHECK_SECONDS,
        log=folder / f"haproxy-{port}.log",
    )
    try:
        balancer.start()
        yield f"http://{HOST}:{port}"
    finally:
        balancer.stop()


def test_serves_the_api_and_direct_reads(site: Site, user: NewUser) -> None:
    ada = user("Ada")
    with client(site.url, Authorization=f"Bearer {ada.token}") as browser:
        created = browser.post("/api/v1/study/sessions", json={"title": "Linear algebra"})
        assert created.status_code == 201
        assert browser.get(created.headers["location"]).json() == created.json()
        rows = browser.get("/rest/v1/study_sessions", params={"select": "id"}).json()
        assert rows == [{"id": created.json()["id"]}]


def test_a_restart_of_each_api_is_not_noticed(site: Site, user: NewUser) -> None:
    ada = user("Ada")
    statuses: list[int] = []

    def ask() -> None:
        with client(site.url, Authorization=f"Bearer {ada.token}") as browser:
            statuses.extend(
                browser.get("/api/v1/study/sessions").status_code for _ in range(REQUESTS // 2)
            )

    for api in site.apis:
        asking = threading.Thread(target=ask)
        asking.start()
        api.stop()
        api.start()
        asking.join()
    assert statuses == [200] * REQUESTS


class Breaking(BaseHTTPRequestHandler):
    """A host that breaks off the first request of each method, and answers the next."""

    seen: ClassVar[list[str]]

    def handle_request(self) -> None:
        if self.path == "/readyz":
            self.send_response(200)
        elif self.command in self.seen:
            self.send_response(204)
        else:
            self.seen.append(self.command)
            self.close_connection = True
            return
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = handle_request  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("method", "status"),
    [("GET", 204), ("HEAD", 204), ("POST", 502), ("PATCH", 502), ("PUT", 502), ("DELETE", 502)],
)
def test_a_request_without_an_answer(
    program: str, tmp_path: Path, method: str, status: int
) -> None:
    """Reads are asked again. A write may have been made: it is not, and the answer says so."""
    Breaking.seen = []
    with ThreadingHTTPServer((HOST, 0), Breaking) as host:
        threading.Thread(target=host.serve_forever).start()
        address, port = f"{HOST}:{host.server_port}", free_port()
        env = {"API_BIND": f"{HOST}:{port}", "REST_BIND": f"{HOST}:{free_port()}"}
        for number in ("1", "2"):
            env |= {f"API_{number}": address, f"REST_{number}": address}
            env[f"REST_{number}_ADMIN_PORT"] = str(host.server_port)
        try:
            with haproxy(program, tmp_path, port, env) as url:
                answer = httpx.request(method, f"{url}/api/v1/study/sessions")
                Breaking.seen.clear()
                direct = httpx.request(method, f"{url}/rest/v1/study_sessions")
        finally:
            host.shutdown()
    assert (answer.status_code, direct.status_code) == (status, status)
    if status == 502:
        assert error(answer) == (502, "OUTCOME_UNKNOWN")


def test_a_client_cannot_choose_its_address(site: Site) -> None:
    """Each request claims another address; the limit of failed sign-ins counts them as one."""
    answers = [
        httpx.get(
            f"{site.url}/api/v1/study/sessions", headers={"X-Forwarded-For": f"203.0.113.{it}"}
        ).status_code
        for it in range(150)
    ]
    assert set(answers) == {401, 429}


def test_while_no_api_is_ready(site: Site) -> None:
    """What HAProxy answers by itself has the API's shape."""
    for api in site.apis:
        api.stop()
    try:
        answer = httpx.get(f"{site.url}/api/v1/study/sessions")
    finally:
        for api in site.apis:
            api.start()
    assert error(answer) == (503, "DATABASE_UNAVAILABLE")
    assert answer.headers["Retry-After"] == "1"


def test_every_error_of_its_own_is_one_of_the_apis() -> None:
    errors = re.findall(r"http-error status (\d+) .* string '(.*?)'", CONFIGURATION.read_text())
    assert {status for status, _ in errors} == {"502", "503", "504"}
    for _, body in errors:
        detail = json.loads(body)["detail"]
        assert detail.keys() == {"code", "message"}
        assert detail["code"] in CODES
