"""What a request body may be: its size, its JSON, its unknown and read-only fields."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, ClassVar

import pytest
from fastapi import Body, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.middleware import Middleware
from starlette.types import Message, Scope

from api.errors import ApiError, FieldError
from api.http.application import Application
from api.http.body import LINGER_BYTES, MAX_DEPTH, MAX_VALUES, BodyGuard, strict_json
from api.http.frame import Frame
from api.schemas.base import Replacement
from tests.in_process import InProcess

LIMIT = 1000
JSON = {"Content-Type": "application/json"}


class Venue(Replacement):
    read_only: ClassVar[frozenset[str]] = frozenset({"id", "created_at"})

    name: str = "nowhere"


def refused_values(body: bytes) -> list[FieldError]:
    try:
        strict_json(body)
    except ApiError as error:
        return list(error.errors or ())
    return []


def make_app() -> FastAPI:
    app = Application(middleware=[Middleware(Frame), Middleware(BodyGuard, max_bytes=LIMIT)])

    @app.post("/any")
    async def take(value: Annotated[Any, Body()]) -> Any:
        return value

    @app.put("/venue")
    async def put(venue: Venue) -> str:
        return venue.name

    return app


client = InProcess(make_app())


def post(body: bytes, content_type: str = "application/json") -> Any:
    return client.post("/any", content=body, headers={"Content-Type": content_type})


def refused(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]["code"] == "VALIDATION_ERROR"
    return {error["field"]: error["message"] for error in answer.json()["detail"]["errors"]}


class TestSize:
    def test_at_the_limit(self) -> None:
        body = json.dumps("x" * (LIMIT - 2)).encode()
        assert len(body) == LIMIT
        assert post(body).json() == "x" * (LIMIT - 2)

    def test_over_the_limit(self) -> None:
        answer = post(json.dumps("x" * (LIMIT - 1)).encode())
        assert answer.status_code == 413
        detail = answer.json()["detail"]
        assert detail["code"] == "PAYLOAD_TOO_LARGE"
        assert detail["message"] == f"The request body is larger than {LIMIT} bytes."
        assert answer.headers["Connection"] == "close"

    @pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
    def test_chunked(self, size: int) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(size - 2):
                yield b" "
            yield b"{}"

        answer = client.post("/any", content=chunks(), headers=JSON)
        assert answer.status_code == (200 if size == LIMIT else 413)

    @pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x"])
    def test_of_any_type(self, content_type: str) -> None:
        assert post(b"x" * (LIMIT + 1), content_type).status_code == 413

    def test_of_any_path_and_method(self) -> None:
        assert client.request("DELETE", "/nowhere", content=b"x" * 2000).status_code == 413

    @pytest.mark.parametrize("length", [b"1001", b"9" * 30, b"9" * 5000])
    def test_declared_too_large_is_answered_before_anything_is_read(self, length: bytes) -> None:
        sent, read = exchange([(b"content-length", length)], endless())
        assert sent[0]["status"] == 413
        assert sent[1]["body"]  # the answer is out before the rest of the body comes in
        assert read <= LINGER_BYTES + CHUNK

    def test_undeclared_is_read_to_the_limit_only(self) -> None:
        sent, read = exchange([(b"transfer-encoding", b"chunked")], endless())
        assert sent[0]["status"] == 413
        assert read <= LIMIT + LINGER_BYTES + 2 * CHUNK

    def test_unannounced_as_in_http2(self) -> None:
        sent, _ = exchange([], endless(), "2")
        assert sent[0]["status"] == 413

    def test_declared_smaller_than_it_is(self) -> None:
        sent, _ = exchange([(b"content-length", b"1")], endless())
        assert sent[0]["status"] == 413

    def test_client_gone(self) -> None:
        gone: Message = {"type": "http.disconnect"}
        sent, _ = exchange([(b"content-length", b"10")], iter([gone]))
        assert sent == []


CHUNK = 65_536


def endless() -> Iterator[Message]:
    while True:
        yield {"type": "http.request", "body": b"x" * CHUNK, "more_body": True}


def exchange(
    headers: list[tuple[bytes, bytes]], messages: Iterator[Message], http_version: str = "1.1"
) -> tuple[list[Message], int]:
    """Run the application on hand-made messages: what it sent, and how many bytes it read."""
    sent: list[Message] = []
    read = 0

    async def receive() -> Message:
        nonlocal read
        message = next(messages)
        read += len(message.get("body", b""))
        return message

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "http_version": http_version,
        "method": "POST",
        "path": "/any",
        "query_string": b"",
        "headers": headers,
    }

    async def run() -> None:
        await client.app(scope, receive, send)

    asyncio.run(run())
    return sent, read


class TestJson:
    @pytest.mark.parametrize(
        "body",
        [
            b"[" * 900,
            b'{"a":' * 190,
            b"9" * 900,
            b"NaN",
            b"[Infinity]",
            b"-Infinity",
            b'"\xff"',
            b'"\xed\xa0\x80"',
            b'"\\ud800"',
            b'"\\udc00\\ud800"',
            b'"\x00"',
            b'"\\u0000"',
            b"\xef\xbb\xbf{}",
            '{"a": "utf-16"}'.encode("utf-16"),
            b"{",
            b"{'a': 1}",
            b'{"a": 1,}',
            b'{"a": 1} {}',
            b"1e999",
            b"-1e999",
            str(10**309).encode(),
            str(-(10**309)).encode(),
        ],
    )
    def test_not_strict(self, body: bytes) -> None:
        assert list(refused(post(body))) == ["body"]

    @pytest.mark.parametrize("size", [100_000, 1_000_000])
    @pytest.mark.parametrize("opening", [b"[", b'{"a":'])
    def test_bottomless(self, opening: bytes, size: int) -> None:
        assert list(refused_values(opening * size))

    def test_five_thousand_digits(self) -> None:
        assert list(refused_values(b"9" * 5000))
        assert list(refused_values(b"0." + b"9" * 5000)) == []

    @pytest.mark.parametrize(
        ("value", "field"),
        [
            ({"plan": {"a": ["\0"]}}, "plan.a.0"),
            ({"plan": {"a": [1, 10**309]}}, "plan.a.1"),
            ({"plan": {"\0": 1}}, "plan"),
            ({"\0": 1}, "body"),
            ({"a": "\0", "b": "\0"}, "a b"),
        ],
    )
    def test_names_the_field(self, value: object, field: str) -> None:
        assert " ".join(refused(post(json.dumps(value).encode()))) == field

    def test_depth(self) -> None:
        assert post(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).status_code == 200
        deeper = b"[" * (MAX_DEPTH + 1) + b"1" + b"]" * (MAX_DEPTH + 1)
        assert list(refused(post(deeper))) == [".".join(["0"] * (MAX_DEPTH + 1))[:100]]

    def test_number_of_values(self) -> None:
        assert len(strict_json(b"[" + b"0," * (MAX_VALUES - 2) + b"0]")) == MAX_VALUES - 1
        with pytest.raises(ApiError):
            strict_json(b"[" + b"0," * (MAX_VALUES - 1) + b"0]")

    @pytest.mark.parametrize(
        ("body", "value"),
        [
            (b'{"a": 1, "a": 2}', {"a": 2}),
            (b'"\\ud83d\\ude00"', "😀"),
            (b"9223372036854775807", 2**63 - 1),
            (b"-9223372036854775808", -(2**63)),
            (b"1e308", 1e308),
            (str(10**308).encode(), 10**308),
            (b"null", None),
            (b" {} \n", {}),
            (b'"\\\\u0000"', "\\u0000"),
        ],
    )
    def test_accepted(self, body: bytes, value: object) -> None:
        answer = post(body)
        assert answer.status_code == 200
        assert answer.json() == value

    values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**308), 10**308)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
        max_leaves=20,
    )

    @given(value=values)
    def test_every_ordinary_value(self, value: Any) -> None:
        assert list(refused_values(json.dumps(value).encode())) == []

    @given(body=st.binary(max_size=200))
    def test_any_bytes(self, body: bytes) -> None:
        for error in refused_values(body):
            assert error.field == "body"

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "application/x-www-form-urlencoded", "text/json", "x"]
    )
    def test_other_types(self, content_type: str) -> None:
        answer = client.request(
            "PUT", "/venue", content=b'{"name": "x"}', headers={"Content-Type": content_type}
        )
        assert "application/json" in refused(answer)["body"]

    def test_no_type(self) -> None:
        assert list(refused(client.request("PUT", "/venue", content=b"{}"))) == ["body"]

    @pytest.mark.parametrize(
        "content_type", ["application/json; charset=utf-8", "APPLICATION/JSON"]
    )
    def test_json_by_other_names(self, content_type: str) -> None:
        assert post(b"{}", content_type).status_code == 200
        assert post(b"NaN", content_type).status_code == 422

    def test_missing(self) -> None:
        assert list(refused(client.request("PUT", "/venue"))) == ["body"]
        assert list(refused(client.request("PUT", "/venue", headers=JSON))) == ["body"]


class TestReplacement:
    def put(self, body: object) -> Any:
        return client.request("PUT", "/venue", json=body)

    def test_read_only_fields_are_ignored(self) -> None:
        assert self.put({"id": [], "created_at": "x", "name": "here"}).json() == "here"

    def test_unknown_fields_are_refused(self) -> None:
        assert list(refused(self.put({"id": 1, "other": 1}))) == ["other"]

    def test_no_object(self) -> None:
        assert list(refused(self.put([1]))) == ["body"]
