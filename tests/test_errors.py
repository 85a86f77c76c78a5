"""All errors have one shape, tried on an application that fails in every way."""

import logging
from typing import Annotated, Any, get_args
from uuid import UUID

import pytest
from fastapi import Query
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from api.errors import CODES, MAX_FIELD_ERRORS, ApiError, Code
from api.http.application import Application
from api.http.body import BodyGuard
from api.http.cors import Cors
from api.http.error_schemas import (
    ON_EVERY_ROUTE,
    ErrorAnswer,
    ValidationErrorAnswer,
    responses,
)
from api.http.frame import Frame
from api.http.validation import MAX_FIELD_LENGTH
from api.schemas.base import RequestBody
from api.schemas.pagination import PageQuery
from api.settings import Settings
from tests.in_process import InProcess

ORIGIN = "https://app.example.com"


class Venue(RequestBody):
    venue_name: str
    tags: dict[str, list[int]] | None = None


@pytest.fixture(scope="module")
def client() -> InProcess:
    settings = Settings(_env_file=None, environment="development", cors_origins=ORIGIN)
    app = Application(
        redirect_slashes=False,
        middleware=[
            Middleware(Frame, steps=[Cors(settings).tell]),
            Middleware(BodyGuard, max_bytes=65_536),
        ],
    )

    @app.get("/raise/{code}")
    async def raise_code(code: str) -> None:
        raise ApiError(code)  # type: ignore[arg-type]

    @app.get("/status/{status}")
    async def raise_status(status: int) -> None:
        raise HTTPException(status, "framework's words")

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("secret of the database")

    @app.get("/sessions/{session_id}")
    async def get(session_id: UUID) -> UUID:
        return session_id

    @app.get("/venues")
    async def list_venues(query: Annotated[PageQuery, Query()]) -> int:
        return query.limit

    @app.post("/venues")
    async def add_venue(venue: Venue) -> str:
        return venue.venue_name

    return InProcess(app)


def fields(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    body = ValidationErrorAnswer.model_validate(answer.json(), strict=True)
    assert body.detail.code == "VALIDATION_ERROR"
    return {error.field: error.message for error in body.detail.errors}


class TestCodes:
    @pytest.mark.parametrize("code", get_args(Code))
    def test_shape(self, client: InProcess, code: Code) -> None:
        answer = client.get(f"/raise/{code}")
        assert answer.status_code == CODES[code].status
        assert answer.json() == {"detail": {"code": code, "message": CODES[code].message}}
        for name, value in CODES[code].headers.items():
            assert answer.headers[name] == value

    def test_field_to_blame(self) -> None:
        error = ApiError("SCHEDULED_IN_THE_PAST", field="scheduled_time")
        assert error.body()["detail"]["field"] == "scheduled_time"
        assert "field" not in ApiError("SCHEDULED_IN_THE_PAST").body()["detail"]

    @pytest.mark.parametrize("code", get_args(Code))
    def test_documentation(self, code: Code) -> None:
        [(status, entry)] = responses(code).items()
        assert status == CODES[code].status
        examples = entry["content"]["application/json"]["examples"]
        # with those that every route can answer, since one entry replaces the other
        shared = {it for it in ON_EVERY_ROUTE if CODES[it].status == status}
        assert examples.keys() == {code, *shared}
        entry["model"].model_validate(examples[code]["value"], strict=True)

    def test_documentation_of_codes_with_one_status(self) -> None:
        documented = responses("SESSION_CLOSED", "NOT_YOUR_BUDDY", "CONFLICT")
        assert list(documented) == [400, 409]
        codes = ["SESSION_CLOSED", "NOT_YOUR_BUDDY", "REFUSED_BY_PROJECT"]
        assert documented[400]["description"] == " · ".join(f"`{code}`" for code in codes)
        assert list(documented[400]["content"]["application/json"]["examples"]) == codes


class TestFramework:
    def test_unknown_path(self, client: InProcess) -> None:
        answer = client.get("/nowhere")
        assert answer.status_code == 404
        assert ErrorAnswer.model_validate(answer.json()).detail.code == "NOT_FOUND"

    def test_trailing_slash(self, client: InProcess) -> None:
        assert client.get("/venues/").status_code == 404

    @pytest.mark.parametrize(
        ("path", "allow"), [("/venues", "GET, HEAD, POST"), ("/bug", "GET, HEAD")]
    )
    def test_wrong_method(self, client: InProcess, path: str, allow: str) -> None:
        answer = client.request("DELETE", path)
        assert answer.status_code == 405
        assert answer.json()["detail"]["code"] == "METHOD_NOT_ALLOWED"
        assert answer.headers["Allow"] == allow

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (400, "VALIDATION_ERROR"),
            (404, "NOT_FOUND"),
            (413, "PAYLOAD_TOO_LARGE"),
            (500, "INTERNAL_ERROR"),
        ],
    )
    def test_its_own_errors(self, client: InProcess, status: int, code: Code) -> None:
        answer = client.get(f"/status/{status}")
        assert answer.status_code == CODES[code].status
        assert answer.json()["detail"]["code"] == code
        assert "framework" not in answer.text

    def test_head(self, client: InProcess) -> None:
        answer = client.request("HEAD", "/venues")
        assert answer.status_code == 200
        assert answer.content == b""
        assert client.request("HEAD", "/nowhere").status_code == 404


class TestUnhandled:
    def test_is_logged_and_not_told(
        self, client: InProcess, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR, logger="api.errors"):
            answer = client.get("/bug")
        assert answer.status_code == 500
        assert answer.json() == ApiError("INTERNAL_ERROR").body()
        assert [record.exc_info is not None for record in caplog.records] == [True]

    @pytest.mark.parametrize("path", ["/bug", "/nowhere", "/raise/CONFLICT", "/venues?limit=0"])
    def test_a_browser_may_read_it(self, client: InProcess, path: str) -> None:
        answer = client.get(path, headers={"Origin": ORIGIN})
        assert answer.is_error
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


class TestInvalid:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "venue_name"),
            ({"venue_name": None}, "venue_name"),
            ({"venue_name": 7}, "venue_name"),
            ({"venue_name": "x", "extra": 1}, "extra"),
            ({"venue_name": "x", "tags": []}, "tags"),
            ({"venue_name": "x", "tags": {"a": ["b"]}}, "tags.a.0"),
            ([], "body"),
            ("text", "body"),
            (None, "body"),
        ],
    )
    def test_body(self, client: InProcess, body: object, field: str) -> None:
        assert list(fields(client.post("/venues", json=body))) == [field]

    @pytest.mark.parametrize(
        "query",
        ["limit=abc", "limit=0", "limit=101", "limit=-1", "limit=", "limit=1.5"],
    )
    def test_limit(self, client: InProcess, query: str) -> None:
        assert list(fields(client.get(f"/venues?{query}"))) == ["limit"]

    @pytest.mark.parametrize("offset", ["-1", "x", "9" * 30, "9" * 5000])
    def test_offset(self, client: InProcess, offset: str) -> None:
        assert list(fields(client.get("/venues", params={"offset": offset}))) == ["offset"]

    def test_unknown_parameter(self, client: InProcess) -> None:
        assert list(fields(client.get("/venues?limt=5"))) == ["limt"]

    @pytest.mark.parametrize("session_id", ["1", "nil", "%00", "z" * 36, "é"])
    def test_path(self, client: InProcess, session_id: str) -> None:
        assert list(fields(client.get(f"/sessions/{session_id}"))) == ["session_id"]

    def test_no_input_in_the_answer(self, client: InProcess) -> None:
        answers = [
            client.post("/venues", json={"venue_name": ["needle"]}),
            client.post("/venues", json={"venue_name": "x", "tags": {"a": ["needle"]}}),
            client.get("/venues", params={"limit": "needle"}),
            client.get("/sessions/needle"),
        ]
        for answer in answers:
            assert fields(answer)
            assert "needle" not in answer.text

    def test_number_of_errors_is_bounded(self, client: InProcess) -> None:
        body = {"venue_name": "x", **{f"f{number}": 1 for number in range(2000)}}
        assert len(fields(client.post("/venues", json=body))) == MAX_FIELD_ERRORS

    def test_length_of_a_field_is_bounded(self, client: InProcess) -> None:
        body = {"venue_name": "x", "x" * 60_000: 1}
        [field] = fields(client.post("/venues", json=body))
        assert field == "x" * MAX_FIELD_LENGTH

    def test_the_detail_of_a_bug_in_an_answer_holds_no_input(self) -> None:
        with pytest.raises(ValidationError) as caught:
            Venue.model_validate({"venue_name": ["needle"]})
        assert "needle" not in str(caught.value)
