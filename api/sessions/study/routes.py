"""The study endpoints."""

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
from api.schemas.pagination import Page, PageQuery
from api.sessions.access import SessionId, authorized
from api.sessions.location import created
from api.sessions.study import service
from api.sessions.study.schemas import CreateSessionRequest, StudySession, UpdateSessionRequest
from api.sessions.study.service import SESSIONS

KIND: Final = KINDS["study"]

router = APIRouter(tags=[KIND.name], responses=EVERY_ROUTE)
PUBLISHED: Final = {"/api/sessions": router}
"""Paths of existing frontends."""

AuthorizedSession = Annotated[StudySession, Depends(authorized(SESSIONS))]


@router.get("")
@does("read")
async def list_sessions(
    query: Annotated[PageQuery, Query()], database: CallerDatabase, request: Request
) -> Page[StudySession]:
    """List the caller's study sessions, newest first."""
    sessions, total = await SESSIONS.page(database, query)
    return Page[StudySession].of(sessions, total, query, request)


@router.post(
    "",
    status_code=201,
    responses=responses("CONFLICT", "PAYLOAD_TOO_LARGE"),
)
@does("create", "session_created")
async def create(
    body: CreateSessionRequest, database: CreatingDatabase, request: Request, response: Response
) -> StudySession:
    """Create a study session. It starts as `UPLOADING`."""
    session = await SESSIONS.create(database, body.model_dump())
    created(request, response, KIND, session.id)
    return session


@router.get(
    "/{session_id}",
    responses={200: ETAG, 304: UNCHANGED, **responses(*KIND.not_there)},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
@does("read", "session_read")
async def get(session: AuthorizedSession, request: Request) -> StudySession:
    """Read a study session.

    Send the answer's `ETag` as `If-None-Match` to get a 304 while nothing has changed.
    """
    tell_version(request, session.version)
    return session


@router.put(
    "/{session_id}",
    responses={
        200: ETAG,
        **responses(
            *KIND.not_there,
            "INVALID_TRANSITION",
            "CONFLICT",
            "PRECONDITION_FAILED",
            "PAYLOAD_TOO_LARGE",
        ),
    },
    openapi_extra={"parameters": [IF_MATCH]},
)
@does("write")
async def update(
    session: AuthorizedSession,
    body: UpdateSessionRequest,
    database: CallerDatabase,
    versions: ExpectedVersions,
    request: Request,
) -> StudySession:
    """Change a study session: title, description, plan, and the status along its flow.

    Send the `ETag` of an earlier answer as `If-Match` to get a 412, with nothing written, if the
    session has changed since.
    """
    changed = await service.update(database, session, body, versions)
    tell_version(request, changed.version)
    return changed


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
    """Delete a study session with its documents, chunks, topics, chats and messages."""
    await SESSIONS.delete(database, session_id, versions)
