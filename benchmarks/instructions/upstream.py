"""A PostgREST that answers at once: one row of each table, from memory.

`python -m benchmarks.instructions.upstream` prints its port.
"""

import asyncio
import json
from typing import Final, cast

import click

ALICE: Final = "00000000-0000-4000-8000-00000000000a"
BOB: Final = "00000000-0000-4000-8000-00000000000b"
SESSION: Final = "e0000000-0000-4000-8000-000000000001"

_CREATED: Final = "2026-11-01T12:00:00.123456+00:00"


def _participant(user_id: str, name: str) -> dict[str, object]:
    challenge = {
        "id": SESSION,
        "title": "Ask for a recommendation",
        "description": "Ask somebody for their favourite place in town.",
        "difficulty": "beginner",
        "points": 10,
    }
    return {"id": user_id, "name": name, "challenge": challenge, "confirmed": False}


_WINGMAN: Final = {
    "id": SESSION,
    "match_id": SESSION,
    "venue_name": "Café Central",
    "scheduled_time": "2030-05-01T19:30:00+00:00",
    "status": "scheduled",
    "notes": None,
    "participants": {"user1": _participant(ALICE, "Alice"), "user2": _participant(BOB, "Bob")},
    "completed_at": None,
    "created_at": _CREATED,
    "absent": None,
    "accepted": True,
    "you": "user1",
    "can_confirm": False,
    "can_cancel": True,
    "can_report_no_show": False,
    "version": "9f86d081884c7d65",
    "user1_id": ALICE,
    "user2_id": BOB,
    "user1_completed_confirmed_by_user2": False,
    "user2_completed_confirmed_by_user1": False,
    "due": False,
}
_STUDY: Final = {
    "id": SESSION,
    "profile_id": ALICE,
    "title": "Linear algebra",
    "description": None,
    "status": "UPLOADING",
    "draft_plan": None,
    "created_at": _CREATED,
    "updated_at": _CREATED,
}


def _answer(status: str, row: dict[str, object]) -> bytes:
    body = json.dumps([row]).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Range: 0-0/*\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_ANSWERS: Final = {
    b"/wingman_session_details": _answer("200 OK", _WINGMAN),
    b"/study_sessions": _answer("201 Created", _STUDY),
}


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        lengths = [line.split(b":")[1] for line in lines if line.startswith(b"content-length:")]
        if end and len(body) >= sum(map(int, lengths)):
            self._received = b""
            path = head.split(b" ", 2)[1].partition(b"?")[0]
            self._transport.write(_ANSWERS[path])


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0)
    click.echo(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
