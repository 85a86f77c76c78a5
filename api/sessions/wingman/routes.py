"""The wingman endpoints, at their canonical and published paths."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.dependencies import CallerDatabase
from api.http.error_schemas import EVERY_ROUTE, responses
from api.http.etags import (
    ETAG,
    IF_MATCH,
    IF_NONE_MATCH,
    UNCHANGED,
    ExpectedVersions,
    set_entity_tag,
    tell_version,
)
from api.http.idempotency import CreatingDatabase
from api.kinds import KINDS
from api.operations import does
from api.schemas.pagination import Page
from api.sessions.access import SessionId
from api.sessions.location import created
from api.sessions.wingman import service
from api.sessions.wingman.schemas import (
    CancelAnswer,
    ConfirmAnswer,
    ConfirmRequest,
    NoShowAnswer,
    NotesAnswer,
    NotesRequest,
    ScheduleRequest,
    SessionQuery,
    WingmanSession,
)

KIND: Final = KINDS["wingman"]

router = APIRouter(tags=[KIND.name], responses=EVERY_ROUTE)
published = APIRouter()
PUBLISHED: Final = {"/api/session": published}
"""Paths of existing frontends."""


@router.get("")
@does("read")
async def list_sessions(
    query: Annotated[SessionQuery, Query()], database: CallerDatabase, request: Request
) -> Page[WingmanSession]:
    """List the caller's wingman sessions, newest first by default."""
    sessions, total = await service.list_sessions(database, query)
    return Page[WingmanSession].of(sessions, total, query, request)


@router.post(
    "",
    status_code=201,
    responses=responses(
        "MATCH_NOT_FOUND",
        "MATCH_NOT_ACCEPTED",
        "CHALLENGE_NOT_FOUND",
        "SCHEDULED_IN_THE_PAST",
        "ACTIVE_SESSION_EXISTS",
        "CONFLICT",
        "PAYLOAD_TOO_LARGE",
    ),
)
@does("create", "session_created")
async def schedule(
    body: ScheduleRequest, database: CreatingDatabase, request: Request, response: Response
) -> WingmanSession:
    """Schedule a wingman session for an accepted match, which can have one active session."""
    session = await service.schedule(database, body)
    created(request, response, KIND, session.id)
    return session


@router.get(
    "/{session_id}",
    responses={200: ETAG, 304: UNCHANGED, **responses(*KIND.not_there)},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
@published.get("/{session_id}")
@does("read", "session_read")
async def get(session_id: SessionId, database: CallerDatabase, request: Request) -> WingmanSession:
    """Read a wingman session with its participants, their challenges and points at stake.

    Send the answer's `ETag` as `If-None-Match` to get a 304 while nothing has changed.
    """
    session, version = await service.get(database, session_id)
    tell_version(request, version)
    return session


@router.post(
    "/{session_id}/confirm",
    responses=responses(
        *KIND.not_there,
        "SESSION_CLOSED",
        "MATCH_NOT_ACCEPTED",
        "CANNOT_CONFIRM_YOURSELF",
        "NOT_YOUR_BUDDY",
        "TOO_EARLY_TO_CONFIRM",
        "ALREADY_CONFIRMED",
        "CONFLICT",
        "PAYLOAD_TOO_LARGE",
    ),
)
@published.post("/{session_id}/confirm")
@does("confirm", "session_confirmed")
async def confirm(
    session_id: SessionId,
    database: CallerDatabase,
    body: ConfirmRequest | None = None,
) -> ConfirmAnswer:
    """Confirm that the caller's buddy has completed their challenge.

    Allowed once per participant, from the scheduled time. The second confirmation completes the
    session.
    """
    buddy_id = body.buddy_user_id if body else None
    return await service.confirm(database, session_id, buddy_id)


@router.patch(
    "/{session_id}/notes",
    responses={
        200: ETAG,
        **responses(
            *KIND.not_there,
            "MATCH_NOT_ACCEPTED",
            "CONFLICT",
            "PRECONDITION_FAILED",
            "PAYLOAD_TOO_LARGE",
        ),
    },
    openapi_extra={"parameters": [IF_MATCH]},
)
@published.patch("/{session_id}/notes")
@does("write")
async def write_notes(
    session_id: SessionId,
    body: NotesRequest,
    database: CallerDatabase,
    versions: ExpectedVersions,
    response: Response,
) -> NotesAnswer:
    """Replace a wingman session's notes, which both participants share.

    Send the session's `ETag` as `If-Match` to get a 412, with nothing written, if the session has
    changed since: through the other participant's notes, a confirmation, or its end. The answer's
    `ETag` is the session's new one.
    """
    session, version = await service.write_notes(database, session_id, body.notes, versions)
    set_entity_tag(response, version, session)
    return NotesAnswer(
        success=True, message="The notes are saved.", updated_notes=session.notes or ""
    )


@router.post(
    "/{session_id}/cancel",
    responses=responses(
        *KIND.not_there, "SESSION_CLOSED", "TOO_LATE_TO_CANCEL", "CONFLICT", "PAYLOAD_TOO_LARGE"
    ),
)
@does("write", "session_cancelled")
async def cancel(session_id: SessionId, database: CallerDatabase) -> CancelAnswer:
    """Cancel a wingman session before its scheduled time."""
    return await service.cancel(database, session_id)


@router.post(
    "/{session_id}/no-show",
    responses=responses(
        *KIND.not_there, "SESSION_CLOSED", "TOO_EARLY_TO_REPORT", "CONFLICT", "PAYLOAD_TOO_LARGE"
    ),
)
@does("write", "session_missed")
async def report_no_show(session_id: SessionId, database: CallerDatabase) -> NoShowAnswer:
    """Report that the caller's buddy did not come, which ends the session.

    Allowed from the scheduled time. Confirmations already given are kept.
    """
    return await service.report_no_show(database, session_id)
