"""Who is asked what: a request that writes asks no replica, and a refusal comes from one server."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from local.migrations import login_url
from local.stack import Stack
from tests.counting_postgres import CountingPostgres, counting_postgres
from tests.rate_limits.redis_server import RedisServer
from tests.replicas.questions import due, tomorrow
from tests.replicas.site import CHAT, STUDY, WINGMAN, Site, serving, turns
from tests.standby import Standby

pytestmark = pytest.mark.all_kinds


@dataclass
class Watched:
    """An API whose questions to its two servers are counted."""

    site: Site
    primary: CountingPostgres
    replica: CountingPostgres

    def asked(self, request: httpx.Request, client: httpx.Client) -> tuple[list[str], list[str]]:
        """Send a request; return what the primary and what the replica was asked."""
        self.primary.requests.clear()
        self.replica.requests.clear()
        self.replica.round_trips = 0
        client.send(request)
        return list(self.primary.requests), list(self.replica.requests)


@pytest.fixture(scope="module", params=["0", "30"], ids=["unchecked", "checked"])
def watched(
    request: pytest.FixtureRequest, primary: Stack, replica: Standby, redis: RedisServer
) -> Iterator[Watched]:
    replica.lag(0)
    with ExitStack() as cleanup:
        there = cleanup.enter_context(counting_postgres(login_url(primary.database_url)))
        copy = cleanup.enter_context(counting_postgres(replica.url))
        settings = {
            **there.settings,
            "API_READ_DATABASE_URL": copy.settings["API_DATABASE_URL"],
            "READ_YOUR_WRITES": request.param,
        }
        site = cleanup.enter_context(serving(primary, replica, redis, **settings))
        site.settle()
        site.warm_up()
        yield Watched(site, there, copy)


def answered(site: Site) -> int:
    """Return how many requests the replica has answered, also by nothing."""
    reads = site.reads()
    return reads.get("served", 0) + reads.get("empty", 0)


def test_each_request(watched: Watched) -> None:
    site = watched.site
    match = site.match()
    with ExitStack() as cleanup:
        me, other = (cleanup.enter_context(site.by(it)) for it in (match.user1, match.stranger))
        study = f"{STUDY}/{me.post(STUDY, json={'title': 'a'}).json()['id']}"
        chat = f"{CHAT}/{me.post(CHAT, json={'title': 'a'}).json()['id']}"
        session = due(match, site)
        site.standby.catch_up()
        table, messages = "GET /study_sessions", "GET /rpc/chat_message_page"
        details, exists = "GET /wingman_session_details", "GET /rpc/study_session_exists"

        def asked(
            client: httpx.Client, method: str, path: str, body: object = None
        ) -> tuple[list[str], list[str]]:
            for _ in turns("the replica does not answer"):
                before = answered(site)
                found = watched.asked(client.build_request(method, path, json=body), client)
                # warm_up has shown that it does; a slow moment gives it up for a second
                if method != "GET" or answered(site) > before:
                    return found
            raise AssertionError

        reads: list[tuple[httpx.Client, str, list[str], list[str]]] = [
            (me, STUDY, [], [table]),
            (me, study, [], [table]),
            (me, f"{chat}/messages", [], [messages]),
            (me, session, [], [details]),
            (me, WINGMAN, [], [details]),
            # nothing is there, says the primary alone; and why
            (other, STUDY, [table], [table]),
            (other, study, [table, exists], [table]),
            (me, f"{STUDY}/{uuid4()}", [table, exists], [table]),
            (
                other,
                f"{chat}/messages",
                [messages, "GET /rpc/chat_session_exists"],
                [messages],
            ),
        ]
        for client, path, of_primary, of_replica in reads:
            assert asked(client, "GET", path) == (of_primary, of_replica), path
        for client, method, path, body in (
            (me, "POST", STUDY, {"title": "a"}),
            (me, "PUT", study, {"title": "b", "status": "PROCESSING"}),
            (other, "PUT", study, {"title": "b"}),
            (me, "POST", f"{chat}/messages", {"content": "a"}),
            (other, "POST", f"{chat}/messages", {"content": "a"}),
            (me, "POST", WINGMAN, tomorrow(match)),
            (me, "POST", f"{session}/confirm", None),
            (me, "POST", f"{session}/confirm", None),
            (me, "PATCH", f"{session}/notes", {"notes": "a"}),
            (me, "DELETE", study, None),
            (me, "DELETE", study, None),
        ):
            of_primary, of_replica = asked(client, method, path, body)
            assert of_primary != [], path
            assert of_replica == [], path


def test_round_trips(watched: Watched) -> None:
    """The check costs none: the transaction's beginning, and the query."""
    with watched.site.by(watched.site.user()) as me:
        me.post(STUDY, json={"title": "a"}).raise_for_status()
        watched.site.standby.catch_up()
        for _ in turns("never two"):
            watched.asked(me.build_request("GET", STUDY), me)
            if (len(watched.replica.requests), watched.replica.round_trips) == (1, 2):
                return
