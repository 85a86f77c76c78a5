"""The kinds of session. `registry` has the routes of each."""

from typing import Final, Literal, NamedTuple

from api.errors import Code

KindName = Literal["wingman", "chat", "study", "interview"]


class Kind(NamedTuple):
    """A kind of session. Its name is used for its URL, tables, policy files, package and tests."""

    name: KindName
    description: str
    not_yours: Code
    """The error for another user's session."""

    @property
    def path(self) -> str:
        """The canonical path of its sessions."""
        return f"/api/v1/{self.name}/sessions"

    @property
    def not_there(self) -> tuple[Code, Code]:
        """The possible errors for a session that the caller cannot see."""
        return "SESSION_NOT_FOUND", self.not_yours


_ALL: Final = (
    # most-requested first: routes are matched in order
    Kind(
        "wingman",
        "Two people with one challenge each; each confirms the other's.",
        "NOT_A_PARTICIPANT",
    ),
    Kind("chat", "Conversations and their messages.", "NOT_OWNER"),
    Kind("study", "A course of study made from documents, step by step.", "NOT_OWNER"),
    Kind("interview", "Practice for one job posting.", "NOT_OWNER"),
)

KINDS: Final[dict[KindName, Kind]] = {kind.name: kind for kind in _ALL}
