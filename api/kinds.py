"""The list of kinds of session: there is no other. `sessions/<kind>/` has the code of each."""

from typing import Final, Literal, NamedTuple

from api.errors import Code

KindName = Literal["wingman", "chat", "study", "interview"]


class Kind(NamedTuple):
    """A kind of session. Its name is used for its URL, tables, policy files, package and tests."""

    name: KindName
    description: str
    owner: str | None
    """The column with a session's one owner, or `None` if users share sessions."""

    @property
    def path(self) -> str:
        """The canonical path of its sessions."""
        return f"/api/v1/{self.name}/sessions"

    @property
    def not_yours(self) -> Code:
        """The error for another user's session."""
        return "NOT_OWNER" if self.owner else "NOT_A_PARTICIPANT"

    @property
    def not_there(self) -> tuple[Code, Code]:
        """The possible errors for a session that the caller cannot see."""
        return "SESSION_NOT_FOUND", self.not_yours


_ALL: Final = (
    # most-requested first: routes are matched in order
    Kind(
        "wingman",
        "Two people with one challenge each; each confirms the other's.",
        owner=None,
    ),
    Kind("chat", "Conversations and their messages.", owner="user_id"),
    Kind(
        "study",
        "A course of study made from documents, step by step.",
        owner="profile_id",
    ),
    Kind("interview", "Practice for one job posting.", owner="user_id"),
)

KINDS: Final[dict[KindName, Kind]] = {kind.name: kind for kind in _ALL}
