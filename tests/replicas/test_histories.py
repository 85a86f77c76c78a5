"""Two people on two devices each: what they are told is what one server would have told them."""

import asyncio
import random
from collections import Counter
from time import monotonic
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.faults.client import Client
from tests.history import BACKWARDS, STALE, Anomaly, History, Read, Write, appended, register
from tests.rate_limits.redis_server import RedisServer
from tests.replicas.questions import due
from tests.replicas.site import CHAT, Site, serving
from tests.standby import Standby, standby

pytestmark = pytest.mark.all_kinds

REQUESTS = 60
"""Of each device."""


async def lived(site: Site) -> tuple[Counter[Anomaly], Counter[Anomaly]]:
    """Let them write and read, and check the histories of their notes and messages."""
    match = site.match()
    while match.user1.id.int % 2 == match.user2.id.int % 2:  # each reads at another replica
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


def test_without_the_check(primary: Stack, replica: Standby, redis: RedisServer) -> None:
    """What would be found: old answers, and, from a replica that lags more, older ones after."""
    replica.lag(0)
    with standby(primary) as late:
        late.lag(300)
        addresses = {"API_READ_DATABASE_URL": f"{replica.url},{late.url}", "READ_YOUR_WRITES": "0"}
        with serving(primary, replica, redis, **addresses) as site:
            for _ in range(5):  # a standby that is slow for a moment is not asked
                notes, chat = asyncio.run(lived(site))
                if {STALE, BACKWARDS} <= set(notes) and STALE in chat:
                    return
    pytest.fail(f"nothing was found in what is not so: {notes}, {chat}")
