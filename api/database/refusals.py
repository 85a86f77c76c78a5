"""What the database's refusals mean: one table of codes for both backends.

Every answer of PostgREST, Postgres or the network becomes rows, one of the errors below, or
`DATABASE_UNAVAILABLE`. None of their text reaches a client.
"""

import logging
import re
from typing import Final

from api.errors import ApiError, FieldError, invalid, outcome_unknown, unavailable

logger = logging.getLogger(__name__)


class DatabaseError(Exception):
    """The database refused, for a reason that only the calling service can judge.

    A service that expects it catches it; otherwise it is a bug and becomes a 500.
    `code` is the SQLSTATE or PostgREST's code. The message is not kept: it may hold users' data.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class ConstraintError(DatabaseError):
    """A constraint refused the row; `name` is the constraint's name."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(code)
        self.name = name

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DeniedError(DatabaseError):
    """A policy refused the write."""


class RangeError(DatabaseError):
    """The offset is past the end of the list."""


class OvertakenError(DatabaseError):
    """Postgres rolled the statement back because of a concurrent one; it can be retried."""


class NotReadyError(DatabaseError):
    """PostgREST is not ready yet and executed nothing: any request can be retried."""


# SQLSTATE classes and codes, PostgREST's codes, and the statuses of a gateway that answers without
# a code. Each entry is a prefix.
AWAY: Final = (
    "08",  # the connection failed
    "25006",  # read-only: a replica, or a project whose disk is full
    "53",  # too many connections, out of memory, disk full
    "55P03",  # a lock was not available
    "57",  # shutting down, starting, or the statement took too long
    "58",  # the operating system failed
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
    "22P02",  # wrong type
    "22P05",  # NUL
)
CONSTRAINT: Final = ("23",)
OVERTAKEN: Final = ("40001", "40P01")
# raised by a function or trigger of the project
RAISED: Final = ("P0", "PT")
# a SQLSTATE that neither the standard nor Postgres has: the project's own
OWN_STATE: Final = re.compile(r"(?!F0|HV|XX|PGRST)[A-Z][0-9A-Z]{4}")
# a function, trigger or policy of the project failed: a division by zero, too many rows, a policy
# that reads its own table
FAILED: Final = ("09", "21", "22", "27", "2F", "38", "39", "42P17", "54")
NOT_TRUSTED: Final = ("PGRST3", "22023", "28", "401", "403")
NOT_MIGRATED: Final = ("PGRST106", "PGRST2", "42P01", "42703", "42883", "404")


STALE_CLOCK: Final = "a token of the future"
EXPIRED: Final = "an expired token"
NOT_READY: Final = ("PGRST002", STALE_CLOCK)  # PGRST002: the schema is not loaded yet
NO_GRANT: Final = "a missing grant"  # 42501 is also the refusal of a policy
POOLED: Final = ("26000", "42P05")  # a prepared statement does not exist, or already exists


def meaning(code: str, constraint: str = "") -> ApiError | DatabaseError:
    """Decide what a refusal means, by its code and the name of the constraint that refused."""
    if code == NO_GRANT:
        logger.error("the API's role lacks a grant; `session-api doctor` tells which")
        return unavailable()
    if code == "42501":
        return DeniedError(code)
    if code.startswith(RAISED) or OWN_STATE.fullmatch(code):
        logger.warning("a function or trigger of the project refused the request: %s", code)
        return ApiError("REFUSED_BY_PROJECT")
    if code == "PGRST103":
        return RangeError(code)
    if code.startswith(CONSTRAINT):
        return ConstraintError(code, constraint)
    if code.startswith(OVERTAKEN):
        return OvertakenError(code)
    if code in NOT_READY:
        return NotReadyError(code)
    if code in POOLED:
        logger.error(
            "a prepared statement was lost (%s) by a pooler in transaction mode: use "
            "its session mode or a direct connection, or turn prepared statements off "
            "(PostgREST: PGRST_DB_PREPARED_STATEMENTS=false)",
            code,
        )
        return unavailable()
    if code.startswith(UNSTORABLE):
        return invalid(FieldError(field="body", message="A value cannot be stored."))
    if code.startswith(AWAY):
        logger.warning("the database is not available: %s", code)
        return unavailable()
    if code == EXPIRED:
        logger.error(
            "PostgREST refuses the API's own token as expired: this machine's clock is behind "
            "PostgREST's; synchronise both (NTP)"
        )
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
    if not code:  # a gateway in front of PostgREST answers without a code
        logger.error("the gateway of PostgREST refuses the API: check SUPABASE_PUBLISHABLE_KEY")
        return unavailable()
    if len(code) == len("404"):
        logger.error("the server that answers with status %s is not PostgREST", code)
        return unavailable()
    if code.startswith(FAILED):
        logger.error(
            "a function, trigger or policy of the project failed (%s); `session-api explain` tells "
            "which",
            code,
        )
        return ApiError("REFUSED_BY_PROJECT")
    return DatabaseError(code)


def unanswered(reason: str) -> ApiError:
    """Return the error for a write that may or may not have happened."""
    logger.warning("no answer to a write: %s", reason)
    return outcome_unknown()
