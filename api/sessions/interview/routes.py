"""The interview endpoints."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import errors
from api.dependencies import CallerDatabase
from api.http.idempotency import CreatingDatabase
from api.schemas.pagination import Page, PageQuery
from api.sessions.access import authorized
from api.sessions.interview.schemas import InterviewSession, InterviewSessionCreate
from api.sessions.interview.service import SESSIONS
from api.sessions.owned import NOT_THERE

PREFIX = "/api/v1/interview/sessions"

router = APIRouter(tags=["interview"], responses=errors.ALWAYS)

AuthorizedSession = Annotated[InterviewSession, Depends(authorized(SESSIONS))]


@router.get("")
async def list_sessions(
    query: Annotated[PageQuery, Query()], database: CallerDatabase, request: Request
) -> Page[InterviewSession]:
    """List the caller's interview sessions, newest first."""
    sessions, total = await SESSIONS.page(database, query)
    return Page[InterviewSession].of(sessions, total, query, request)


@router.post(
    "",
    status_code=201,
    responses=errors.responses("JOB_POSTING_NOT_FOUND", "CONFLICT", "PAYLOAD_TOO_LARGE"),
)
async def create(
    body: InterviewSessionCreate, database: CreatingDatabase, response: Response
) -> InterviewSession:
    """Start an interview for a job posting of the caller's, at question 0.

    A missing and a foreign posting are the same 404.
    """
    session = await SESSIONS.create(database, body.model_dump())
    response.headers["Location"] = f"{PREFIX}/{session.id}"
    return session


@router.get("/{session_id}", responses=errors.responses(*NOT_THERE))
async def get(session: AuthorizedSession) -> InterviewSession:
    """Read an interview session with its job posting."""
    return session
