"""The kinds of session there are. What serves each of them is in `registry`."""

from typing import Final, Literal, NamedTuple

from api.errors import Code

KindName = Literal["wingman", "chat", "study", "interview"]


class Kind(NamedTuple):
    """A kind of session: its name is its URL, tables, policy files, package and tests."""

    name: KindName
    description: str
    not_yours: Code
    """What somebody else's session is answered with."""

    @property
    def path(self) -> str:
        """The canonical path of its sessions."""
        return f"/api/v1/{self.name}/sessions"

    @property
    def not_there(self) -> tuple[Code, Code]:
        """What a session that the caller does not see may be answered with."""
        return "SESSION_NOT_FOUND", self.not_yours


_ALL: Final = (
    # most-requested first: routes are matched in order
    Kind(
        "wingman",
        "Two people, a challenge each, each confirms the other's.",
        "NOT_A_PARTICIPANT",
    ),
    Kind("chat", "Conversations and their messages.", "NOT_OWNER"),
    Kind("study", "A course of study made from documents, step by step.", "NOT_OWNER"),
    Kind("interview", "Practice for one job posting.", "NOT_OWNER"),
)

KINDS: Final[dict[KindName, Kind]] = {kind.name: kind for kind in _ALL}
