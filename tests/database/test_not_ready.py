"""PostgREST that has executed nothing is asked again, whatever was to be done."""

import asyncio
import json

import pytest

from api.database.backend import Row
from api.database.query import Shape, parameter, table
from api.database.refusals import NotReadyError, meaning
from api.database.rest import refusal_in
from api.database.wire import Answer
from api.errors import ApiError
from api.identity.caller import Caller
from tests.identity.door import USER
from tests.scripted import Script, Server, upstream

INSERT = Shape.of(table("chat_messages").insert({"content": parameter("content")}).select("id"))
CREATED = b'HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n[{"id": 1}]'


def refusal(status: int, code: str, message: str) -> bytes:
    body = json.dumps({"code": code, "message": message, "hint": None, "details": None}).encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


LOADING = refusal(503, "PGRST002", "Could not query the database for the schema cache. Retrying.")
STALE = refusal(401, "PGRST303", "JWT issued at future")


async def insert(server: Server) -> Row:
    async with upstream(server) as database:
        return await database.as_caller(Caller(USER)).insert(INSERT.query(content="a"))


class TestAskedAgain:
    @pytest.mark.parametrize("script", [[LOADING], [STALE]])
    def test_also_a_write(self, script: Script) -> None:
        server = Server(script, [CREATED])
        assert asyncio.run(insert(server)) == {"id": 1}
        assert len(server.asked) == 2

    def test_not_for_ever(self, caplog: pytest.LogCaptureFixture) -> None:
        server = Server([LOADING])
        with pytest.raises(ApiError) as error:
            asyncio.run(insert(server))
        assert error.value.code == "DATABASE_UNAVAILABLE"
        assert 2 <= len(server.asked) <= 5
        assert "PGRST002" in caplog.text

    def test_nothing_that_may_have_been_executed(self) -> None:
        server = Server([refusal(503, "PGRST001", "no connection")])
        with pytest.raises(ApiError):
            asyncio.run(insert(server))
        assert len(server.asked) == 1


class TestStaleClock:
    @pytest.mark.parametrize(
        ("code", "message", "stale"),
        [
            ("PGRST301", "JWTIssuedAtFuture", True),
            ("PGRST303", "JWT issued at future", True),
            ("PGRST303", "JWT not yet valid", True),
            ("PGRST303", "JWT expired", False),
            ("PGRST301", "JWSError JWSInvalidSignature", False),
            ("42501", "a policy of the future", False),
        ],
    )
    def test_by_its_words(self, code: str, message: str, *, stale: bool) -> None:
        body = json.dumps({"code": code, "message": message, "hint": None, "details": None})
        found = meaning(*refusal_in(Answer(401, {}, body.encode())))
        assert isinstance(found, NotReadyError) is stale

    @pytest.mark.parametrize("code", ["PGRST301", "PGRST303"])
    def test_clock_behind(self, code: str, caplog: pytest.LogCaptureFixture) -> None:
        body = json.dumps({"code": code, "message": "JWT expired", "hint": None, "details": None})
        found = meaning(*refusal_in(Answer(401, {}, body.encode())))
        assert isinstance(found, ApiError)
        assert found.code == "DATABASE_UNAVAILABLE"
        assert "clock is behind" in caplog.text
