"""The interview endpoints."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.dependencies import CallerDatabase
from api.http.error_schemas import EVERY_ROUTE, responses
from api.http.idempotency import CreatingDatabase
from api.kinds import KINDS
from api.operations import does
from api.schemas.pagination import Page, PageQuery
from api.sessions.access import authorized
from api.sessions.interview.schemas import InterviewSession, InterviewSessionCreate
from api.sessions.location import created
from api.sessions.owned import OwnedSessions

KIND: Final = KINDS["interview"]

router = APIRouter(tags=[KIND.name], responses=EVERY_ROUTE)
PUBLISHED: Final = {"/api/v1/sessions": router}
"""Paths of existing frontends."""

SESSIONS: Final = OwnedSessions(
    KIND.name,
    answer=InterviewSession,
    embeds={
        "job_posting": "job_posting:job_postings!interview_sessions_job_posting_fkey"
        "(id,title,company)"
    },
    joins={"job_posting": {"job_posting_id": "id", "user_id": "user_id"}},
    # one foreign key over (owner, posting): a missing posting and another user's fail alike
    refusals={"interview_sessions_job_posting_fkey": ("JOB_POSTING_NOT_FOUND", "job_posting_id")},
)

AuthorizedSession = Annotated[InterviewSession, Depends(authorized(SESSIONS))]


@router.get("")
@does("read")
async def list_sessions(
    query: Annotated[PageQuery, Query()], database: CallerDatabase, request: Request
) -> Page[InterviewSession]:
    """List the caller's interview sessions, newest first."""
    sessions, total = await SESSIONS.page(database, query)
    return Page[InterviewSession].of(sessions, total, query, request)


@router.post(
    "",
    status_code=201,
    responses=responses("JOB_POSTING_NOT_FOUND", "CONFLICT", "PAYLOAD_TOO_LARGE"),
)
@does("create", "session_created")
async def create(
    body: InterviewSessionCreate, database: CreatingDatabase, request: Request, response: Response
) -> InterviewSession:
    """Start an interview for one of the caller's job postings, at question 0.

    A missing posting and another user's posting give the same 404.
    """
    session = await SESSIONS.create(database, body.model_dump())
    created(request, response, KIND, session.id)
    return session


@router.get("/{session_id}", responses=responses(*KIND.not_there))
@does("read", "session_read")
async def get(session: AuthorizedSession) -> InterviewSession:
    """Read an interview session with its job posting."""
    return session
