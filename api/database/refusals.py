"""What the database's refusals mean: one table of codes, for both backends.

Whatever PostgREST, Postgres or the network answer becomes rows, one of the errors below, or
`DATABASE_UNAVAILABLE`. None of their words reaches a client.
"""

import logging
from typing import Final

from api.errors import ApiError, FieldError, invalid, outcome_unknown, unavailable

logger = logging.getLogger(__name__)


class DatabaseError(Exception):
    """The database refused, in a way that this package cannot judge.

    A service that foresees it catches it; otherwise it is a fault of ours and becomes a 500.
    `code` is the SQLSTATE or PostgREST's code. The message is not kept: it may hold users' data.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class ConstraintError(DatabaseError):
    """A constraint refused the row; `name` is the constraint's."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(code)
        self.name = name

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DeniedError(DatabaseError):
    """A policy refused the write."""


class RangeError(DatabaseError):
    """The offset lies past the end of the list."""


class OvertakenError(DatabaseError):
    """Postgres undid the whole statement because of a concurrent one; it can be sent again."""


class NotReadyError(DatabaseError):
    """PostgREST executed nothing, and will soon: the request can be sent again, whatever it is."""


# SQLSTATE classes and codes, PostgREST's codes, and the statuses of a gateway that answers without
# a code. Each is a prefix.
AWAY: Final = (
    "08",  # the connection failed
    "25006",  # read-only: a replica, or a project whose disk is full
    "53",  # too many connections, out of memory, disk full
    "55P03",  # a lock was not to be had
    "57",  # shut down, starting, or the statement took too long
    "58",  # the system below Postgres failed
    "PGRST00",  # PostgREST has no connection
    "429",
    "50",  # a gateway's 500, 502, 503, 504
    "52",  # and 520 to 527
)
UNSTORABLE: Final = (
    "22001",  # too long
    "22003",  # out of range
    "22007",  # not a date
    "22008",  # no such date
    "22021",  # not a character
    "22P02",  # not of this type
    "22P05",  # NUL
)
CONSTRAINT: Final = ("23",)
OVERTAKEN: Final = ("40001", "40P01")
# what a function or trigger of the project's own raises
RAISED: Final = ("P0", "PT4")
NOT_TRUSTED: Final = ("PGRST3", "22023", "28", "401", "403")
NOT_MIGRATED: Final = ("PGRST106", "PGRST2", "42P01", "42703", "42883", "404")


STALE_CLOCK: Final = "a token of the future"
NOT_READY: Final = ("PGRST002", STALE_CLOCK)  # PGRST002: the schema is not loaded yet
NO_GRANT: Final = "a missing grant"  # 42501 is a policy's refusal too
POOLED: Final = ("26000", "42P05")  # a prepared statement is unknown, or exists already


def meaning(code: str, constraint: str = "") -> ApiError | DatabaseError:
    """Decide what a refusal means, by its code and the name of the constraint that refused."""
    if code == NO_GRANT:
        logger.error("the API's role lacks a grant: `session-api doctor` says which")
        return unavailable()
    if code == "42501":
        return DeniedError(code)
    if code.startswith(RAISED):
        logger.warning("a function or trigger of the project's refuses the request: %s", code)
        return ApiError("REFUSED_BY_PROJECT")
    if code in ("PGRST103", "416"):
        return RangeError(code)
    if code.startswith(CONSTRAINT):
        return ConstraintError(code, constraint)
    if code.startswith(OVERTAKEN):
        return OvertakenError(code)
    if code in NOT_READY:
        return NotReadyError(code)
    if code in POOLED:
        logger.error(
            "a prepared statement was lost (%s): a pooler in transaction mode is in between; use "
            "its session mode or a direct connection, or turn prepared statements off "
            "(PostgREST: PGRST_DB_PREPARED_STATEMENTS=false)",
            code,
        )
        return unavailable()
    if code.startswith(UNSTORABLE):
        return invalid(FieldError(field="body", message="A value cannot be stored as it is."))
    if code.startswith(AWAY):
        logger.warning("the database is not available: %s", code)
        return unavailable()
    if code.startswith(NOT_TRUSTED):
        logger.error(
            "the database does not trust the API (%s): through PostgREST, SUPABASE_JWT_SECRET or "
            "SESSION_API_SIGNING_KEY must be one that it trusts, SUPABASE_PUBLISHABLE_KEY the "
            "project's, and the role session_api granted to authenticator; with API_DATABASE_URL, "
            "its user and password must be right",
            code,
        )
        return unavailable()
    if code.startswith(NOT_MIGRATED):
        logger.error(
            "a table, column or function is not known (%s): apply the migrations, and let "
            "PostgREST, where it is used, reload its schema cache",
            code,
        )
        return unavailable()
    if not code:  # a gateway in front of PostgREST answers without one
        logger.error("the gateway before PostgREST refuses the API: check SUPABASE_PUBLISHABLE_KEY")
        return unavailable()
    return DatabaseError(code)


def unanswered(reason: str) -> ApiError:
    """Say that nobody knows whether a write happened."""
    logger.warning("a write was not answered: %s", reason)
    return outcome_unknown()
