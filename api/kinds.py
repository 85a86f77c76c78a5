"""The list of kinds of session: there is no other. `sessions/<kind>/` has the code of each."""

from typing import Final, Literal, NamedTuple

from api.errors import Code

KindName = Literal["wingman", "chat", "study", "interview"]


class Kind(NamedTuple):
    """A kind of session. Its name is used for its URL, tables, policy files, package and tests."""

    name: KindName
    description: str
    rules: str
    """What a client must know, for the README and the API's description."""
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
        "One active session per match; each confirms the other, once, after the scheduled time;"
        " the second confirmation completes it. It can be cancelled before the scheduled time, and"
        " a no-show reported after it.",
        owner=None,
    ),
    Kind(
        "chat",
        "Conversations and their messages.",
        "Messages are numbered 1…n; every page costs the same, by offset or by cursor (`before`,"
        " `after`).",
        owner="user_id",
    ),
    Kind(
        "study",
        "A course of study made from documents, step by step.",
        "`UPLOADING` → `PROCESSING` → `PLANNING` → `READY`; any → `FAILED`, which is final.",
        owner="profile_id",
    ),
    Kind(
        "interview",
        "Practice for one job posting.",
        "The job posting must be the user's own.",
        owner="user_id",
    ),
)

KINDS: Final[dict[KindName, Kind]] = {kind.name: kind for kind in _ALL}
