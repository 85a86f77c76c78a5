"""The study endpoints' work: reads, rules and writes, without HTTP."""

from typing import Final

from api.database.caller import Database
from api.errors import ApiError
from api.sessions.owned import OwnedSessions
from api.sessions.study import rules
from api.sessions.study.schemas import StudySession, UpdateSessionRequest

SESSIONS: Final = OwnedSessions(
    "study",
    owner="profile_id",
    answer=StudySession,
)

# Somebody else can only move the status on, which has four steps.
MAX_ROUNDS: Final = 5


async def update(
    database: Database, session: StudySession, body: UpdateSessionRequest
) -> StudySession:
    """Write what the body names, and a status only if it still is the one that the rule saw.

    Raises:
        ApiError: `INVALID_TRANSITION`; `SESSION_NOT_FOUND` when it was deleted meanwhile;
            `CONFLICT` when somebody was faster every time.

    """
    values = body.model_dump(mode="json", exclude_unset=True)
    if not values:
        return session
    for _ in range(MAX_ROUNDS):
        expect = {}
        if "status" in values:
            rules.move(session.status, values["status"])
            expect = {"status": session.status}
        changed = await SESSIONS.change(database, session.id, values, expect)
        if changed is not None:
            return changed
        session = await SESSIONS.get_authorized_session(session.id, database)
    raise ApiError("CONFLICT")
