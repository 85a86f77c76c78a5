"""The backend over PostgREST: a query becomes an HTTP request with the API's token for the caller.

Everything in a request but its values is built once per shape.
"""

import logging
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, Self
from urllib.parse import quote
from uuid import UUID

from postgrest.exceptions import APIErrorFromJSON
from pydantic import ValidationError
from pydantic_core import to_json

from api.database import documents
from api.database.backend import Found, NoAnswerError, NotSentError, Row
from api.database.query import Filter, Parameter, Query, Shape, Value
from api.database.refusals import (
    EXPIRED,
    NO_GRANT,
    STALE_CLOCK,
    RangeError,
    meaning,
    unanswered,
)
from api.database.tokens import TokenMint
from api.database.wire import Answer, Wire
from api.errors import ApiError, unavailable
from api.identity.caller import Caller
from api.settings import Settings

logger = logging.getLogger(__name__)

METHODS: Final = {"select": "GET", "insert": "POST", "update": "PATCH", "delete": "DELETE"}
PAGE: Final = ("limit", "offset")
IN_DOUBT: Final = (
    "08",  # the connection was lost, perhaps during the commit
    "57P",
    "PGRST001",
    "500",  # a gateway has lost PostgREST
    "502",
    "504",
    "52",
)
"""Codes that, in answer to a write, leave open whether it happened. Each is a prefix."""
TOKEN_REFUSED: Final = ("PGRST301", "PGRST303")
"""PostgREST 12 has the first code for every problem with a token, later versions have both."""


class Rest:
    """PostgREST.

    It keeps no caller's identity: each request carries its own in its headers.
    """

    def __init__(self, settings: Settings, wire: Wire) -> None:
        """Take where PostgREST is and the key that signs the API's tokens, and what sends."""
        key = settings.supabase_publishable_key
        self._url = settings.postgrest_url
        self._headers = {"apikey": key} if key else {}
        self._mint = TokenMint(settings)
        self._wire = wire

    async def run(self, query: Query, caller: Caller, deadline: float) -> Found:
        """Run a query that returns rows."""
        try:
            answer = await self._send(query, caller, deadline)
        except RangeError:
            # PostgREST tells the total only together with rows
            first = query._replace(values=(*query.values[: -len(PAGE)], 1, 0))
            return Found([], total(await self._send(first, caller, deadline)))
        try:
            return Found(rows(answer), total(answer) if query.shape.is_page else None)
        except ApiError:
            if query.shape.only_reads:
                raise
            raise unanswered("the answer is not PostgREST's") from None

    async def value(self, query: Query, caller: Caller, deadline: float) -> bytes:
        """Call a function that returns one value, and return that value as JSON text."""
        return (await self._send(query, caller, deadline)).content

    def for_reading(self) -> Self:
        """Return this backend: replicas are read by direct connections alone."""
        return self

    async def _send(self, query: Query, caller: Caller, deadline: float) -> Answer:
        request = request_for(query.shape)
        headers = {
            **self._headers,
            "Authorization": f"Bearer {self._mint.token_for(caller)}",
            **request.headers,
        }
        headers.update(query.headers)
        try:
            url = self._url + request.path(query.values)
            body = request.body(query.values)
        except ValueError:  # a NUL, or an unpaired surrogate, which cannot be encoded
            raise meaning("22021") from None
        try:
            answer = await self._wire.send(request.method, url, headers, body, deadline)
        except NotSentError:
            raise
        except NoAnswerError as error:
            if query.shape.only_reads:
                raise
            # PostgREST may have queued it, and it cannot be withdrawn
            raise unanswered(str(error)) from None
        if answer.is_success:
            return answer
        code, constraint = refusal_in(answer)
        if not query.shape.only_reads and code.startswith(IN_DOUBT):
            raise unanswered(code)
        raise meaning(code, constraint)


class Request:
    """The HTTP request of a shape, without its values."""

    def __init__(self, shape: Shape) -> None:
        self.headers: dict[str, str] = {}
        self._numbers = {name: number for number, name in enumerate(shape.parameters)}
        self._body: list[tuple[str, Value]] = []
        # literal text, interleaved with value numbers and how each is quoted
        self._path: list[str | tuple[int, Callable[[Any], str]]] = []
        is_call = shape.verb == "call"
        if is_call:
            self.method = "GET" if shape.only_reads else "POST"
        else:
            self.method = METHODS[shape.verb]
        self.headers["Accept-Profile" if self.method == "GET" else "Content-Profile"] = "public"
        self._add("/rpc/" if is_call else "/", shape.relation, "?")
        if is_call and shape.only_reads:
            for name, value in shape.written:
                self._add(f"{name}=", value, "&")
        else:
            self._body = list(shape.written)
        if not is_call:
            self._add("select=", selection(shape))
        for it in shape.filters:
            self._filter(it)
        if shape.order:
            order = (f"{name}.{'desc' if desc else 'asc'}" for name, desc in shape.order)
            self._add("&order=", ",".join(order))
        if shape.is_page:
            self.headers["Prefer"] = "count=exact"
            for name in PAGE:
                self._path += [f"&{name}=", (self._numbers[name], str)]
        elif shape.verb != "select" and not is_call:
            self.headers["Prefer"] = "return=representation"
        if self._has_body(shape):
            self.headers["Content-Type"] = "application/json"

    def _has_body(self, shape: Shape) -> bool:
        return self.method in ("POST", "PATCH") and shape.verb != "delete"

    def _add(self, *parts: Value) -> None:
        for part in parts:
            if isinstance(part, Parameter):
                self._path.append((self._numbers[part.name], quoted))
            else:
                self._path.append(part)

    def _filter(self, it: Filter) -> None:
        self._add(f"&{it.column}={it.operator}.")
        if it.operator != "in":
            self._add(*it.values)
            return
        for number, value in enumerate(it.values):
            self._add("," if number else "(")
            if isinstance(value, Parameter):
                self._path.append((self._numbers[value.name], quoted_element))
            else:
                self._add(value)
        self._add(")")

    def path(self, values: Sequence[Any]) -> str:
        """Return the path and query."""
        return "".join([it if isinstance(it, str) else it[1](values[it[0]]) for it in self._path])

    def body(self, values: Sequence[Any]) -> bytes | None:
        """Return the body, or `None`."""
        if "Content-Type" not in self.headers:
            return None
        numbers = self._numbers
        return to_json(
            {
                name: values[numbers[value.name]] if isinstance(value, Parameter) else value
                for name, value in self._body
            }
        )


request_for = cache(Request)


def selection(shape: Shape) -> str:
    """Write `select`."""
    embeds = (
        f"{it.name}:{it.table}{it.key and f'!{it.key}'}({','.join(it.columns)})"
        for it in shape.embeds
    )
    return ",".join([*shape.columns, *embeds])


def text(value: object) -> str:
    """Write a value in Postgres's text format.

    Raises:
        ValueError: it has a NUL character, where PostgREST would silently cut it off.

    """
    written = str(value).lower() if isinstance(value, bool) else str(value)
    if "\0" in written:
        raise ValueError("NUL")
    return written


def quoted(value: object) -> str:
    """Write a value for a URL."""
    if isinstance(value, UUID):
        return str(value)
    return quote(text(value), safe="")


def quoted_element(value: object) -> str:
    """Write a value for a list in a URL."""
    escaped = text(value).replace("\\", "\\\\").replace('"', '\\"')
    return quote(f'"{escaped}"', safe="")


def rows(answer: Answer) -> list[Row]:
    """Take the rows out of PostgREST's answer."""
    try:
        found = documents.read(answer.content)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise not_postgrest()
    return found


def total(answer: Answer) -> int:
    """Take the exact count out of PostgREST's answer: what follows the range, `0-19/100`."""
    count = answer.headers.get("Content-Range", "").rpartition("/")[2]
    if not count.isdecimal():
        raise not_postgrest()
    return int(count)


def not_postgrest() -> ApiError:
    """Log that another server answers 200 at that address, or that the schema differs."""
    logger.error(
        "the server is not PostgREST with these migrations: check SUPABASE_URL or POSTGREST_URL"
    )
    return unavailable()


def refusal_in(answer: Answer) -> tuple[str, str]:
    """Read the refusal of PostgREST or of a gateway in front of it: its code and the constraint."""
    try:
        error = APIErrorFromJSON.model_validate_json(answer.content)
    except ValidationError:
        return str(answer.status), ""
    if is_stale_clock(error.code, error.message):
        return STALE_CLOCK, ""
    if error.code in TOKEN_REFUSED and "expired" in (error.message or ""):
        return EXPIRED, ""
    message = error.message or ""
    if error.code == "42501" and message.startswith("permission denied for "):
        return NO_GRANT, ""
    return error.code or "", constraint_name(message)


def is_stale_clock(code: str | None, message: str | None) -> bool:
    """Whether PostgREST wrongly refuses a valid token as issued in the future.

    Several versions stop their clock while they are idle, and so refuse the next request.
    """
    words = (message or "").lower().replace(" ", "")
    return code in TOKEN_REFUSED and ("future" in words or "notyetvalid" in words)


def constraint_name(message: str) -> str:
    """Read the constraint's name from Postgres's message, or the name of the column that is null.

    Empty if the message has neither.
    """
    found = re.search(r'constraint "([^"]+)"', message)
    if found is not None:
        return found[1]
    column = re.search(r'null value in column "([^"]+)" of relation "([^"]+)"', message)
    return f"{column[2]}.{column[1]}" if column else ""
