"""Requests that arrive at the same time."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import httpx

from tests.actors import Sql, Wingman
from tests.sessions.wingman.conftest import (
    WRITES,
    Counted,
    at,
)

Request = Callable[[httpx.Client], httpx.Response]


def together(*requests: tuple[httpx.Client, Request]) -> list[httpx.Response]:
    """Send all of them at once."""
    barrier = threading.Barrier(len(requests))

    def send(client: httpx.Client, request: Request) -> httpx.Response:
        barrier.wait()
        return request(client)

    with ThreadPoolExecutor(len(requests)) as threads:
        return [
            answer.result()
            for answer in [threads.submit(send, client, request) for client, request in requests]
        ]


def post(path: str) -> Request:
    return lambda client: client.post(path)


def notes(session: Wingman, text: str, tag: str = "*") -> Request:
    headers = {"If-Match": tag}
    return lambda client: client.patch(at(session, "notes"), json={"notes": text}, headers=headers)


def act(session: Wingman, action: str) -> Request:
    return notes(session, "x") if action == "notes" else post(at(session, action))


def wait_for_a_lock(sql: Sql, answer: Future[httpx.Response]) -> None:
    """Wait until one connection is waiting for another's row lock."""
    while not sql.execute("select from pg_catalog.pg_locks where not granted").rowcount:
        assert not answer.done(), answer.result().text
        time.sleep(0.01)


def hold(counted: Counted, writes: int) -> None:
    """Hold the first writes back until all of them have come; later ones pass."""
    barrier = threading.Barrier(writes)
    held = threading.Semaphore(writes)

    def wait(request: str) -> None:
        if request in WRITES and held.acquire(blocking=False):
            barrier.wait(timeout=2)

    counted.proxy.before = wait
