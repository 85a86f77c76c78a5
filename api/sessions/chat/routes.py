"""The chat endpoints."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.dependencies import CallerDatabase
from api.http.error_schemas import EVERY_ROUTE, responses
from api.http.etags import (
    ETAG,
    IF_MATCH,
    IF_NONE_MATCH,
    UNCHANGED,
    ExpectedVersions,
    tell_version,
)
from api.http.idempotency import CreatingDatabase
from api.kinds import KINDS
from api.operations import does
from api.schemas.pagination import Page
from api.sessions.access import SessionId, authorized
from api.sessions.chat import service
from api.sessions.chat.schemas import (
    ChatSession,
    ChatSessionChange,
    ChatSessionCreate,
    Message,
    MessageCreate,
    MessageQuery,
    SessionQuery,
)
from api.sessions.chat.service import SESSIONS
from api.sessions.location import created

KIND: Final = KINDS["chat"]

router = APIRouter(tags=[KIND.name], responses=EVERY_ROUTE)

AuthorizedSession = Annotated[ChatSession, Depends(authorized(SESSIONS))]


@router.get("")
@does("read")
async def list_sessions(
    query: Annotated[SessionQuery, Query()], database: CallerDatabase, request: Request
) -> Page[ChatSession]:
    """List the caller's chat sessions."""
    sessions, total = await SESSIONS.page(
        database, query, sort_by=query.sort_by, sort_order=query.sort_order
    )
    return Page[ChatSession].of(sessions, total, query, request)


@router.post(
    "",
    status_code=201,
    responses=responses("CONFLICT", "PAYLOAD_TOO_LARGE"),
)
@does("create", "session_created")
async def create(
    body: ChatSessionCreate, database: CreatingDatabase, request: Request, response: Response
) -> ChatSession:
    """Open a chat session."""
    session = await SESSIONS.create(database, body.model_dump())
    created(request, response, KIND, session.id)
    return session


@router.get(
    "/{session_id}",
    responses={200: ETAG, 304: UNCHANGED, **responses(*KIND.not_there)},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
@does("read", "session_read")
async def get(session: AuthorizedSession, request: Request) -> ChatSession:
    """Read a chat session.

    Send the answer's `ETag` as `If-None-Match` to get a 304 while nothing has changed.
    """
    tell_version(request, session.version)
    return session


@router.patch(
    "/{session_id}",
    responses={
        200: ETAG,
        **responses(*KIND.not_there, "CONFLICT", "PRECONDITION_FAILED", "PAYLOAD_TOO_LARGE"),
    },
    openapi_extra={"parameters": [IF_MATCH]},
)
@does("write")
async def rename(
    session_id: SessionId,
    body: ChatSessionChange,
    database: CallerDatabase,
    versions: ExpectedVersions,
    request: Request,
) -> ChatSession:
    """Rename a chat session.

    Send the `ETag` of an earlier answer as `If-Match` to get a 412, with nothing written, if the
    session was renamed or got messages since.
    """
    renamed = await SESSIONS.write(database, session_id, body.model_dump(), versions)
    tell_version(request, renamed.version)
    return renamed


@router.delete(
    "/{session_id}",
    status_code=204,
    responses=responses(*KIND.not_there, "PRECONDITION_FAILED"),
    openapi_extra={"parameters": [IF_MATCH]},
)
@does("write", "session_deleted")
async def delete(
    session_id: SessionId, database: CallerDatabase, versions: ExpectedVersions
) -> None:
    """Delete a chat session with its messages.

    With `If-Match`, only if it was not renamed and got no messages since.
    """
    await SESSIONS.delete(database, session_id, versions)


@router.get("/{session_id}/messages", responses=responses(*KIND.not_there))
@does("read")
async def list_messages(
    session_id: SessionId,
    query: Annotated[MessageQuery, Query()],
    database: CallerDatabase,
    request: Request,
) -> Page[Message]:
    """List a chat session's messages, oldest first by default. Any page costs the same.

    Page by `offset`, or by cursor: just `before` or just `after` a `message_order`. The links
    `next` and `prev` keep the same way of paging.
    """
    messages, total = await service.list_messages(database, session_id, query)
    if query.before is None and query.after is None:
        return Page[Message].of(messages, total, query, request)
    return Page[Message].of_numbered(messages, service.stretch(total, query), query, request)


@router.post(
    "/{session_id}/messages",
    status_code=201,
    responses=responses(*KIND.not_there, "CONFLICT", "PAYLOAD_TOO_LARGE"),
)
@does("message")
async def post_message(
    session_id: SessionId, body: MessageCreate, database: CreatingDatabase
) -> Message:
    """Post a message. It gets the session's next number and the database's current time."""
    return await service.post_message(database, session_id, body)
