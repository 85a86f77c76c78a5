"""The study endpoints."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import errors
from api.dependencies import CallerDatabase
from api.http.idempotency import CreatingDatabase
from api.schemas.pagination import Page, PageQuery
from api.sessions.access import SessionId, authorized
from api.sessions.owned import NOT_THERE
from api.sessions.study import service
from api.sessions.study.schemas import CreateSessionRequest, StudySession, UpdateSessionRequest
from api.sessions.study.service import SESSIONS

PREFIX = "/api/v1/study/sessions"

router = APIRouter(tags=["study"], responses=errors.ALWAYS)

AuthorizedSession = Annotated[StudySession, Depends(authorized(SESSIONS))]


@router.get("")
async def list_sessions(
    query: Annotated[PageQuery, Query()], database: CallerDatabase, request: Request
) -> Page[StudySession]:
    """List the caller's study sessions, newest first."""
    sessions, total = await SESSIONS.page(database, query)
    return Page[StudySession].of(sessions, total, query, request)


@router.post(
    "",
    status_code=201,
    responses=errors.responses("CONFLICT", "PAYLOAD_TOO_LARGE"),
)
async def create(
    body: CreateSessionRequest, database: CreatingDatabase, response: Response
) -> StudySession:
    """Create a study session. It starts as `UPLOADING`."""
    session = await SESSIONS.create(database, body.model_dump())
    response.headers["Location"] = f"{PREFIX}/{session.id}"
    return session


@router.get("/{session_id}", responses=errors.responses(*NOT_THERE))
async def get(session: AuthorizedSession) -> StudySession:
    """Read a study session."""
    return session


@router.put(
    "/{session_id}",
    responses=errors.responses(*NOT_THERE, "INVALID_TRANSITION", "CONFLICT", "PAYLOAD_TOO_LARGE"),
)
async def update(
    session: AuthorizedSession, body: UpdateSessionRequest, database: CallerDatabase
) -> StudySession:
    """Change a study session: title, description, plan, and the status along its flow."""
    return await service.update(database, session, body)


@router.delete("/{session_id}", status_code=204, responses=errors.responses(*NOT_THERE))
async def delete(session_id: SessionId, database: CallerDatabase) -> None:
    """Delete a study session with its documents, chunks, topics, chats and messages."""
    await SESSIONS.delete(database, session_id)
