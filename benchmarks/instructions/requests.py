"""The process that is counted: the API, asked from inside, so that no server is counted with it.

`python -m benchmarks.instructions.requests WORK`: it warms up, lets valgrind count, sends the
requests, and lets it stop.
"""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any, Final, NamedTuple
from uuid import UUID

import uvloop
from starlette.types import ASGIApp, Message, Scope

from api.main import create_app
from benchmarks.instructions.upstream import ALICE, SESSION
from local.keys import user_token

REQUESTS: Final = 320
AT_A_TIME: Final = 32
WARM_UP: Final = 64


class Work(NamedTuple):
    """A request, and the status of its answer."""

    title: str
    method: str
    path: str
    body: bytes
    status: int


WORKS: Final = {
    "detail": Work(
        "a wingman session's details", "GET", f"/api/v1/wingman/sessions/{SESSION}", b"", 200
    ),
    "create": Work(
        "creating a study session",
        "POST",
        "/api/v1/study/sessions",
        json.dumps({"title": "Linear algebra"}).encode(),
        201,
    ),
}


async def _ask(app: ASGIApp, work: Work, token: str, state: dict[str, Any]) -> None:
    headers = [
        (b"host", b"127.0.0.1:8000"),
        (b"authorization", f"Bearer {token}".encode()),
        (b"accept", b"*/*"),
    ]
    if work.body:
        length = b"%d" % len(work.body)
        headers += [(b"content-type", b"application/json"), (b"content-length", length)]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": work.method,
        "scheme": "http",
        "path": work.path,
        "raw_path": work.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8000),
        "state": state.copy(),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": work.body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != work.status:
            raise RuntimeError(f"answered {message['status']}")

    await app(scope, receive, send)


async def _ask_all(
    app: ASGIApp, work: Work, token: str, state: dict[str, Any], requests: int
) -> None:
    async def ask_in_turn() -> None:
        for _ in range(requests // AT_A_TIME):
            await _ask(app, work, token, state)

    await asyncio.gather(*(ask_in_turn() for _ in range(AT_A_TIME)))


def _count(switch: str) -> None:
    command = ["callgrind_control", "-i", switch, str(os.getpid())]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - as it stands


async def _main(work: Work) -> None:
    app = create_app()
    token = user_token(UUID(ALICE), 3600)
    state: dict[str, Any] = {}
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    from_app: asyncio.Queue[Message] = asyncio.Queue()
    scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}
    lifespan = asyncio.create_task(app(scope, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    await from_app.get()
    await _ask_all(app, work, token, state, WARM_UP)
    _count("on")
    await _ask_all(app, work, token, state, REQUESTS)
    _count("off")
    await to_app.put({"type": "lifespan.shutdown"})
    await lifespan


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(WORKS[sys.argv[1]]))
