"""Two people on two devices each: what they are told is what one server would have told them."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.actors import Match, User
from tests.faults.client import Client
from tests.history import (
    BACKWARDS,
    NO_ORDER,
    STALE,
    Anomaly,
    History,
    Read,
    Write,
    appended,
    register,
)
from tests.rate_limits.redis_server import RedisServer
from tests.replicas.questions import due
from tests.replicas.site import CHAT, Site, serving, turns
from tests.standby import Standby, standby

pytestmark = pytest.mark.all_kinds

REQUESTS = 60
"""Of each device."""


def read_at_both(site: Site) -> Match:
    """Make two users who read at different replicas, of two."""
    while True:
        match = site.match()
        if match.user1.id.int % 2 != match.user2.id.int % 2:
            return match


async def lived(site: Site) -> tuple[Counter[Anomaly], Counter[Anomaly]]:
    """Let them write and read, and check the histories of their notes and messages."""
    match = site.match()
    session = due(match, site)
    port = int(site.address.rpartition(":")[2])
    one = Client(port, match.user1.token)
    made = await one.request("POST", CHAT, {"title": "a"}, None)
    messages = f"{CHAT}/{made.json()['id']}/messages"
    one.close()
    notes, chat = History(), History()

    async def live(token: str, number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - reproducible, and no secret
        client = Client(port, token)
        for _ in range(REQUESTS):
            deeds = [write_notes, read_notes, read_notes]
            if number < 2:  # the chat's owner
                deeds += [post_message, read_messages]
            await chance.choice(deeds)(client)
        client.close()

    async def write_notes(client: Client) -> None:
        value, began = str(uuid4()), monotonic()
        answer = await client.request("PATCH", f"{session}/notes", {"notes": value}, None)
        assert answer.status == 200, answer.body
        notes.writes.append(Write(value, began, monotonic()))

    async def read_notes(client: Client) -> None:
        began = monotonic()
        answer = await client.request("GET", session, None, None)
        assert answer.status == 200, answer.body
        notes.reads.append(Read(began, monotonic(), answer.json()["notes"]))

    async def post_message(client: Client) -> None:
        value, began = str(uuid4()), monotonic()
        answer = await client.request("POST", messages, {"content": value}, None)
        assert answer.status == 201, answer.body
        chat.writes.append(Write(value, began, monotonic()))

    async def read_messages(client: Client) -> None:
        began = monotonic()
        answer = await client.request("GET", f"{messages}?sort_order=desc", None, None)
        assert answer.status == 200, answer.body
        page = answer.json()
        places = {it["message_order"]: it["content"] for it in page["items"]}
        chat.reads.append(Read(began, monotonic(), places=places, length=page["total"]))

    tokens = (match.user1.token, match.user1.token, match.user2.token, match.user2.token)
    await asyncio.gather(*(live(token, number) for number, token in enumerate(tokens)))
    for done in (notes.writes, notes.reads, chat.writes, chat.reads):
        assert len(done) > 5
    return register(notes), appended(chat)


@pytest.mark.parametrize("milliseconds", [0, 20, 10_000])
def test_as_one_server(milliseconds: int, site: Site) -> None:
    site.standby.lag(0)
    site.warm_up()
    site.standby.lag(milliseconds)
    assert asyncio.run(lived(site)) == ({}, {})


def answered(site: Site, by: User, path: str, result: str) -> tuple[Read, dict[str, Any]]:
    """Read until that is this result of asking the replica; return when, and what was read."""
    with site.by(by) as client:
        for _ in turns(f"never {result}: {site.reads()}"):
            before, began = site.reads().get(result, 0), monotonic()
            answer = client.get(path).raise_for_status()
            ended = monotonic()
            if site.reads().get(result, 0) > before:
                return Read(began, ended), answer.json()
    raise AssertionError


@pytest.mark.parametrize(
    ("seconds", "result", "of_notes", "of_chat"),
    [("0", "served", {STALE: 1, BACKWARDS: 1, NO_ORDER: 1}, {STALE: 1}), ("30", "behind", {}, {})],
    ids=["unchecked", "checked"],
)
def test_one_that_stands_still(
    seconds: str,
    result: str,
    of_notes: dict[Anomaly, int],
    of_chat: dict[Anomaly, int],
    primary: Stack,
    replica: Standby,
    redis: RedisServer,
) -> None:
    """Without the check: an old answer, after somebody else's new one."""
    replica.lag(0)
    notes, chat = History(), History()
    with standby(primary) as still:
        addresses = {"API_READ_DATABASE_URL": f"{replica.url},{still.url}"}
        with serving(primary, replica, redis, READ_YOUR_WRITES=seconds, **addresses) as site:
            site.settle()
            match = read_at_both(site)
            early, late = sorted((match.user1, match.user2), key=lambda it: it.id.int % 2)
            session = due(match, site)
            with site.by(late) as me:

                def write() -> None:
                    value, began = str(uuid4()), monotonic()
                    me.patch(f"{session}/notes", json={"notes": value}).raise_for_status()
                    notes.writes.append(Write(value, began, monotonic()))
                    value, began = str(uuid4()), monotonic()
                    me.post(messages, json={"content": value}).raise_for_status()
                    chat.writes.append(Write(value, began, monotonic()))

                messages = f"{CHAT}/{me.post(CHAT, json={'title': 'a'}).json()['id']}/messages"
                write()
                with still.held():
                    write()
                    replica.catch_up()
                    for who, how in ((early, "served"), (late, result)):
                        read, body = answered(site, who, session, how)
                        notes.reads.append(replace(read, value=body["notes"]))
                    read, page = answered(site, late, messages, result)
                    places = {it["message_order"]: it["content"] for it in page["items"]}
                    chat.reads.append(replace(read, places=places, length=page["total"]))
    assert (register(notes), appended(chat)) == (of_notes, of_chat)
