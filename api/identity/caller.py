"""The user who calls."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified user. Every request has one; equal callers are the same for the database.

    `claims` is a JSON object, as text so that callers can be compared and kept: what else of the
    user's verified token the database's policies may ask for, such as `aal`. Empty: nothing.
    """

    user_id: UUID
    claims: str = ""
