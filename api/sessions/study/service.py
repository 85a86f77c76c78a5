"""The study endpoints' work: reads, rules and writes, without HTTP."""

from typing import Final

from api.database.caller import Database
from api.sessions.owned import OwnedSessions
from api.sessions.study import rules
from api.sessions.study.schemas import StudySession, UpdateSessionRequest

SESSIONS: Final = OwnedSessions(
    "study",
    owner="profile_id",
    answer=StudySession,
)


async def update(
    database: Database, session: StudySession, body: UpdateSessionRequest
) -> StudySession:
    """Write what the body names, and a status only if it still is the one that the rule saw.

    Raises:
        ApiError: `INVALID_TRANSITION`; `SESSION_NOT_FOUND` when it was deleted meanwhile;
            `CONFLICT` when somebody was faster every time.

    """
    values = body.model_dump(exclude_unset=True)
    if not values:
        return session

    def rule(session: StudySession) -> dict[str, str]:
        if "status" not in values:
            return {}
        rules.move(session.status, values["status"])
        return {"status": session.status}

    return await SESSIONS.change(database, session, values, rule)
