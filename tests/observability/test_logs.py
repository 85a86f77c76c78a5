"""The log: one line a request, and never a word or a token of a user's."""

import io
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import Request
from starlette.middleware import Middleware

from api.errors import ApiError, unavailable
from api.http import docs
from api.http.application import Application
from api.http.frame import Frame
from api.main import create_app
from api.observability import logs
from api.routing import serve
from api.settings import Settings
from local.addresses import HOST, free_port
from local.project import Project
from local.server import api_server, api_settings
from tests.actors import NewMatch, NewUser, NewWingman, Sql, User
from tests.conftest import client
from tests.in_process import InProcess
from tests.kinds import new_posting
from tests.stacks import scratch_folder

SECRET = "xyzzy"
NOBODY = uuid4()

Line = dict[str, Any]


@dataclass
class Served:
    """An API that logs into a file."""

    address: str
    log: Path

    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.log.read_text().rpartition("\n")[0].splitlines()]

    def after(self, answer: httpx.Response) -> Line:
        """The line of a request, which is written once the answer is sent."""
        return self.line(answer.headers["X-Request-ID"])

    def line(self, request_id: str) -> Line:
        deadline = time.monotonic() + 5
        found: list[Line] = []
        while not found and time.monotonic() < deadline:
            found = [it for it in self.lines() if it.get("request_id") == request_id]
        assert len(found) == 1, found
        return found[0]


@pytest.fixture(scope="module")
def served(stack: Project) -> Iterator[Served]:
    port = free_port()
    with scratch_folder() as folder:
        env = {"PATH": os.defpath, "LOG_FORMAT": "json", "CORS_ORIGINS": "https://app.example.com"}
        server = api_server(port, api_settings(stack) | env, folder, folder / "api.log")
        server.start()
        try:
            yield Served(f"http://{HOST}:{port}", folder / "api.log")
        finally:
            server.stop()


def signed_in(served: Served, user: User) -> httpx.Client:
    return client(served.address, Authorization=f"Bearer {user.token}")


class TestRequestId:
    def test_a_sane_one_is_kept(self, served: Served) -> None:
        answer = httpx.get(f"{served.address}/healthz", headers={"X-Request-ID": "a.B_c-1"})
        assert answer.headers["X-Request-ID"] == "a.B_c-1"

    @pytest.mark.parametrize("sent", ["", "a b", "a" * 129, '{"a":1}', "ä", "a\tb"])
    def test_any_other_is_replaced(self, served: Served, sent: str) -> None:
        headers = [(b"X-Request-ID", sent.encode())]
        answer = httpx.get(f"{served.address}/healthz", headers=headers)
        given = answer.headers.get_list("X-Request-ID")
        assert len(given) == 1
        assert given[0] != sent
        assert len(given[0]) == 32

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nowhere", 404),
            ("DELETE", "/healthz", 405),
            ("GET", "/api/v1/study/sessions", 401),
            ("POST", "/api/v1/study/sessions", 413),
            ("HEAD", "/api/v1/study/sessions", 401),
            ("OPTIONS", "/api/v1/study/sessions", 200),
        ],
    )
    def test_every_answer_has_one(
        self, served: Served, method: str, path: str, status: int
    ) -> None:
        headers = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
        body = "x" * 400_000 if status == 413 else None
        answer = httpx.request(method, served.address + path, headers=headers, content=body)
        assert answer.status_code == status
        assert served.after(answer)["status"] == status


class TestLine:
    def test_read(self, served: Served, wingman: NewWingman) -> None:
        session = wingman()
        with signed_in(served, session.user1) as user1:
            answer = user1.get(f"/api/v1/wingman/sessions/{session.session_id}?secret=1")
        line = served.after(answer)
        assert line.pop("timestamp")
        assert 0 < line.pop("upstream_ms") < line.pop("ms")
        assert line == {
            "level": "info",
            "event": "request",
            "request_id": answer.headers["X-Request-ID"],
            "method": "GET",
            "route": "/api/v1/wingman/sessions/{session_id}",
            "kind": "wingman",
            "status": 200,
            "upstream_count": 1,
            "user_id": str(session.user1.id),
            "session_id": str(session.session_id),
            "events": ["session_read"],
        }

    def test_published_path(self, served: Served, wingman: NewWingman) -> None:
        session = wingman()
        with signed_in(served, session.user1) as user1:
            line = served.after(user1.get(f"/api/session/{session.session_id}"))
        assert (line["kind"], line["route"]) == ("wingman", "/api/session/{session_id}")

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/api/v1/study/sessions", "study"),
            ("/api/sessions", "study"),
            ("/sessions", "study"),
            ("/api/v1/sessions", "interview"),
            ("/api/v1/chat/sessions", "chat"),
        ],
    )
    def test_one_router_at_many_paths(
        self, served: Served, user: NewUser, path: str, kind: str
    ) -> None:
        with signed_in(served, user()) as reader:
            one, every = reader.get(f"{path}/{NOBODY}"), reader.get(path)
        line = served.after(one)
        assert (line["kind"], line["route"]) == (kind, f"{path}/{{session_id}}")
        assert served.after(every)["route"] == path

    def test_refused(self, served: Served) -> None:
        line = served.after(httpx.get(f"{served.address}/api/v1/study/sessions"))
        assert (line["status"], line["code"]) == (401, "NOT_AUTHENTICATED")
        assert line["events"] == ["session_denied"]
        assert "user_id" not in line

    def test_unknown_path(self, served: Served) -> None:
        assert served.after(httpx.get(f"{served.address}/{SECRET}"))["route"] == "unknown"

    def test_an_id_that_is_none(self, served: Served, user: NewUser) -> None:
        with signed_in(served, user()) as reader:
            line = served.after(reader.get(f"/api/v1/study/sessions/{SECRET}"))
        assert line["route"] == "/api/v1/study/sessions/{session_id}"
        assert "session_id" not in line

    def test_head(self, served: Served, user: NewUser) -> None:
        with signed_in(served, user()) as reader:
            line = served.after(reader.head(f"/api/v1/study/sessions/{NOBODY}"))
        assert (line["status"], line["session_id"]) == (404, str(NOBODY))

    def test_a_client_that_leaves_before_its_body_has_come(self, served: Served) -> None:
        address = urlsplit(served.address)
        request = "POST /api/v1/study/sessions HTTP/1.1\r\nHost: x\r\nX-Request-ID: left\r\n"
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(f"{request}Content-Length: 100\r\n\r\n{{".encode())
        line = served.line("left")
        assert (line["status"], line["level"]) == (499, "info")

    def test_probes_are_quiet(self, served: Served) -> None:
        answer = httpx.get(f"{served.address}/healthz", headers={"X-Request-ID": "probe"})
        assert answer.status_code == 200
        assert not [it for it in served.lines() if it.get("request_id") == "probe"]


class TestEvents:
    def test_created_and_deleted(self, served: Served, user: NewUser) -> None:
        with signed_in(served, user()) as owner:
            created = owner.post("/api/v1/study/sessions", json={"title": "Algebra"})
            path = f"/api/v1/study/sessions/{created.json()['id']}"
            deleted = owner.delete(path)
        assert served.after(created)["events"] == ["session_created"]
        assert served.after(created)["session_id"] == created.json()["id"]
        assert served.after(deleted)["events"] == ["session_deleted"]

    def test_confirmed_then_completed(self, served: Served, wingman: NewWingman) -> None:
        session = wingman()
        path = f"/api/v1/wingman/sessions/{session.session_id}/confirm"
        with signed_in(served, session.user1) as user1, signed_in(served, session.user2) as user2:
            first, second = user1.post(path), user2.post(path)
        assert served.after(first)["events"] == ["session_confirmed"]
        assert served.after(second)["events"] == ["session_confirmed", "session_completed"]

    def test_denied(self, served: Served, wingman: NewWingman) -> None:
        session = wingman()
        with signed_in(served, session.stranger) as stranger:
            line = served.after(stranger.get(f"/api/v1/wingman/sessions/{session.session_id}"))
        assert (line["events"], line["code"]) == (["session_denied"], "NOT_A_PARTICIPANT")
        assert line["user_id"] == str(session.stranger.id)


class TestSecrets:
    """Something secret in every place where a client can write something."""

    def test_a_run_over_every_endpoint(
        self, served: Served, sql: Sql, user: NewUser, match: NewMatch, wingman: NewWingman
    ) -> None:
        planned, going, owner = match(), wingman(), user(SECRET)
        people = [planned.user1, planned.user2, going.user1, going.user2, owner]
        planted = {
            "headers": {
                **dict.fromkeys(["User-Agent", "Cookie", "Referer", "X-Request-ID"], f"a {SECRET}"),
                **dict.fromkeys(["Idempotency-Key", "If-None-Match", "X-Test-User-ID"], SECRET),
                "X-Forwarded-For": f"203.0.113.7, {SECRET}",
                "Origin": f"https://{SECRET}.example",
            },
            "params": {"secret": SECRET, "limit": SECRET, "token": owner.token},
        }
        done: set[tuple[str, str]] = set()

        def call(who: User, method: str, path: str, body: object = None) -> httpx.Response:
            with signed_in(served, who) as caller:
                answer = caller.request(method, path, json=body)
                assert answer.status_code < 300, answer.text
                headers = {**planted["headers"], "Authorization": f"Bearer {who.token}"}
                options: dict[str, Any] = {**planted, "headers": headers}
                # again with secrets around it, then in bodies that are refused or not read
                caller.request(method, path, json=body, **options)
                caller.request(method, path, json={SECRET: SECRET, "title": [SECRET]}, **options)
                caller.request(method, path, content=f'{{"{SECRET}', **options)
                caller.request(method, path, content=SECRET * 20_000, **options)
            with client(served.address, Authorization=f"Bearer {SECRET}.{SECRET}.") as nobody:
                nobody.request(method, path, json=body, params=planted["params"])
            for it in served.lines():
                done.add((method, it.get("route", "")))
            return answer

        title, study = {"title": f"Title {SECRET}"}, "/api/v1/study/sessions"
        path = call(owner, "POST", study, title | {"description": SECRET}).headers["Location"]
        call(owner, "GET", study)
        call(owner, "GET", path)
        call(owner, "PUT", path, title | {"draft_plan": {SECRET: SECRET}})
        call(owner, "DELETE", path)

        interview = "/api/v1/interview/sessions"
        posting = {"job_posting_id": str(new_posting(sql, owner, f"Job {SECRET}"))}
        path = call(owner, "POST", interview, posting).headers["Location"]
        call(owner, "GET", interview)
        call(owner, "GET", path)

        chat = "/api/v1/chat/sessions"
        path = call(owner, "POST", chat, title).headers["Location"]
        call(owner, "GET", chat)
        call(owner, "GET", path)
        call(owner, "POST", f"{path}/messages", {"content": f"Words: {SECRET}"})
        call(owner, "GET", f"{path}/messages")
        call(owner, "PATCH", path, title)
        call(owner, "DELETE", path)

        meetings = "/api/v1/wingman/sessions"
        meeting = {
            "match_id": str(planned.match_id),
            "venue_name": f"Café {SECRET}",
            "scheduled_time": "2095-05-01T19:30:00Z",
            "user1_challenge_id": str(planned.challenge1_id),
            "user2_challenge_id": str(planned.challenge2_id),
        }
        path = call(planned.user1, "POST", meetings, meeting).headers["Location"]
        call(planned.user1, "GET", meetings)
        call(planned.user1, "GET", path)
        call(planned.user2, "PATCH", f"{path}/notes", {"notes": f"Notes {SECRET}"})
        call(planned.user2, "POST", f"{path}/cancel")
        call(going.user1, "POST", f"{meetings}/{going.session_id}/confirm")
        call(going.user1, "POST", f"{meetings}/{going.session_id}/no-show")

        for path in (f"/{SECRET}", f"{study}/{SECRET}", f"/docs?token={SECRET}", "/openapi.json"):
            httpx.get(served.address + path, params=planted["params"])

        document = httpx.get(f"{served.address}/openapi.json").json()["paths"]
        every = {(method.upper(), it) for it in document for method in document[it]}
        quiet = {("GET", "/healthz"), ("GET", "/readyz")}
        assert every - quiet <= done

        log = served.log.read_text()
        assert log.count('"status":200') > 10
        assert SECRET not in log.lower()
        for person in people:
            assert person.token not in log
            assert person.token.split(".")[2] not in log
        assert "203.0.113.7" not in log


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """What an application in this process logs, as JSON."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield io.StringIO()
    root.handlers[:], level = before
    root.setLevel(level)


def settings(**changes: Any) -> Settings:
    return Settings(_env_file=None, environment="development", log_format="json", **changes)


class TestExceptions:
    def test_messages_of_others_are_left_out(self, output: io.StringIO) -> None:
        request_log = logs.configure(settings(), output)
        app = Application(middleware=[Middleware(Frame, observers=[request_log])])

        @app.get("/fail/{what}")
        async def fail(what: str, request: Request) -> None:
            try:
                int(what)
            except ValueError as error:
                raise KeyError(request.headers["authorization"]) from error

        answer = InProcess(app).get(f"/fail/{SECRET}", headers={"Authorization": SECRET})
        assert answer.status_code == 500
        traced, line = map(json.loads, output.getvalue().splitlines())
        assert SECRET not in output.getvalue()
        assert traced["request_id"] == line["request_id"] == answer.headers["X-Request-ID"]
        assert "builtins.ValueError" in traced["exception"]
        assert traced["exception"].endswith("builtins.KeyError")
        assert " in fail" in traced["exception"]
        assert (line["level"], line["status"], line["code"]) == ("error", 500, "INTERNAL_ERROR")

    def test_our_own_say_what_they_know(self, output: io.StringIO) -> None:
        logs.configure(settings(), output)
        try:
            raise unavailable()
        except ApiError:
            logging.getLogger("api.somewhere").exception("what %s", "now")
        line = json.loads(output.getvalue())
        assert line["event"] == "what now"
        assert "api.errors.ApiError: " in line["exception"]

    def test_groups(self, output: io.StringIO) -> None:
        logs.configure(settings(), output)
        group = ExceptionGroup(SECRET, [ValueError(SECRET), unavailable()])
        logging.getLogger("api").error("a group", exc_info=group)
        assert SECRET not in output.getvalue()
        assert "builtins.ValueError" in output.getvalue()

    def test_lines_of_libraries_lose_their_arguments(self, output: io.StringIO) -> None:
        logs.configure(settings(), output)
        logging.getLogger("aiohttp.client").warning("bad header %r", SECRET)
        logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %s", SECRET)
        logging.getLogger("asyncio").error(f"Unclosed\nfuture: {SECRET}")
        logging.getLogger("httpx").info("HTTP Request: GET %s", SECRET)
        logging.getLogger("redis").error(ValueError(SECRET))
        events = [json.loads(line)["event"] for line in output.getvalue().splitlines()]
        assert events == [
            "bad header %r",
            "Task exception was never retrieved",
            "Unclosed",
            "ValueError",
        ]

    def test_uvicorn(self, output: io.StringIO) -> None:
        logs.configure(settings(), output)
        logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
        logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" 403', "1.2.3.4", SECRET)
        logging.getLogger("uvicorn.access").info("GET %s", SECRET)
        assert not logging.getLogger("uvicorn.access").hasHandlers()
        (line,) = map(json.loads, output.getvalue().splitlines())
        assert (line["event"], line["logger"]) == ("Started server process [7]", "uvicorn.error")


class TestForm:
    def test_level(self, output: io.StringIO) -> None:
        request_log = logs.configure(settings(log_level="warning"), output)
        app = Application(middleware=[Middleware(Frame, observers=[request_log])])
        InProcess(app).get("/")
        assert output.getvalue() == ""

    def test_readable_in_development(self, output: io.StringIO) -> None:
        request_log = logs.configure(Settings(_env_file=None, environment="development"), output)
        app = Application(middleware=[Middleware(Frame, observers=[request_log])], docs_url=None)
        serve(app, docs.router)
        InProcess(app).get("/docs")
        assert "request" in output.getvalue()
        assert "route=/docs" in output.getvalue()
        assert not output.getvalue().startswith("{")

    def test_json_in_production(self) -> None:
        production = Settings(
            _env_file=None,
            supabase_url="https://abcdefgh.supabase.co",
            supabase_publishable_key="sb_publishable_q1w2e3r4t5y6u7i8o9p0_zxcvbnm",
            supabase_jwt_secret="kX9v2Qm7Lr4Tn8Wc1Zb6Yd3Hf5Jg0PsAe",
        )
        assert production.log_format == "json"

    def test_a_reader_that_is_gone(self, output: io.StringIO) -> None:
        request_log = logs.configure(settings(), output)
        app = Application(middleware=[Middleware(Frame, observers=[request_log])])
        output.close()
        assert InProcess(app).get("/docs").status_code == 200

    def test_one_handler_for_many_applications(self, output: io.StringIO) -> None:
        create_app(settings())
        create_app(settings())
        ours = [it for it in logging.getLogger().handlers if isinstance(it, logs.Handler)]
        assert len(ours) == 1
