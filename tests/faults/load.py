"""Twenty users who keep working, and keep book of what they asked for and were told."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg

from tests import actors
from tests.actors import Match, User
from tests.faults.client import NO_ANSWER, NOT_SENT, Answer, Client
from tests.faults.site import Site

PAUSE_SECONDS = 0.1
# every session can be confirmed once by each: enough for all scenarios
SESSIONS_OF_A_PAIR = 150
STUDY, CHAT, WINGMAN = (f"/api/v1/{kind}/sessions" for kind in ("study", "chat", "wingman"))


@dataclass
class Try:
    """One request: when it was sent, what came of it, how long that took."""

    started: float
    status: int
    seconds: float

    @property
    def failed(self) -> bool:
        return self.status in (NO_ANSWER, NOT_SENT) or self.status >= 429


@dataclass
class Book:
    """What the users asked for, what they were told, and what they saw."""

    tries: list[Try] = field(default_factory=list)
    messages_sent: set[str] = field(default_factory=set)
    messages_told: set[str] = field(default_factory=set)
    studies_sent: set[str] = field(default_factory=set)
    studies_told: set[str] = field(default_factory=set)
    # sent once, without a key, and what was said of each: made, refused, or in doubt
    plain: dict[str, str] = field(default_factory=dict)
    confirmed: set[tuple[str, int]] = field(default_factory=set)  # session, by user 1 or 2
    notes: dict[str, str] = field(default_factory=dict)  # session: the last that was told
    notes_in_doubt: set[str] = field(default_factory=set)
    told_at: dict[str, float] = field(default_factory=dict)  # each write that was acknowledged
    foreign: int = 0
    unexpected: Counter[str] = field(default_factory=Counter)


@dataclass
class Pair:
    """Two users with sessions to confirm."""

    match: Match
    sessions: list[str]
    notes_session: str


class Load:
    """Users who send requests until they are stopped."""

    def __init__(self, site: Site, pairs: int = 10) -> None:
        self.site = site
        self.book = Book()
        self.pairs = [new_pair(site) for _ in range(pairs)]
        self.working = False

    async def run(self, during: Callable[["Load"], Awaitable[None]], pause: float) -> None:
        """Let all users work while `during` runs, and finish what they have begun."""
        self.working = True
        tasks = [
            asyncio.create_task(self.work(pair, number, pause))
            for pair in self.pairs
            for number in (1, 2)
        ]
        try:
            await during(self)
        finally:
            self.working = False
            await asyncio.gather(*tasks)

    async def work(self, pair: Pair, number: int, pause: float) -> None:
        """One user: one thing after the other, in any order."""
        me = pair.match.user1 if number == 1 else pair.match.user2
        chance = random.Random(me.id.int)  # noqa: S311 - reproducible, and no secret
        client = Client(self.site.port, me.token)
        ask = partial(self.ask, client)
        chat = await self.insist(partial(ask, "POST", CHAT, {"title": f"{me.id}"}, str(uuid4())))
        if chat is None:
            return
        messages = f"{CHAT}/{chat.json()['id']}/messages"
        to_confirm = iter(pair.sessions)
        things = [
            (30, partial(self.read_detail, ask, pair)),
            (10, partial(self.read_list, ask, me, STUDY)),
            (10, partial(self.read_list, ask, me, f"{messages}?sort_order=desc")),
            (25, partial(self.post_message, ask, me, messages)),
            (10, partial(self.create_study, ask, me)),
            (10, partial(self.create_once, ask, me)),
            (10, partial(self.confirm, ask, to_confirm, number)),
            (5, partial(self.write_notes, ask, pair, number)),
        ]
        weights, deeds = [it[0] for it in things], [it[1] for it in things]
        while self.working:
            await chance.choices(deeds, weights)[0]()
            await asyncio.sleep(pause * 2 * chance.random())
        client.close()

    async def ask(
        self, client: Client, method: str, path: str, body: Any = None, key: str | None = None
    ) -> Answer:
        """Send one request and note what came of it."""
        started = time.monotonic()
        answer = await client.request(method, path, body, key)
        seconds = time.monotonic() - started
        self.book.tries.append(Try(started, answer.status, seconds))
        status = answer.status
        if status >= 400 and status not in (409, 429, 503):
            code = answer.json()["detail"]["code"]
            if code != "ALREADY_CONFIRMED":  # the answer to an earlier try was lost
                self.book.unexpected[f"{method} {path.split('/')[3]} {status} {code}"] += 1
        return answer

    async def insist(self, send: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """Send again, with the same key, until it is answered."""
        for _ in range(200):
            answer = await send()
            if 200 <= answer.status < 300:
                return answer
            await asyncio.sleep(0.2)
        return None

    async def read_detail(self, ask: Any, pair: Pair) -> None:
        answer = await ask("GET", f"{WINGMAN}/{pair.notes_session}")
        if answer.status == 200:
            people = answer.json()["participants"]
            ours = {str(pair.match.user1.id), str(pair.match.user2.id)}
            self.book.foreign += {people["user1"]["id"], people["user2"]["id"]} != ours

    async def read_list(self, ask: Any, me: User, path: str) -> None:
        answer = await ask("GET", path)
        if answer.status == 200:
            texts = (it.get("title") or it.get("content") for it in answer.json()["items"])
            self.book.foreign += sum(not text.startswith(str(me.id)) for text in texts)

    async def post_message(self, ask: Any, me: User, path: str) -> None:
        content = f"{me.id} {uuid4()}"
        self.book.messages_sent.add(content)
        send = partial(ask, "POST", path, {"content": content}, str(uuid4()))
        if await self.insist(send) is not None:
            self.book.messages_told.add(content)
            self.book.told_at[content] = time.monotonic()

    async def create_study(self, ask: Any, me: User) -> None:
        title = f"{me.id} {uuid4()}"
        self.book.studies_sent.add(title)
        if await self.insist(partial(ask, "POST", STUDY, {"title": title}, str(uuid4()))):
            self.book.studies_told.add(title)
            self.book.told_at[title] = time.monotonic()

    async def create_once(self, ask: Any, me: User) -> None:
        """Send once, without a key: what was refused must never appear."""
        title = f"{me.id} {uuid4()}"
        answer = await ask("POST", STUDY, {"title": title})
        if answer.status == 201:
            self.book.plain[title] = "made"
            self.book.told_at[title] = time.monotonic()
        elif answer.status == NOT_SENT:
            self.book.plain[title] = "refused"
        elif answer.status == NO_ANSWER or answer.json()["detail"]["code"] == "OUTCOME_UNKNOWN":
            self.book.plain[title] = "in doubt"
        else:
            self.book.plain[title] = "refused"

    async def confirm(self, ask: Any, sessions: Any, number: int) -> None:
        session = next(sessions, None)
        if session is not None:
            answer = await ask("POST", f"{WINGMAN}/{session}/confirm")
            if answer.status == 200:
                self.book.confirmed.add((session, number))
                self.book.told_at[f"{session} {number}"] = time.monotonic()

    async def write_notes(self, ask: Any, pair: Pair, number: int) -> None:
        if number == 2:  # one writer, so that the last acknowledged notes are the stored ones
            return
        notes, session = str(uuid4()), pair.notes_session
        answer = await ask("PATCH", f"{WINGMAN}/{session}/notes", {"notes": notes})
        if answer.status == 200:
            self.book.notes[session] = notes
            self.book.told_at[notes] = time.monotonic()
            self.book.notes_in_doubt.discard(session)
        else:
            self.book.notes_in_doubt.add(session)


def new_pair(site: Site) -> Pair:
    """Two users, one session with notes, and many to confirm."""
    with psycopg.connect(site.database_url) as sql:

        def user(name: str) -> User:
            return site.signed(actors.new_user(sql, site.stack.jwt_secret, name))

        match = actors.new_match(sql, user)
        notes = actors.new_wingman(sql, match)
        sessions = []
        for _ in range(SESSIONS_OF_A_PAIR):
            again = Match(**{**vars(match), "match_id": uuid4()})
            sql.execute(
                "insert into public.wingman_matches (id, user1_id, user2_id, status)"
                " values (%s, %s, %s, 'accepted')",
                [again.match_id, match.user1.id, match.user2.id],
            )
            sessions.append(str(actors.new_wingman(sql, again).session_id))
    return Pair(match, sessions, str(notes.session_id))
