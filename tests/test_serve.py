"""The server as it is started in production: upgrades, a rolling restart, its command line."""

import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from local.addresses import HOST, free_port, is_healthy
from local.project import Project
from local.server import api_settings
from tests.actors import NewUser
from tests.conftest import Serve, client, get

START_SECONDS = 30


class Process:
    """`session-api serve`, as an operator starts it."""

    def __init__(self, stack: Project, folder: Path, *options: str, **env: str) -> None:
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.command = [sys.executable, "-m", "api", "serve", "--port", str(self.port), *options]
        self.env = {"PATH": os.defpath, **api_settings(stack), "RATE_LIMITS": "off", **env}
        self.folder = folder
        self.log = folder / f"{self.port}.log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(  # noqa: S603 - our own program
                self.command, cwd=self.folder, env=self.env, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not is_healthy(self.port, "/readyz"):
            assert self.running.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def terminate(self) -> None:
        self.running.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        return self.running.wait(30)

    def end(self) -> None:
        if hasattr(self, "running"):
            self.running.kill()
            self.running.wait()


@contextmanager
def process(stack: Project, folder: Path, *options: str, **env: str) -> Iterator[Process]:
    started = Process(stack, folder, *options, **env)
    try:
        started.start()
        yield started
    finally:
        started.end()


UPGRADE = (
    "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n{body}"
)


def upgrade(address: str, path: str, method: str = "GET", body: str = "") -> bytes:
    """What is answered to a request for a WebSocket."""
    url = urlsplit(address)
    more = f"Content-Length: {len(body)}\r\n" if body else ""
    with socket.create_connection((url.hostname, url.port), timeout=5) as wire:
        wire.sendall(UPGRADE.format(method=method, path=path, more=more, body=body).encode())
        return wire.recv(65_536)


class TestUpgrades:
    """A WebSocket upgrade is answered like any other request."""

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "/healthz", "", 200),
            ("GET", "/nowhere", "", 404),
            ("GET", "/api/v1/study/sessions", "", 401),
            ("POST", "/api/v1/study/sessions", "{}", 401),
            ("GET", "/healthz", "x" * 100, 200),
        ],
    )
    def test_is_answered(self, api: str, method: str, path: str, body: str, status: int) -> None:
        answer = upgrade(api, path, method, body)
        assert answer.startswith(f"HTTP/1.1 {status} ".encode())
        assert b"x-request-id: " in answer

    def test_is_counted(self, serve: Serve) -> None:
        address = serve(RATE_LIMITS="on", RATE_LIMIT_ADDRESS="3/hour", LOG_FORMAT="json")
        answers = [upgrade(address, "/nowhere") for _ in range(5)]
        assert [it.split(b" ", 2)[1] for it in answers] == [b"404"] * 3 + [b"429"] * 2

    def test_has_one_line_in_the_log(self, stack: Project, tmp_path: Path) -> None:
        with process(stack, tmp_path, LOG_FORMAT="json") as server:
            upgrade(server.url, "/nowhere")
            server.terminate()
            server.wait()
        lines = [json.loads(it) for it in server.log.read_text().splitlines()]
        assert [it["status"] for it in lines if it["event"] == "request"] == [404]
        assert not [it for it in lines if it["level"] == "warning"]


class TestPrefix:
    """Behind a proxy that strips a prefix."""

    def test_location_and_links(self, stack: Project, tmp_path: Path, user: NewUser) -> None:
        with (
            process(stack, tmp_path, "--root-path", "/backend") as server,
            client(server.url, Authorization=f"Bearer {user().token}") as owner,
        ):
            for _ in range(2):
                created = owner.post("/api/v1/study/sessions", json={"title": "Algebra"})
            location = created.headers["Location"]
            assert location == f"/backend/api/v1/study/sessions/{created.json()['id']}"
            assert owner.get(location.removeprefix("/backend")).status_code == 200
            page = owner.get("/api/v1/study/sessions", params={"limit": 1}).json()
            assert page["next"].startswith("/backend/api/v1/study/sessions?")
            assert owner.get("/openapi.json").json()["servers"] == [{"url": "/backend"}]
            shown = owner.get("/docs").text
            assert "'/backend/openapi.json'" in shown
            for path in re.findall(r'(?:src|href)="([^"]+)"', shown):
                assert owner.get(path.removeprefix("/backend")).status_code == 200

    def test_probes_are_probes(self, stack: Project, tmp_path: Path) -> None:
        limits = {"RATE_LIMITS": "on", "RATE_LIMIT_ADDRESS": "1/hour"}
        with process(stack, tmp_path, "--root-path", "/backend", **limits) as server:
            assert {get(f"{server.url}/readyz").status_code for _ in range(5)} == {200}


class TestPreflights:
    def test_are_counted(self, serve: Serve) -> None:
        origin = "https://app.example.com"
        address = serve(RATE_LIMITS="on", RATE_LIMIT_ADDRESS="3/hour", CORS_ORIGINS=origin)
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answers = [httpx.options(f"{address}/x", headers=headers) for _ in range(5)]
        assert [it.status_code for it in answers] == [200] * 3 + [429] * 2
        assert answers[0].headers["RateLimit-Limit"] == "3"
        assert {it.headers["Access-Control-Allow-Origin"] for it in answers} == {origin}


class TestStopping:
    def test_serves_on_while_it_leaves(self, stack: Project, tmp_path: Path) -> None:
        with process(stack, tmp_path, SHUTDOWN_DELAY="1.5") as server:
            server.terminate()
            time.sleep(0.3)
            ready = get(f"{server.url}/readyz")
            assert ready.status_code == 503
            assert ready.json()["detail"]["code"] == "NOT_READY"
            alive = get(f"{server.url}/healthz")
            assert alive.status_code == 200
            assert alive.headers["Connection"] == "close"
            assert server.running.poll() is None
            assert server.wait() in (0, -signal.SIGTERM)

    def test_twice_is_now(self, stack: Project, tmp_path: Path) -> None:
        with process(stack, tmp_path, SHUTDOWN_DELAY="60") as server:
            server.terminate()
            time.sleep(0.3)
            server.terminate()
            assert server.wait() in (0, -signal.SIGTERM)

    def test_several_workers(self, stack: Project, tmp_path: Path) -> None:
        with process(stack, tmp_path, "--workers", "2", SHUTDOWN_DELAY="2") as server:
            server.terminate()
            while get(f"{server.url}/readyz").status_code == 200:  # the supervisor tells them
                time.sleep(0.05)
            time.sleep(0.1)
            assert {get(f"{server.url}/readyz").status_code for _ in range(5)} == {503}
            assert get(f"{server.url}/healthz").status_code == 200
            assert server.wait() in (0, -signal.SIGTERM)

    def test_a_wrong_setting_is_said_once(self, stack: Project, tmp_path: Path) -> None:
        wrong = Process(stack, tmp_path, "--workers", "2", MAX_BODY_BYTES="none")
        ended = subprocess.run(  # noqa: S603 - our own program
            wrong.command, cwd=tmp_path, env=wrong.env, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 1
        assert ended.stderr.count("MAX_BODY_BYTES") == 1
        assert "Traceback" not in ended.stderr


class Balancer:
    """Sends each request to the next server that its last probe found ready, and never again."""

    def __init__(self, servers: list[Process]) -> None:
        self.servers = servers
        self.ready = set(servers)
        self.turns = itertools.count()
        self.stopped = threading.Event()
        balancer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = balancer.forward(self.path, self.headers["Authorization"])
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server.server_port}"
        self.threads = [
            threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True),
            threading.Thread(target=self.probe, daemon=True),
        ]

    def forward(self, path: str, authorization: str) -> tuple[int, bytes]:
        ready = [it for it in self.servers if it in self.ready]
        if not ready:
            return 502, b""
        chosen = ready[next(self.turns) % len(ready)]
        try:
            answer = get(f"{chosen.url}{path}", Authorization=authorization)
        except httpx.HTTPError:
            return 502, b""
        return answer.status_code, answer.content

    def probe(self) -> None:
        while not self.stopped.wait(0.1):
            for server in self.servers:
                if is_healthy(server.port, "/readyz"):
                    self.ready.add(server)
                else:
                    self.ready.discard(server)

    def __enter__(self) -> "Balancer":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()


class TestRollingRestart:
    def test_loses_nothing(self, stack: Project, tmp_path: Path, user: NewUser) -> None:
        """Two servers, replaced one after the other, behind a balancer that never retries."""
        reader = {"Authorization": f"Bearer {user().token}"}
        statuses: list[int] = []
        over = threading.Event()

        with (
            process(stack, tmp_path, SHUTDOWN_DELAY="1") as first,
            process(stack, tmp_path, SHUTDOWN_DELAY="1") as second,
            Balancer([first, second]) as balancer,
        ):

            def ask() -> None:
                while not over.is_set() or len(statuses) < 500:
                    answer = get(f"{balancer.url}/api/v1/study/sessions", **reader)
                    statuses.append(answer.status_code)

            clients = [threading.Thread(target=ask) for _ in range(4)]
            for thread in clients:
                thread.start()
            for server in (first, second):
                server.terminate()
                assert server.wait() in (0, -signal.SIGTERM)
                server.start()
                time.sleep(0.5)
            over.set()
            for thread in clients:
                thread.join()
        assert len(statuses) >= 500
        assert set(statuses) == {200}
