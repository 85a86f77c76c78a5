"""The study endpoints' work: reads, rules and writes, without HTTP."""

from typing import Final

from api.database.caller import Database
from api.http.etags import Versions
from api.sessions.owned import OwnedSessions
from api.sessions.study import rules
from api.sessions.study.schemas import StudySession, UpdateSessionRequest

SESSIONS: Final = OwnedSessions(
    "study",
    answer=StudySession,
    version=("updated_at",),
)


async def update(
    database: Database, session: StudySession, body: UpdateSessionRequest, versions: Versions
) -> StudySession:
    """Write the body's fields, if the session is still in a version that the caller expects.

    A status is written only if the current one is still the one that the rule checked.

    Raises:
        ApiError: `PRECONDITION_FAILED`; `INVALID_TRANSITION`; `SESSION_NOT_FOUND` if it was
            deleted meanwhile; `CONFLICT` if it had changed at every attempt.

    """
    values = body.model_dump(exclude_unset=True)
    versions.check(session.version)
    if not values:
        return session

    def rule(session: StudySession) -> dict[str, object]:
        versions.check(session.version)
        seen: dict[str, object] = {}
        if versions.expected is not None:
            seen["updated_at"] = session.updated_at
        if "status" in values:
            rules.move(session.status, values["status"])
            seen["status"] = session.status
        return seen

    return await SESSIONS.change(database, session, values, rule)
