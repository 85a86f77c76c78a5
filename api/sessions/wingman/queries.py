"""The wingman endpoints' queries, each made once."""

from functools import cache
from typing import Final

from postgrest import CountMethod

from api.database.query import Shape, function, parameter, table
from api.sessions.wingman.schemas import ScheduleRequest

ID: Final = parameter("id")
DETAILS: Final = Shape.of(table("wingman_session_details").select().eq("id", ID))
STATE: Final = Shape.of(
    table("wingman_session_details")
    .select(
        # What the rules look at. Its people and their challenges are most of what a session costs
        # the database, and no rule asks for them.
        "user1_id,user2_id,status,"
        "user1_completed_confirmed_by_user2,user2_completed_confirmed_by_user1,due,accepted,version"
    )
    .eq("id", ID)
)
MATCH: Final = Shape.of(table("wingman_matches").select("status").eq("id", ID))
# both users of the match see what one of them writes
OF_MATCH: Final = Shape.of(
    table("wingman_matches").select("user1_id,user2_id").eq("id", parameter("match_id"))
)
OF_SESSION: Final = Shape.of(
    table("wingman_session_details").select("user1_id,user2_id").eq("id", parameter("session_id"))
)
SCHEDULE: Final = Shape.of(
    table("wingman_sessions")
    .insert({name: parameter(name) for name in ScheduleRequest.model_fields})
    .select("id"),
    readers=OF_MATCH,
)
CONFIRM: Final = function("confirm_wingman_session", "session_id", "buddy_id", readers=OF_SESSION)
CANCEL: Final = function("cancel_wingman_session", "session_id", readers=OF_SESSION)
NO_SHOW: Final = function("report_wingman_no_show", "session_id", readers=OF_SESSION)
NOTES: Final = function(
    "write_wingman_notes", "session_id", "notes", "versions", readers=OF_SESSION
)


@cache
def list_shape(sort_by: str, latest_first: bool, by_status: bool) -> Shape:
    """Make the query for a list."""
    sessions = table("wingman_session_details").select(count=CountMethod.exact)
    if by_status:
        sessions = sessions.eq("status", parameter("status"))
    return Shape.of(sessions.order(sort_by, desc=latest_first).order("id", desc=latest_first))
