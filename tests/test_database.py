"""What PostgREST's refusals mean, and whose requests are."""

import asyncio
from uuid import uuid4

import httpx
import jwt
import pytest
from postgrest import APIError, CountMethod

from api.database import (
    ConstraintError,
    DatabaseError,
    DeniedError,
    OvertakenError,
    RangeError,
    Upstream,
    constraint_name,
    meaning,
)
from api.errors import ApiError, Code
from api.settings import Settings
from api.tokens import TokenMint


def refusal(code: str | None, message: str = "") -> ApiError | DatabaseError:
    error = {"code": code, "message": message, "hint": None, "details": "row (secret)"}
    return meaning(APIError(error))


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
            ("416", RangeError),
            ("40001", OvertakenError),
            ("40P01", OvertakenError),
            ("P0001", DatabaseError),
            ("XX000", DatabaseError),
            ("PGRST100", DatabaseError),
            ("54001", DatabaseError),
        ],
    )
    def test_for_the_service_to_decide(self, code: str, kind: type[DatabaseError]) -> None:
        error = refusal(code)
        assert type(error) is kind
        assert isinstance(error, DatabaseError)
        assert error.code == code

    @pytest.mark.parametrize(
        "code",
        [
            *("08000", "08006", "53300", "53200", "55P03", "57014", "57P01", "57P03", "58030"),
            *("25006", "PGRST000", "PGRST001", "PGRST002", "PGRST003"),
            *("PGRST300", "PGRST301", "PGRST302", "PGRST303", "401", "403", "28P01", "22023"),
            *("PGRST106", "PGRST202", "PGRST204", "PGRST205", "42P01", "42883", "404"),
            *("429", "500", "502", "503", "504", "520", "", None),
        ],
    )
    def test_away(self, code: str | None) -> None:
        assert_api_error(refusal(code), "DATABASE_UNAVAILABLE")

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
            ('null value in column "title" of relation "s" violates not-null constraint', ""),
            ("", ""),
        ],
    )
    def test_postgres_messages(self, message: str, name: str) -> None:
        assert constraint_name(message) == name


class TestAsCaller:
    """Requests of one caller share a client; nothing of one may be found in another."""

    def test_whose_a_request_is(self) -> None:
        async def ask() -> None:
            settings = Settings(_env_file=None, environment="development")
            async with httpx.AsyncClient() as http:
                upstream = Upstream(settings, TokenMint(settings), http)
                alice, bob = uuid4(), uuid4()
                for user in (alice, bob, alice):
                    database = upstream.as_caller(user)
                    insert = database.table("chat_messages").insert({}).select("id")
                    insert.request.headers["Idempotency-Key"] = "one request's"
                    for query in (
                        database.table("chat_messages").select("*", count=CountMethod.exact),
                        upstream.as_caller(user).table("chat_messages").update({}),
                    ):
                        headers = query.request.headers
                        token = headers["Authorization"].removeprefix("Bearer ")
                        claims = jwt.decode(token, options={"verify_signature": False})
                        assert (claims["sub"], claims["role"]) == (str(user), "session_api")
                        assert "Idempotency-Key" not in headers
                    assert database.caller_id == user

        asyncio.run(ask())
