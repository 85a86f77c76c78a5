"""Who asks for what at the same time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.actors import User, Wingman
from tests.installed import INSTALLED
from tests.kinds import CHAT, STUDY, Kind
from tests.steps.requests import People, plan

CURRENT = "the version that all of them have read"
KEY = "the-same-for-all"


@dataclass(frozen=True)
class Ask:
    """A request."""

    user: User
    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Do:
    """A statement of the project's own."""

    statement: str
    values: list[Any]


Arrange = Callable[[People], list[Ask | Do]]


@dataclass(frozen=True)
class Story:
    """Requests that come together.

    Args:
        name: what happens.
        arrange: makes the people, their rows and the requests.
        kind: the kind of session.
        steps_back: codes by which one may be told to come again, as if it had not come at all.
        gone: the code by which one is told that what it made is gone already.

    """

    name: str
    arrange: Arrange
    kind: str
    steps_back: tuple[str, ...] = ()
    gone: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def act(session: Wingman, who: str, action: str, version: str = "") -> Ask:
    """What one of two does to their session."""
    user = session.user1 if who == "user1" else session.user2
    path = f"/api/v1/wingman/sessions/{session.session_id}"
    if action == "read":
        return Ask(user, "GET", path)
    if action == "notes":
        headers = {"If-Match": version} if version else {}
        return Ask(user, "PATCH", f"{path}/notes", {"notes": f"By {who}."}, headers)
    return Ask(user, "POST", f"{path}/{action}")


def two(*actions: str, **how: Any) -> Story:
    """What the two do: `1 confirm`, `2 notes of this version`; or what happens meanwhile."""

    def arrange(people: People) -> list[Ask | Do]:
        session = people.wingman(**how)
        return [what(people, session, action) for action in actions]

    said = ", ".join(f"{name} {value}" for name, value in how.items())
    return Story(" | ".join(actions) + (said and f" ({said})"), arrange, "wingman")


def what(people: People, session: Wingman, action: str) -> Ask | Do:
    """One of the two's actions, or what the project does."""
    if action == "declined":
        return Do(
            "update public.wingman_matches set status = 'declined' where id = %s",
            [session.match_id],
        )
    if action == "due":
        return Do(
            "update public.wingman_sessions set scheduled_time = now() - interval '1 second'"
            " where id = %s",
            [session.session_id],
        )
    who, _, rest = action.partition(" ")
    if rest == "schedule":
        asked = plan_for(session)
        return Ask(session.user1 if who == "1" else session.user2, "POST", *asked)
    verb, _, version = rest.partition(" of ")
    return act(session, f"user{who}", verb, CURRENT if version else "")


def plan_for(session: Wingman) -> tuple[str, dict[str, str]]:
    """Another session of the same match."""
    return "/api/v1/wingman/sessions", {
        "match_id": str(session.match_id),
        "venue_name": "Café Central",
        "scheduled_time": "2095-05-01T19:30:00Z",
        "user1_challenge_id": str(session.challenge1_id),
        "user2_challenge_id": str(session.challenge2_id),
    }


def both_schedule(people: People) -> list[Ask | Do]:
    """Two have planned the same."""
    asked = plan(people)
    assert asked.user is not None
    [other] = [
        User(user_id, "Ben", people.tokens[user_id])
        for user_id, name in people.names.items()
        if name == "<Ben>"
    ]
    path = "/api/v1/wingman/sessions"
    return [Ask(user, "POST", path, asked.body) for user in (asked.user, other)]


def match_gone(people: People) -> list[Ask | Do]:
    """A match is deleted while a session of it is scheduled."""
    asked = plan(people)
    assert asked.user is not None
    delete = Do("delete from public.wingman_matches where id = %s", [asked.body["match_id"]])
    return [Ask(asked.user, "POST", "/api/v1/wingman/sessions", asked.body), delete]


Make = Callable[[User, str], Ask]


def owner(kind: Kind, name: str, *requests: Make) -> Story:
    """What one user sends from several windows, about one session."""

    def arrange(people: People) -> list[Ask | Do]:
        user = people.user()
        path = f"{kind.path}/{people.session(kind, user)}"
        return [make(user, path) for make in requests]

    return Story(name, arrange, kind.name)


def put(version: str = "", **body: Any) -> Make:
    headers = {"If-Match": version} if version else {}
    return lambda user, path: Ask(user, "PUT", path, body, headers)


def rename(title: str) -> Make:
    return lambda user, path: Ask(user, "PATCH", path, {"title": title})


def delete(user: User, path: str) -> Ask:
    return Ask(user, "DELETE", path)


def delete_this_version(user: User, path: str) -> Ask:
    return Ask(user, "DELETE", path, headers={"If-Match": CURRENT})


def read(user: User, path: str) -> Ask:
    return Ask(user, "GET", path)


def read_messages(user: User, path: str) -> Ask:
    return Ask(user, "GET", f"{path}/messages")


def post(content: str, **headers: str) -> Make:
    return lambda user, path: Ask(
        user, "POST", f"{path}/messages", {"role": "user", "content": content}, headers
    )


def keyed(kind: Kind, name: str, *titles: str) -> Story:
    """Requests with the same key that create a session each, of these titles."""

    def arrange(people: People) -> list[Ask | Do]:
        user = people.user()
        headers = {"Idempotency-Key": KEY}
        return [Ask(user, "POST", kind.path, {"title": title}, headers) for title in titles]

    return Story(name, arrange, kind.name, ("CONFLICT",))


KEYED_POST = post("a", **{"Idempotency-Key": KEY})

STORIES = [
    two("1 confirm", "2 confirm"),
    two("1 confirm", "1 confirm"),
    two("1 confirm", "1 confirm", confirmed=(True, False)),
    two("1 confirm", "2 no-show"),
    two("1 confirm", "2 no-show", confirmed=(True, False)),
    two("1 confirm", "1 no-show"),
    two("1 no-show", "2 no-show"),
    two("1 notes", "2 notes"),
    two("1 notes of this version", "2 notes of this version"),
    two("1 notes of this version", "2 confirm"),
    two("1 notes", "2 no-show"),
    two("1 read", "2 confirm", confirmed=(False, True)),
    two("1 cancel", "2 cancel", due=False),
    two("1 cancel", "2 notes of this version", due=False),
    two("1 cancel", "2 schedule", due=False),
    two("1 cancel", "due", due=False),
    two("1 confirm", "declined"),
    two("2 notes", "declined"),
    Story("1 schedule | 2 schedule", both_schedule, "wingman"),
    Story("1 schedule | match deleted", match_gone, "wingman", gone="SESSION_NOT_FOUND"),
    owner(STUDY, "two statuses", put(status="PROCESSING"), put(status="FAILED")),
    owner(STUDY, "a status and a title", put(status="PROCESSING"), put(title="b")),
    owner(STUDY, "two titles of one version", put(CURRENT, title="b"), put(CURRENT, title="c")),
    owner(STUDY, "a status and a deletion", put(status="PROCESSING"), delete),
    owner(STUDY, "a status is read", put(status="PROCESSING"), read),
    owner(STUDY, "two deletions", delete, delete),
    owner(STUDY, "two deletions of one version", delete_this_version, delete_this_version),
    owner(STUDY, "a title and a deletion of one version", put(title="b"), delete_this_version),
    owner(CHAT, "two messages", post("a"), post("b")),
    owner(CHAT, "a message and a deletion", post("a"), delete),
    owner(CHAT, "a message and a new title", post("a"), rename("b")),
    owner(CHAT, "a new title and a deletion", rename("b"), delete),
    owner(CHAT, "a message is read", post("a"), read_messages),
    Story("one key", owner(CHAT, "", KEYED_POST, KEYED_POST).arrange, "chat", ("CONFLICT",)),
    keyed(STUDY, "one key", "a", "a"),
    keyed(STUDY, "one key, two requests", "a", "b"),
]
THREE = [
    two("1 confirm", "2 confirm", "1 no-show"),
    two("1 confirm", "2 confirm", "2 notes of this version"),
    two("1 confirm", "2 no-show", "1 notes", confirmed=(True, False)),
    two("1 cancel", "2 schedule", "1 schedule", due=False),
    owner(CHAT, "three messages", post("a"), post("b"), post("c")),
    Story("one key", owner(CHAT, "", *[KEYED_POST] * 3).arrange, "chat", ("CONFLICT",)),
    owner(STUDY, "three", put(status="PROCESSING"), put(status="FAILED"), put(title="b")),
]
STORIES = [story for story in STORIES if story.kind in INSTALLED]
THREE = [story for story in THREE if story.kind in INSTALLED]
