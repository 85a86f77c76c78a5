"""Plays a story in every order, and holds what comes of it against one request after the other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import permutations

import httpx

from local.project import Project
from tests import actors
from tests.actors import Sql
from tests.answers import code
from tests.interleavings.lane import Lane, RequestLane, StatementLane, lanes
from tests.interleavings.stories import CURRENT, Ask, Do, Story
from tests.steps.requests import People
from tests.steps.stored import Stored
from tests.steps.trial import result

MOST = 3
"""Requests of a story."""
ORDER_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.0005

Answers = tuple[tuple[int, str] | None, ...]
Outcome = tuple[Answers, tuple[str, ...]]


@dataclass
class Played:
    """What came of one order."""

    answers: list[httpx.Response | None]
    outcome: Outcome
    turns: list[tuple[int, list[int]]]
    """Whose turn it was each time, and who else could have had it."""


class Stage:
    """Where stories are played."""

    def __init__(
        self,
        project: Project,
        sql: Sql,
        requests: list[RequestLane],
        statements: StatementLane,
    ) -> None:
        self._project = project
        self._sql = sql
        self._requests = requests
        self._statements = statements
        self._stored = Stored(sql)

    async def play(
        self, story: Story, order: Sequence[int], of: Sequence[int] | None = None
    ) -> Played:
        """Play a story, whose turns go by `order` and then to the first that waits.

        Args:
            story: the story.
            order: whose turn it is, each time.
            of: which of the requests are sent at all; all by default.

        """
        people = People(self._sql, partial(actors.new_user, self._sql, self._project.jwt_secret))
        asked = story.arrange(people)
        present = range(len(asked)) if of is None else of
        await self._read_current(asked)
        cast: dict[int, Lane] = {}
        for number in present:
            it = asked[number]
            if isinstance(it, Do):
                cast[number] = self._statements
                self._statements.start(self._statements.execute(it.statement, it.values))
            else:
                request = cast[number] = self._requests[number]
                sent = request.api.send(it.user, it.method, it.path, it.body, self._headers(it))
                request.start(sent)
        turns = await self._take_turns(cast, order)
        answers: list[httpx.Response | None] = [None] * len(asked)
        for number, lane in cast.items():
            answers[number] = await lane.result()
        told = tuple(None if it is None else result(it, people.names) for it in answers)
        return Played(answers, (told, tuple(self._stored.of(people.names))), turns)

    async def _read_current(self, asked: list[Ask | Do]) -> None:
        self._tag = ""
        for it in asked:
            if isinstance(it, Ask) and it.headers.get("If-Match") == CURRENT and not self._tag:
                path = it.path.removesuffix("/notes")
                answer = await self._requests[0].api.send(it.user, "GET", path)
                self._tag = answer.headers["ETag"]

    def _headers(self, it: Ask) -> dict[str, str]:
        return {
            name: self._tag if value == CURRENT else value for name, value in it.headers.items()
        }

    async def _take_turns(
        self, cast: dict[int, Lane], order: Sequence[int]
    ) -> list[tuple[int, list[int]]]:
        turns: list[tuple[int, list[int]]] = []
        async with asyncio.timeout(ORDER_SECONDS):
            while True:
                await self._settle(cast)
                ready = [number for number, lane in cast.items() if lane.waits]
                if not ready:
                    return turns
                number = order[len(turns)] if len(turns) < len(order) else ready[0]
                assert number in ready, "the same order does not come to the same point"
                turns.append((number, [other for other in ready if other > number]))
                cast[number].go()

    async def _settle(self, cast: dict[int, Lane]) -> None:
        """Wait until each has ended, or waits: for its turn, or in Postgres for another."""
        while True:
            moving = [lane for lane in cast.values() if not lane.is_done and not lane.waits]
            if not moving:
                return
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            still = [lane for lane in moving if not lane.is_done and not lane.waits]
            waiting = any(lane.waits for lane in cast.values())
            if waiting and all(lane.is_blocked(self._sql) for lane in still):
                return


async def every_order(stage: Stage, story: Story) -> AsyncIterator[Played]:
    """Play a story in every order."""
    order: list[int] | None = []
    while order is not None:
        played = await stage.play(story, order)
        yield played
        order = following(played.turns)


def following(turns: list[tuple[int, list[int]]]) -> list[int] | None:
    """The next order: the last turn that could have gone to a later one goes to that."""
    for at in range(len(turns) - 1, -1, -1):
        if turns[at][1]:
            return [number for number, _ in turns[:at]] + [turns[at][1][0]]
    return None


class Serial:
    """What comes of a story's requests one after the other, in any order."""

    def __init__(self, stage: Stage, story: Story) -> None:
        self._stage = stage
        self._story = story
        self._outcomes: dict[tuple[int, ...], set[Outcome]] = {}

    async def outcomes(self, present: tuple[int, ...]) -> set[Outcome]:
        """All outcomes, if only these requests are sent."""
        if present not in self._outcomes:
            found = set()
            for order in permutations(present):
                played = await self._in_turn(order, present)
                found.add(played)
            self._outcomes[present] = found
        return self._outcomes[present]

    async def _in_turn(self, order: tuple[int, ...], present: tuple[int, ...]) -> Outcome:
        """One after the other: the first in the order has every turn that it wants."""
        rank = {number: place for place, number in enumerate(order)}
        turns: list[int] = []
        while True:
            played = await self._stage.play(self._story, turns, present)
            for at, (number, others) in enumerate(played.turns):
                best = min([number, *others], key=rank.__getitem__)
                if best != number:
                    turns = [it for it, _ in played.turns[:at]] + [best]
                    break
            else:
                return played.outcome


async def check(stage: Stage, story: Story) -> int:
    """Play a story in every order; return how many there are.

    Raises:
        AssertionError: in some order the answers and the rows are not what they would be if the
            requests had come one after the other.

    """
    serial = Serial(stage, story)
    count = 0
    async for played in every_order(stage, story):
        count += 1
        told, rows = played.outcome
        codes = [refusal(answer) for answer in played.answers]
        present = tuple(it for it, said in enumerate(codes) if said not in story.steps_back)
        silent = {it for it, said in enumerate(codes) if said == (story.gone or None)}
        seen = without(told, silent | (set(range(len(codes))) - set(present))), rows
        expected = {
            (without(answers, silent), stored) for answers, stored in await serial.outcomes(present)
        }
        order = [number for number, _ in played.turns]
        assert all(answer is None or answer.status_code < 500 for answer in played.answers), told
        assert seen in expected, f"{story} in the order {order}: {seen}; serially: {expected}"
    return count


def refusal(answer: httpx.Response | None) -> str:
    """The code of an error, or nothing."""
    return "" if answer is None or answer.status_code < 400 else code(answer)


def without(answers: Answers, some: set[int]) -> Answers:
    """The answers but some."""
    return tuple(None if number in some else it for number, it in enumerate(answers))


async def checked(project: Project, sql: Sql, backend: str, story: Story) -> int:
    """Check a story on a stage of its own; return how many orders there are."""
    async with lanes(project, backend, MOST) as (requests, statements):
        for lane in requests:
            warm = await lane.api.send(None, "GET", "/readyz")
            assert warm.status_code == 200
        return await check(Stage(project, sql, requests, statements), story)
