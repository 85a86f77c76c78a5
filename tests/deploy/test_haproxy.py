"""`deploy/haproxy` as it stands, in front of two APIs and two PostgREST."""

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

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
def site(stack: Spare) -> Iterator[Site]:
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if program is None:
        pytest.skip("there is no haproxy: apt-get install haproxy, brew install haproxy")
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
        balancer = Child(
            "HAProxy",
            [program, "-db", "-f", str(CONFIGURATION)],
            env=env,
            is_ready=lambda: is_healthy(public, "/readyz"),
            start_seconds=CHECK_SECONDS,
            log=folder / "haproxy.log",
        )
        cleanup.callback(balancer.stop)
        balancer.start()
        yield Site(f"http://{HOST}:{public}", apis)


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
