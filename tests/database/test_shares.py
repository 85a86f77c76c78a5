"""One user has at most half of the connections, and every place that is taken is given back."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from api.database.backend import NoAnswerError
from api.database.shares import Shares

ADA, BOB = uuid4(), uuid4()
PLACES = 4
MOST_WAITING = 6

Story = Callable[[Shares], Awaitable[None]]


def tell(story: Story, places: int = PLACES) -> None:
    """Run a story, at whose end every place has been given back."""

    async def run() -> None:
        shares = Shares(places, MOST_WAITING)
        await story(shares)
        assert shares.waiting == 0
        assert (shares._taken, shares._waiting) == ({}, {})

    asyncio.run(run())


def entering(shares: Shares, user_id: UUID) -> asyncio.Task[None]:
    return asyncio.create_task(shares.enter(user_id))


async def turn() -> None:
    """Let every task go on until it waits."""
    for _ in range(3):
        await asyncio.sleep(0)


def leave(shares: Shares, user_id: UUID, times: int) -> None:
    for _ in range(times):
        shares.leave(user_id)


@pytest.mark.parametrize(("places", "share"), [(1, 1), (2, 1), (4, 2), (5, 2), (10, 5)])
def test_half(places: int, share: int) -> None:
    async def story(shares: Shares) -> None:
        for _ in range(share):
            await shares.enter(ADA)
        waiting = entering(shares, ADA)
        await turn()
        assert not waiting.done()
        for _ in range(share):
            await shares.enter(BOB)
        leave(shares, BOB, share)
        await turn()
        assert not waiting.done()
        shares.leave(ADA)
        await waiting
        leave(shares, ADA, share)

    tell(story, places)


def test_first_come_first_served() -> None:
    async def story(shares: Shares) -> None:
        first = [entering(shares, ADA) for _ in range(4)]
        await turn()
        assert [it.done() for it in first] == [True, True, False, False]
        shares.leave(ADA)
        late = entering(shares, ADA)
        await turn()
        assert [it.done() for it in (*first, late)] == [True, True, True, False, False]
        leave(shares, ADA, 4)
        await late

    tell(story)


def test_too_many_wait() -> None:
    """Of one user; another's requests still have room."""

    async def story(shares: Shares) -> None:
        inside = [entering(shares, user) for user in (ADA, ADA, BOB, BOB)]
        waiting = [entering(shares, ADA) for _ in range(MOST_WAITING // 2)]
        await turn()
        with pytest.raises(NoAnswerError):
            await shares.enter(ADA)
        waiting.append(entering(shares, BOB))
        await turn()
        assert shares.waiting == 4
        leave(shares, ADA, 5)
        leave(shares, BOB, 3)
        await asyncio.gather(*inside, *waiting)

    tell(story)


@pytest.mark.parametrize("is_called", [False, True], ids=["while waiting", "just as it is called"])
def test_gives_up(is_called: bool) -> None:
    async def story(shares: Shares) -> None:
        await shares.enter(ADA)
        await shares.enter(ADA)
        brief, patient = entering(shares, ADA), entering(shares, ADA)
        await turn()
        if is_called:
            shares.leave(ADA)
            brief.cancel()
        else:
            brief.cancel()
            await turn()
            shares.leave(ADA)
        await patient
        assert brief.cancelled()
        leave(shares, ADA, 2)

    tell(story)


def test_any_story() -> None:
    dice = random.Random(3)  # noqa: S311 - the same story each time
    users = [uuid4() for _ in range(3)]
    inside: Counter[UUID] = Counter()
    outcomes: Counter[str] = Counter()

    async def request(shares: Shares, user_id: UUID, turns: int) -> None:
        await shares.enter(user_id)
        try:
            inside[user_id] += 1
            assert inside[user_id] <= PLACES // 2
            for _ in range(turns):
                await asyncio.sleep(0)
        finally:
            inside[user_id] -= 1
            shares.leave(user_id)

    async def story(shares: Shares) -> None:
        for _ in range(300):
            asking = [
                asyncio.create_task(request(shares, dice.choice(users), dice.randrange(6)))
                for _ in range(12)
            ]
            for _ in range(dice.randrange(12)):
                await asyncio.sleep(0)
                dice.choice(asking).cancel()
            for ended in await asyncio.gather(*asking, return_exceptions=True):
                assert ended is None or isinstance(ended, (asyncio.CancelledError, NoAnswerError))
                outcomes[type(ended).__name__] += 1

    tell(story)
    assert min(outcomes.values()) > 50
    assert outcomes.keys() == {"NoneType", "CancelledError", "NoAnswerError"}
