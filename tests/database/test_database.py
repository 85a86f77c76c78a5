"""What PostgREST's refusals mean, and whose requests are."""

import asyncio
import json
from urllib.parse import unquote
from uuid import uuid4

import jwt
import pytest
from postgrest import CountMethod

from api.database.backend import Row
from api.database.query import Query, Shape, parameter, table
from api.database.refusals import (
    ConstraintError,
    DatabaseError,
    DeniedError,
    NotReadyError,
    OvertakenError,
    RangeError,
    meaning,
)
from api.database.rest import constraint_name, quoted_element, refusal_in
from api.database.wire import Answer
from api.errors import ApiError, Code
from api.identity.caller import Caller
from tests.scripted import LENGTH, Script, Server, upstream


def refusal(code: str | None, message: str = "") -> ApiError | DatabaseError:
    error = {"code": code, "message": message, "hint": None, "details": "row (secret)"}
    return meaning(*refusal_in(Answer(400, {}, json.dumps(error).encode())))


MESSAGES = table("chat_messages")
CONTENT = {"content": parameter("content")}
SECRET = Shape.of(table("secrets").insert({"a": "b"}))
SECRETS = Shape.of(table("secrets").select())
INSERT = Shape.of(MESSAGES.insert(CONTENT).select("id"))
PAGE = Shape.of(MESSAGES.select(count=CountMethod.exact))
UPDATE = Shape.of(MESSAGES.update(CONTENT).eq("id", parameter("id")))
KEY = (("idempotency-key", "one request's"),)


class TestMeaning:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("42501", DeniedError),
            ("23505", ConstraintError),
            ("23503", ConstraintError),
            ("23514", ConstraintError),
            ("23502", ConstraintError),
            ("PGRST103", RangeError),
            ("40001", OvertakenError),
            ("40P01", OvertakenError),
            ("PGRST002", NotReadyError),
            ("XX000", DatabaseError),
            ("HV000", DatabaseError),
            ("F0000", DatabaseError),
            ("PGRST100", DatabaseError),
        ],
    )
    def test_for_the_service_to_decide(self, code: str, kind: type[DatabaseError]) -> None:
        error = refusal(code)
        assert type(error) is kind
        assert isinstance(error, DatabaseError)
        assert error.code == code

    @pytest.mark.parametrize("code", ["P0001", "P0002", "PT402", "PT503", "AB123", "U0001"])
    def test_raised_by_the_project(self, code: str) -> None:
        error = refusal(code, "secret")
        assert isinstance(error, ApiError)
        assert (error.code, error.status) == ("REFUSED_BY_PROJECT", 400)
        assert "secret" not in str(error.body())

    @pytest.mark.parametrize("code", ["09000", "21000", "22012", "38000", "42P17", "54001"])
    def test_failed_in_the_project(self, code: str) -> None:
        assert_api_error(refusal(code), "REFUSED_BY_PROJECT")

    def test_words_of_the_project_are_not_postgrests(self) -> None:
        assert_api_error(refusal("P0001", "the offer has expired"), "REFUSED_BY_PROJECT")

    def test_missing_grant(self, caplog: pytest.LogCaptureFixture) -> None:
        error = refusal("42501", "permission denied for table secrets")
        assert isinstance(error, ApiError)
        assert error.code == "DATABASE_UNAVAILABLE"
        assert "doctor" in caplog.text

    @pytest.mark.parametrize(
        "code",
        [
            *("08000", "08006", "53300", "53200", "55P03", "57014", "57P01", "57P03", "58030"),
            *("25006", "26000", "42P05", "PGRST000", "PGRST001", "PGRST003"),
            *("PGRST300", "PGRST301", "PGRST302", "PGRST303", "401", "403", "28P01", "22023"),
            *("PGRST106", "PGRST202", "PGRST204", "PGRST205", "42P01", "42883", "404"),
            *("429", "500", "502", "503", "504", "520", "", None),
        ],
    )
    def test_away(self, code: str | None) -> None:
        assert_api_error(refusal(code), "DATABASE_UNAVAILABLE")

    @pytest.mark.parametrize("page", [b"", b"<html>Bad gateway</html>", b"[]", b'{"code": 1}'])
    def test_a_page_of_a_gateway(self, page: bytes) -> None:
        for status in range(300, 600):
            assert_api_error(meaning(*refusal_in(Answer(status, {}, page))), "DATABASE_UNAVAILABLE")

    @pytest.mark.parametrize("code", ["22001", "22003", "22008", "22021", "22P02", "22P05"])
    def test_unstorable(self, code: str) -> None:
        assert_api_error(refusal(code), "VALIDATION_ERROR")

    @pytest.mark.parametrize("code", ["42501", "23514", "22P05", "57014", "XX000", "PGRST301"])
    def test_says_no_word_of_the_database(
        self, code: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        error = refusal(code, 'violates check constraint "known" of secret')
        assert "secret" not in repr(error) + str(error) + caplog.text
        if isinstance(error, ApiError):
            assert "secret" not in str(error.body())


def assert_api_error(error: Exception, code: Code) -> None:
    assert isinstance(error, ApiError)
    assert error.code == code


class TestConstraintName:
    @pytest.mark.parametrize(
        ("message", "name"),
        [
            ('duplicate key value violates unique constraint "one_active"', "one_active"),
            ('new row for relation "s" violates check constraint "later"', "later"),
            (
                'insert or update on table "s" violates foreign key constraint "s_c_fkey"',
                "s_c_fkey",
            ),
            (
                'update or delete on table "c" violates foreign key constraint "s_c_fkey"'
                ' on table "s"',
                "s_c_fkey",
            ),
            (
                'null value in column "title" of relation "s" violates not-null constraint',
                "s.title",
            ),
            ("", ""),
        ],
    )
    def test_postgres_messages(self, message: str, name: str) -> None:
        assert constraint_name(message) == name


def test_an_element_of_a_list_is_quoted() -> None:
    assert unquote(quoted_element('a,"b"\\(c)')) == r'''"a,\"b\"\\(c)"'''


class TestNoAnswer:
    """503, and the log says which kind of failure it was and nothing of what was asked."""

    @pytest.mark.parametrize("query", [SECRETS.query(), SECRET.query()], ids=["read", "write"])
    @pytest.mark.parametrize(
        ("script", "said"),
        [
            ([None], "ServerDisconnectedError"),
            ([], "TimeoutError"),
            ([LENGTH.replace(b"[]", b"<p")], "the server is not PostgREST"),
            ([LENGTH.replace(b"[]", b"{}")], "the server is not PostgREST"),
            ([LENGTH.replace(b"200 OK", b"502 Bad Gateway")], "502"),
        ],
    )
    def test_unavailable(
        self, query: Query, script: Script, said: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """For a write, it is then unknown whether it happened."""
        code: Code = "DATABASE_UNAVAILABLE" if query.shape.only_reads else "OUTCOME_UNKNOWN"

        async def ask() -> None:
            async with upstream(Server(script)) as postgrest:
                database = postgrest.as_caller(Caller(uuid4()))
                with pytest.raises(ApiError) as raised:
                    await database.rows(query)
                assert_api_error(raised.value, code)

        asyncio.run(ask())
        assert said in caplog.text
        assert "secrets" not in caplog.text

    def test_a_write_that_waits_for_a_connection(self) -> None:
        """It was not sent either: the only connection has another request's answer to wait for."""

        async def ask() -> None:
            async with upstream(Server([])) as postgrest:
                asking = [
                    postgrest.as_caller(Caller(uuid4())).rows(query.query())
                    for query in (SECRETS, SECRET)
                ]
                _, waited = await asyncio.gather(*asking, return_exceptions=True)
                assert isinstance(waited, Exception)
                assert_api_error(waited, "DATABASE_UNAVAILABLE")

        asyncio.run(ask())

    def test_a_write_that_was_not_sent(self) -> None:
        """Nothing listens: the write has certainly not happened, and the code says so."""

        async def ask() -> None:
            async with upstream(Server([LENGTH]), postgrest_url="http://127.0.0.1:9") as postgrest:
                with pytest.raises(ApiError) as raised:
                    await postgrest.as_caller(Caller(uuid4())).rows(SECRET.query())
                assert_api_error(raised.value, "DATABASE_UNAVAILABLE")

        asyncio.run(ask())


def refused(code: str) -> bytes:
    """PostgREST's answer to a request that is refused with this code."""
    body = json.dumps({"code": code, "message": "m", "hint": None, "details": None}).encode()
    head = f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class TestOvertaken:
    """A serialization failure: nothing was written, and it may go better the second time."""

    @pytest.mark.parametrize("code", ["40001", "40P01"])
    def test_is_tried_again_once(self, code: str) -> None:
        async def ask(server: Server) -> list[Row]:
            async with upstream(server) as postgrest:
                return await postgrest.as_caller(Caller(uuid4())).rows(SECRET.query())

        once, ever = Server([refused(code)], [LENGTH]), Server([refused(code)])
        assert asyncio.run(ask(once)) == []
        with pytest.raises(ApiError) as raised:
            asyncio.run(ask(ever))
        assert_api_error(raised.value, "CONFLICT")
        assert (len(once.asked), len(ever.asked)) == (2, 2)


class TestAfterAWrite:
    @pytest.mark.parametrize(
        ("written", "code"),
        [(b'[{"id":1}]', "OUTCOME_UNKNOWN"), (b"[]", "DATABASE_UNAVAILABLE")],
    )
    def test_a_read_that_fails(self, written: bytes, code: Code) -> None:
        """What was written stays, and a 503 must not say that nothing has happened."""
        answer = LENGTH.replace(b"2\r\n\r\n[]", b"%d\r\n\r\n%s" % (len(written), written))

        async def ask() -> None:
            async with upstream(Server([answer], [None])) as postgrest:
                database = postgrest.as_caller(Caller(uuid4()))
                await database.rows(UPDATE.query(id=uuid4(), content="b"))
                with pytest.raises(ApiError) as raised:
                    await database.rows(SECRETS.query())
                assert_api_error(raised.value, code)

        asyncio.run(ask())


class TestAsCaller:
    """All callers share connections and tables; nothing of one may be in another's request."""

    def test_whose_a_request_is(self) -> None:
        server = Server([LENGTH.replace(b"\r\n\r\n", b"\r\nContent-Range: */0\r\n\r\n")])
        alice, bob = uuid4(), uuid4()

        async def ask() -> None:
            async with upstream(server) as postgrest:
                for user in (alice, bob, alice):
                    database = postgrest.as_caller(Caller(user))
                    assert database.caller_id == user
                    await database.rows(INSERT.query(content="a")._replace(headers=KEY))
                    await database.rows(PAGE.query(limit=1, offset=0))
                    await database.rows(UPDATE.query(id=user, content="b"))

        asyncio.run(ask())
        for number, request in enumerate(server.asked):
            head, *lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
            headers = {
                name.lower(): value for name, _, value in (it.partition(": ") for it in lines)
            }
            user = (alice, bob, alice)[number // 3]
            claims = jwt.decode(
                headers["authorization"].removeprefix("Bearer "),
                options={"verify_signature": False},
            )
            assert (claims["sub"], claims["role"]) == (str(user), "session_api")
            assert headers["apikey"] == "sb_publishable_key"
            method, prefer = (
                ("POST", "return=representation"),
                ("GET", "count=exact"),
                ("PATCH", "return=representation"),
            )[number % 3]
            assert (head.split()[0], headers["prefer"]) == (method, prefer)
            assert headers["accept-profile" if method == "GET" else "content-profile"] == "public"
            assert ("idempotency-key" in headers) == (method == "POST")
            assert ("content-type" in headers) == (method != "GET")
