"""The user who calls."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified user. Every request has one; equal callers are the same for the database.

    `claims` holds further claims of the verified token that policies may read, for example `aal`.
    It is a JSON object, as text so that callers can be compared and cached; empty if none.
    `cell` names the user's cell, as the same token says; empty without cells.
    """

    user_id: UUID
    claims: str = ""
    cell: str = ""
