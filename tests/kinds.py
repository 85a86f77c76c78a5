"""The three kinds whose sessions have one owner, as the tests of what they share see them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from tests.actors import Sql, User
from tests.installed import INSTALLED


@dataclass(frozen=True)
class Kind:
    """One kind: its table's owner column, and how a request for a new session looks."""

    name: str
    owner: str
    new: Callable[[Sql, User], dict[str, Any]]

    @property
    def path(self) -> str:
        return f"/api/v1/{self.name}/sessions"

    @property
    def table(self) -> str:
        return f"{self.name}_sessions"


def new_posting(sql: Sql, owner: User, title: str = "Backend engineer") -> UUID:
    """A job posting of the owner's."""
    posting_id = uuid4()
    sql.execute(
        "insert into public.job_postings (id, user_id, title, company)"
        " values (%s, %s, %s, 'Initech')",
        [posting_id, owner.id, title],
    )
    return posting_id


STUDY = Kind("study", "profile_id", lambda *_: {"title": "Linear algebra"})
INTERVIEW = Kind(
    "interview", "user_id", lambda sql, owner: {"job_posting_id": str(new_posting(sql, owner))}
)
CHAT = Kind("chat", "user_id", lambda *_: {"title": "Weekend plans"})

OWNED = [kind for kind in (STUDY, INTERVIEW, CHAT) if kind.name in INSTALLED]
