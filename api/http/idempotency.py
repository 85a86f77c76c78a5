"""Idempotency-Key: repeating a request that creates something does not create it twice.

A trigger claims the key in the transaction that creates the row, so neither ever exists without the
other. The answer is stored right after that. So whichever process crashes at whatever moment, a
repeated request finds the stored answer, or makes one from the row.

Of a long answer only the status and the address are stored: its text is already in the row, and the
write-ahead log would carry it twice. A repeated request makes the body from the row, as it is now.

A request that created nothing claims no key: after an error the same key may be sent with another
body.
"""

import hashlib
import logging
import re
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request, Response
from pydantic import TypeAdapter
from starlette.types import Scope

from api.database.backend import Row
from api.database.caller import BASE_TABLE, Database
from api.database.query import Filter, Query, Shape, parameter, table
from api.database.refusals import ConstraintError, DatabaseError
from api.errors import ApiError, FieldError, invalid, user_is_gone
from api.http.dependencies import BEARER, AsCaller
from api.http.error_handlers import Interruption
from api.http.responder import Reply
from api.observability import exchange, metrics

logger = logging.getLogger(__name__)

KEY: Final = parameter("key")
FIRST: Final = Shape.of(table(BASE_TABLE).select().eq("key", KEY))
KEEP: Final = Shape.of(
    table(BASE_TABLE).update({"answer": parameter("answer")}).eq("key", KEY).select("id")
)
TAKEN: Final = "session_api_idempotency_keys_once"
OWNER: Final = "session_api_idempotency_keys_user_id_fkey"
MOMENT: Final = TypeAdapter(datetime)
IN_PROGRESS: Final = timedelta(seconds=10)
"""How long the first request may take, with a margin; after that it is considered dead."""
MOST_KEPT: Final = 4_096
"""Longest body, in bytes, that is stored."""
REPLAYED: Final = "Idempotency-Replayed"
ONCE: Final = "session_api.once"
"""The scope's key for the request's `OnceDatabase`."""

LONGEST_KEY: Final = 255
KEY_PATTERN: Final = r"[\x21-\x7e]+"

NOT_A_KEY: Final = f"Send 1 to {LONGEST_KEY} visible ASCII characters."
MORE_THAN_ONE: Final = "Send this header once, with one key."
ANOTHER_REQUEST: Final = "This key was used for a different request. Use a new key."
STILL_PROCESSED: Final = "The first request with this key is still being processed."
ERASED: Final[dict[str, Any]] = {}
"""The answer of a key whose row was deleted: the database erases it, and keeps no other."""
GONE: Final = "What the first request created no longer exists."


class ReplayedError(Interruption):
    """The request was already answered; `{status, location, body}` is the answer, all of it."""

    def __init__(self, first: dict[str, Any]) -> None:
        self.first = first

    def answer(self) -> Response:
        """Return the first answer again."""
        metrics.IDEMPOTENT_REPLAYS.inc()
        exchange.replayed()
        headers = {REPLAYED: "true"}
        if self.first["location"] is not None:
            headers["Location"] = self.first["location"]
        return Response(self.first["body"], self.first["status"], headers, "application/json")


class OnceDatabase(Database):
    """The database for one request with a key: at most one row is created per key."""

    __slots__ = ("_fingerprint", "_key", "has_created", "is_kept", "is_replay")

    def __init__(self, database: Database, key: str, fingerprint: str) -> None:
        super().__init__(
            database.backend,
            database.caller,
            database.deadline,
            conceals_existence=database.conceals_existence,
        )
        self._key = key
        self._fingerprint = fingerprint
        self.has_created = False
        self.is_kept = False
        self.is_replay = False

    async def insert(self, query: Query) -> Row:
        """Insert a row and claim the key, or read what the first request created.

        Raises:
            ReplayedError: an earlier request had this key; the error carries its answer.
            ApiError: `CONFLICT`, the earlier request is still being processed;
                `VALIDATION_ERROR`, it was a different request; `NOT_AUTHENTICATED`, the token's
                user has been deleted.

        """
        claim = (
            ("idempotency-key", self._key),
            ("idempotency-fingerprint", self._fingerprint),
        )
        try:
            row = await super().insert(query._replace(headers=claim))
        except ConstraintError as error:
            if error.name == OWNER:
                raise user_is_gone() from None
            if error.name != TAKEN:
                raise
            row = await self._created(query.shape)
            self.is_replay = True
        self.has_created = True
        return row

    async def _created(self, shape: Shape) -> Row:
        """Read the row that the first request with this key created."""
        first = await self.row(FIRST.query(key=self._key))
        if first is None:  # it was a day old, and another request has just deleted it
            raise ApiError("CONFLICT")
        if first["fingerprint"] != self._fingerprint:
            raise invalid(FieldError(field="Idempotency-Key", message=ANOTHER_REQUEST))
        answer = first["answer"]
        if answer == ERASED:
            raise ApiError("CONFLICT", GONE)
        if answer is not None:
            row = await self.row(created(shape).query(id=first["row_id"]))
            if row is None:  # no longer the caller's to see
                await self.keep(None)
                raise ApiError("CONFLICT", GONE)
            if answer["body"] is not None:
                exchange.created(first["row_id"])
                raise ReplayedError(answer)
            self.is_kept = True
            return row
        # the row's time is the database's: where the two clocks differ by more than this, the age
        # is unknown, and a request that has died must not be waited for until they agree
        if abs(datetime.now(UTC) - MOMENT.validate_python(first["created_at"])) < IN_PROGRESS:
            raise ApiError("CONFLICT", STILL_PROCESSED, headers={"Retry-After": "1"})
        row = await self.row(created(shape).query(id=first["row_id"]))
        if row is None:
            raise ApiError("CONFLICT", GONE)
        return row

    async def keep(self, answer: dict[str, Any] | None) -> None:
        """Keep the answer, or forget it.

        Without one the next request with this key makes one from the row.
        """
        try:
            kept = await self.row(KEEP.query(key=self._key, answer=answer))
        except (ApiError, DatabaseError) as error:
            logger.warning("an answer could not be stored for its Idempotency-Key: %s", error)
            return
        if kept is None:
            logger.error(
                "an Idempotency-Key was not claimed: the table lacks its trigger "
                "claim_idempotency_key, so repeated requests create duplicates"
            )


@cache
def created(insert: Shape) -> Shape:
    """Make the query that rereads what the insert wrote."""
    by_id = Filter("id", "eq", (parameter("id"),))
    return Shape(
        "select", insert.relation, insert.columns, insert.embeds, (by_id,), only_reads=True
    )


class AsCreator(AsCaller):
    """The dependency of a route that creates: the database, with the request's `Idempotency-Key`.

    The key is read here and not checked by FastAPI, so that authentication comes before validation,
    and so that a route that creates has a single dependency like every other.
    """

    async def __call__(  # type: ignore[override]  # see AsCaller
        self,
        request: Request,
        _: Annotated[
            str | None,
            Header(
                alias="Idempotency-Key",
                description="Chosen by the client, new for each resource. For 24 hours the "
                "same request with the same key returns the first answer and creates nothing; "
                "a different body is 422, and 409 while the first request is in progress.",
                examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
                json_schema_extra={
                    "minLength": 1,
                    "maxLength": LONGEST_KEY,
                    "pattern": f"^{KEY_PATTERN}$",
                },
            ),
        ] = None,
    ) -> Database:
        database = await super().__call__(request)
        keys = request.headers.getlist("Idempotency-Key")
        if not keys:
            return database
        if len(keys) > 1:
            raise invalid(FieldError(field="Idempotency-Key", message=MORE_THAN_ONE))
        if len(keys[0]) > LONGEST_KEY or not re.fullmatch(KEY_PATTERN, keys[0]):
            raise invalid(FieldError(field="Idempotency-Key", message=NOT_A_KEY))
        asked = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
        asked.update(await request.body())
        # hashed: it may have any length and characters, and clients may put secrets into it
        key = hashlib.sha256(keys[0].encode()).hexdigest()
        once = request.scope[ONCE] = OnceDatabase(database, key, asked.hexdigest())
        return once


CreatingDatabase = Annotated[Database, Depends(AsCreator(**BEARER))]


async def keep(once: OnceDatabase, reply: Reply) -> None:
    """Store an answer, and mark it as replayed if the row already existed."""
    location = next((value for name, value in reply.headers if name == b"location"), None)
    if not once.is_kept:
        await once.keep(
            {
                "status": reply.status,
                "location": location and location.decode(),
                "body": reply.body.decode() if len(reply.body) <= MOST_KEPT else None,
            }
        )
    if once.is_replay:
        metrics.IDEMPOTENT_REPLAYS.inc()
        exchange.replayed()
        reply.headers.append((REPLAYED.lower().encode(), b"true"))


def keep_answer(reply: Reply, scope: Scope) -> Awaitable[None] | None:
    """Step: stores the answer of a request that has created something with a key."""
    once: OnceDatabase | None = scope.get(ONCE)
    if once is None or not once.has_created or not 200 <= reply.status < 300:
        return None
    return keep(once, reply)
