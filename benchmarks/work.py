"""The work: the requests to every contender, over HTTP and directly to PostgREST."""

import random
from typing import Literal
from uuid import UUID

from benchmarks.data import STUDY_TITLE, Data
from benchmarks.operation import Json, Operation, Request, Work

USERS = 500


"""How many users send requests in a run, each repeatedly, as in real use."""


PAGE = 50
NEWEST = 20
_SEED = 7
# further apart than there are connections, so that a session's two confirmations never meet
_CONFIRMED_AT_A_TIME = 500


def _detail(data: Data, count: int) -> list[Operation]:
    chosen = random.Random(_SEED).choices(range(data.wingman_sessions), k=min(count, USERS))  # noqa: S311
    return [_read(data, number) for number in chosen]


def _read(data: Data, number: int) -> Operation:
    user, _ = data.participants(number % data.matches)
    session = data.wingman_session(number)
    return Operation(
        Request("GET", f"/api/v1/wingman/sessions/{session}", user),
        [Request("GET", _details_of(session), user)],
    )


def _details_of(session: UUID) -> str:
    return f"/wingman_session_details?select=*&id=eq.{session}"


def _messages(data: Data, count: int) -> list[Operation]:
    dice = random.Random(_SEED)  # noqa: S311
    return [
        message_page(data, chat, dice.randrange(data.messages // PAGE))
        for chat in dice.choices(range(1, data.chats + 1), k=min(count, USERS))
    ]


def message_page(data: Data, chat: int, page: int) -> Operation:
    """Read a page of a chat's messages; the first is page 0."""
    session, user, offset = data.chat(chat), data.chat_owner(chat), page * PAGE
    return Operation(
        Request(
            "GET", f"/api/v1/chat/sessions/{session}/messages?limit={PAGE}&offset={offset}", user
        ),
        [
            Request(
                "GET",
                f"/rpc/chat_message_page?session_id={session}&page_offset={offset}"
                f"&page_limit={PAGE}&newest_first=false",
                user,
            )
        ],
    )


def _list(data: Data, count: int) -> list[Operation]:
    users = random.Random(_SEED).choices(range(data.users), k=min(count, USERS))  # noqa: S311
    return [
        Operation(
            Request("GET", f"/api/v1/wingman/sessions?limit={NEWEST}", data.user(user)),
            [
                Request(
                    "GET",
                    "/wingman_session_details?select=*&order=created_at.desc,id.desc"
                    f"&limit={NEWEST}&offset=0",
                    data.user(user),
                    prefer="count=exact",
                )
            ],
        )
        for user in users
    ]


def _create(data: Data, count: int) -> list[Operation]:
    users = random.Random(_SEED).choices(range(data.users), k=min(count, USERS))  # noqa: S311
    body = {"title": STUDY_TITLE, "description": "Chapters 1 to 3, with exercises"}
    return [
        Operation(
            Request("POST", "/api/v1/study/sessions", user, body),
            [
                Request(
                    "POST",
                    "/study_sessions?select=*",
                    user,
                    {**body, "profile_id": str(user)},
                    prefer="return=representation",
                )
            ],
        )
        for user in map(data.user, users)
    ]


def _confirm(data: Data, count: int) -> list[Operation]:
    operations: list[Operation] = []
    matches = _open_matches(data, count)
    for first in range(0, len(matches), _CONFIRMED_AT_A_TIME):
        some = matches[first : first + _CONFIRMED_AT_A_TIME]
        for second in (False, True):
            operations += [_confirmation(data, match, second=second) for match in some]
    return operations


def open_sessions(data: Data, count: int) -> list[UUID]:
    """Return the sessions that `count` confirmations confirm, both ways."""
    return [data.open_session(match) for match in _open_matches(data, count)]


def _open_matches(data: Data, count: int) -> list[int]:
    # matches among as few users as possible
    half = min((count + 3) // 4, data.users)
    return [*range(half), *range(data.users, data.users + half)]


def _confirmation(data: Data, match: int, *, second: bool) -> Operation:
    user1, user2 = data.participants(match)
    session = data.open_session(match)
    user, buddy = (user2, user1) if second else (user1, user2)
    return Operation(
        Request(
            "POST",
            f"/api/v1/wingman/sessions/{session}/confirm",
            user,
            {"buddy_user_id": str(buddy)},
        ),
        [
            Request(
                "POST",
                "/rpc/confirm_wingman_session",
                user,
                {"session_id": str(session), "buddy_id": str(buddy)},
            )
        ],
    )


def warm_up(data: Data, count: int) -> list[Operation]:
    """Read the sessions that are about to be confirmed, as their users do before they confirm."""
    operations: list[Operation] = []
    for match in _open_matches(data, count):
        session = data.open_session(match)
        for user in data.participants(match):
            read = Request("GET", f"/api/v1/wingman/sessions/{session}", user)
            operations.append(Operation(read, [Request("GET", _details_of(session), user)]))
    return operations


def _notes(data: Data, count: int) -> list[Operation]:
    dice = random.Random(_SEED)  # noqa: S311
    return [
        _note(data, number, f"Meet at the door at {minute} past. Bring a friend & a < b.")
        for minute, number in enumerate(dice.sample(range(data.matches), min(count, USERS)))
    ]


def _note(data: Data, number: int, notes: str) -> Operation:
    user, _ = data.participants(number % data.matches)
    session = data.wingman_session(number)
    body = {"notes": notes}
    return Operation(
        Request("PATCH", f"/api/v1/wingman/sessions/{session}/notes", user, body),
        [
            Request(
                "PATCH",
                f"/wingman_sessions?id=eq.{session}&select=notes",
                user,
                body,
                prefer="return=representation",
            )
        ],
    )


def _row(session: Json) -> Json:
    """Extract from a wingman session the values of its row."""
    return {name: value for name, value in session.items() if name != "reputation_preview"}


WORKS = (
    Work("detail", "wingman detail", _detail, lambda ours: [_row(ours)]),
    Work(
        "messages",
        "page of 50 messages",
        _messages,
        lambda ours: {"total": ours["total"], "items": ours["items"]},
    ),
    Work("list", "my latest 20 wingman sessions", _list, lambda ours: [*map(_row, ours["items"])]),
    Work(
        "create",
        "create a study session",
        _create,
        lambda ours: [ours],
        writes=True,
        changing=frozenset({"id", "created_at", "updated_at"}),
    ),
    Work(
        "confirm",
        "confirm",
        _confirm,
        lambda ours: [
            {"status": ours["session_status"], "completed_at": ours["completed_at"]},
        ],
        once=True,
        writes=True,
        changing=frozenset({"completed_at"}),
    ),
    Work(
        "notes",
        "notes",
        _notes,
        lambda ours: [{"notes": ours["updated_notes"]}],
        writes=True,
    ),
)

Name = Literal["detail", "messages", "list", "create", "confirm", "notes"]
