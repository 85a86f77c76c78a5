"""What asyncpg raises, by what it means for a connection, and what the operator is told of it."""

import logging
from typing import Final

import asyncpg

from api.database.claims import ROLE
from api.errors import ApiError, unavailable

logger = logging.getLogger(__name__)

# errors of Postgres, and errors of asyncpg
REFUSED: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.exceptions.InternalClientError,
)
NOT_ENCODED: Final = "22000"
"""What asyncpg raises for a value of the wrong type; nothing was sent."""
STALE: Final = (
    asyncpg.exceptions.InvalidCachedStatementError,
    asyncpg.exceptions.OutdatedSchemaCacheError,
)
NOT_PREPARED: Final = ("26000", "42P05")
UNKNOWN: Final = ("08", "53", "57", "58", "XX")
"""Classes of errors that, in answer to a commit, leave open whether it happened."""


def not_prepared(code: str) -> ApiError:
    """Log that a pooler has lost prepared statements."""
    logger.error(
        "API_DATABASE_URL is a pooler in transaction mode, which loses prepared statements (%s): "
        "set API_DATABASE_PREPARED_STATEMENTS=false, or use its session mode",
        code,
    )
    return unavailable()


def may_not_become() -> ApiError:
    """Log that the login role is not set up correctly."""
    logger.error("the user of API_DATABASE_URL may not become %s: grant %s to it", ROLE, ROLE)
    return unavailable()
