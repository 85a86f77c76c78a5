"""How the log is written: levels, JSON or text, and exceptions without user content."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

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
from tests.in_process import InProcess
from tests.observability.served import SECRET


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
        request_log = logs.configure("info", "json", output)
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
        logs.configure("info", "json", output)
        try:
            raise unavailable()
        except ApiError:
            logging.getLogger("api.somewhere").exception("what %s", "now")
        line = json.loads(output.getvalue())
        assert line["event"] == "what now"
        assert "api.errors.ApiError: " in line["exception"]

    def test_groups(self, output: io.StringIO) -> None:
        logs.configure("info", "json", output)
        group = ExceptionGroup(SECRET, [ValueError(SECRET), unavailable()])
        logging.getLogger("api").error("a group", exc_info=group)
        assert SECRET not in output.getvalue()
        assert "builtins.ValueError" in output.getvalue()

    def test_lines_of_libraries_lose_their_arguments(self, output: io.StringIO) -> None:
        logs.configure("info", "json", output)
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
        logs.configure("info", "json", output)
        logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
        logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" 403', "1.2.3.4", SECRET)
        logging.getLogger("uvicorn.access").info("GET %s", SECRET)
        assert not logging.getLogger("uvicorn.access").hasHandlers()
        (line,) = map(json.loads, output.getvalue().splitlines())
        assert (line["event"], line["logger"]) == ("Started server process [7]", "uvicorn.error")


class TestForm:
    def test_level(self, output: io.StringIO) -> None:
        request_log = logs.configure("warning", "json", output)
        app = Application(middleware=[Middleware(Frame, observers=[request_log])])
        InProcess(app).get("/")
        assert output.getvalue() == ""

    def test_readable_in_development(self, output: io.StringIO) -> None:
        request_log = logs.configure("info", "text", output)
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
        request_log = logs.configure("info", "json", output)
        app = Application(middleware=[Middleware(Frame, observers=[request_log])])
        output.close()
        assert InProcess(app).get("/docs").status_code == 200

    def test_one_handler_for_many_applications(self, output: io.StringIO) -> None:
        create_app(settings())
        create_app(settings())
        ours = [it for it in logging.getLogger().handlers if isinstance(it, logs.Handler)]
        assert len(ours) == 1
