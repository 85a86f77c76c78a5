"""A request of each operation, and what is there before it is sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from tests import actors
from tests.actors import Match, NewUser, Sql, User, Wingman
from tests.installed import INSTALLED
from tests.kinds import CHAT, OWNED, STUDY, Kind


@dataclass
class People:
    """Makes the users of one request and what they have, and remembers names for all ids."""

    sql: Sql
    new_user: NewUser
    names: dict[UUID, str] = field(default_factory=dict)
    tokens: dict[UUID, str] = field(default_factory=dict)

    def user(self, name: str = "Robin") -> User:
        """Somebody new."""
        user = self.new_user(name)
        self.names[user.id] = f"<{name}>"
        self.tokens[user.id] = user.token
        return user

    def match(self, status: str = "accepted") -> Match:
        """Two who may meet."""
        match = actors.new_match(self.sql, self.user, status)
        self.names |= {
            match.match_id: "<match>",
            match.challenge1_id: "<challenge 1>",
            match.challenge2_id: "<challenge 2>",
        }
        return match

    def wingman(self, **how: Any) -> Wingman:
        """Two with a session."""
        session = actors.new_wingman(self.sql, self.match(), **how)
        self.names[session.session_id] = "<session>"
        return session

    def session(self, kind: Kind, owner: User) -> UUID:
        """A session of the owner's."""
        row = kind.new(self.sql, owner) | {"id": uuid4(), kind.owner: owner.id}
        if posting := row.get("job_posting_id"):
            self.names[UUID(posting)] = "<posting>"
        self.sql.execute(
            f"insert into public.{kind.table} ({', '.join(row)})"
            f" values ({', '.join(['%s'] * len(row))})",
            list(row.values()),
        )
        self.names[row["id"]] = "<session>"
        return UUID(str(row["id"]))


@dataclass(frozen=True)
class Asked:
    """A request, as its user sends it."""

    user: User | None
    session_id: UUID | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """One request of an operation.

    Args:
        operation: its id in the document.
        arrange: makes the people and their rows.
        case: which of the operation's ways.
        again: the code that a repetition is answered with, once it is done; else it succeeds.

    """

    operation: str
    arrange: Callable[[People], Asked]
    case: str = ""
    again: str | None = None

    def __str__(self) -> str:
        return f"{self.operation}{self.case and ': '}{self.case}"


def plan(people: People, status: str = "accepted") -> Asked:
    """A new session for a match."""
    match = people.match(status)
    body = {
        "match_id": str(match.match_id),
        "venue_name": "Café Central",
        "scheduled_time": "2095-05-01T19:30:00Z",
        "user1_challenge_id": str(match.challenge1_id),
        "user2_challenge_id": str(match.challenge2_id),
    }
    return Asked(match.user1, body=body)


def together(body: Any = None, **how: Any) -> Callable[[People], Asked]:
    """A request of user 1's about a session of two."""

    def arrange(people: People) -> Asked:
        session = people.wingman(**how)
        return Asked(session.user1, session.session_id, body)

    return arrange


def own(kind: Kind, body: Any = None, **headers: str) -> Callable[[People], Asked]:
    """A request of the owner's about a session."""

    def arrange(people: People) -> Asked:
        owner = people.user()
        return Asked(owner, people.session(kind, owner), body, headers)

    return arrange


def other(kind: Kind, body: Any = None) -> Callable[[People], Asked]:
    """A request about another user's session."""

    def arrange(people: People) -> Asked:
        return Asked(people.user("stranger"), people.session(kind, people.user()), body)

    return arrange


def new(kind: Kind, people: People) -> Asked:
    """A new session."""
    owner = people.user()
    body = kind.new(people.sql, owner)
    if posting := body.get("job_posting_id"):
        people.names[UUID(posting)] = "<posting>"
    return Asked(owner, body=body)


def nobody(_: People) -> Asked:
    """A request that needs no user."""
    return Asked(None)


NOTES = {"notes": "See you there."}
TITLE = {"title": "Linear algebra II"}

EXAMPLES = [
    Example("health_healthz", nobody),
    Example("health_readyz", nobody),
    Example("wingman_list_sessions", together()),
    Example("wingman_schedule", plan, again="ACTIVE_SESSION_EXISTS"),
    Example("wingman_schedule", partial(plan, status="pending"), "a pending match"),
    Example("wingman_get", together()),
    Example("wingman_confirm", together(), again="ALREADY_CONFIRMED"),
    Example("wingman_confirm", together(confirmed=(True, False)), "the second", "SESSION_CLOSED"),
    Example("wingman_confirm", together(due=False), "too early"),
    Example("wingman_write_notes", together(NOTES)),
    Example("wingman_cancel", together(due=False), again="SESSION_CLOSED"),
    Example("wingman_report_no_show", together(), again="SESSION_CLOSED"),
    *(Example(f"{kind.name}_list_sessions", own(kind)) for kind in OWNED),
    *(Example(f"{kind.name}_create", partial(new, kind)) for kind in OWNED),
    *(Example(f"{kind.name}_get", own(kind)) for kind in OWNED),
    *(Example(f"{kind.name}_get", other(kind), "another user's") for kind in OWNED),
    Example("chat_rename", own(CHAT, {"title": "Sunday plans"})),
    Example("chat_delete", own(CHAT), again="SESSION_NOT_FOUND"),
    Example("chat_list_messages", own(CHAT)),
    Example("chat_post_message", own(CHAT, {"role": "user", "content": "Hello"})),
    Example("chat_post_message", other(CHAT, {"role": "user", "content": "Hello"}), "another's"),
    Example("study_update", own(STUDY, TITLE)),
    Example("study_update", own(STUDY, {**TITLE, "status": "PROCESSING"}), "a status"),
    Example("study_delete", own(STUDY), again="SESSION_NOT_FOUND"),
]
EXAMPLES = [it for it in EXAMPLES if it.operation.partition("_")[0] in (*INSTALLED, "health")]
