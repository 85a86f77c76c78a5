"""How a call can fail that has reached the wire."""

from collections.abc import Awaitable, Callable

from tests.steps.clock import clock
from tests.steps.wire import LONGER_THAN_ANY_TIMEOUT, Call, Fault, Wire

Happens = Callable[[Wire, Call], Awaitable[bool]]


async def lost(_: Wire, call: Call) -> bool:
    """It never arrives, and the connection is cut."""
    call.hang_up()
    return False


async def late(wire: Wire, call: Call) -> bool:
    """It arrives and is executed after the API has stopped waiting."""
    await hold(wire)
    answer = await call.execute()
    wire.delivered.set()
    call.client.write(answer)
    return True


async def silent(wire: Wire, call: Call) -> bool:
    """It is executed, and the answer takes too long."""
    answer = await call.execute()
    await hold(wire)
    wire.delivered.set()
    call.client.write(answer)
    return True


async def hold(wire: Wire) -> None:
    """Wait for longer than the API does."""
    wire.holds = True
    clock().jump(LONGER_THAN_ANY_TIMEOUT)
    await wire.delivery.wait()


async def cut(_: Wire, call: Call) -> bool:
    """It is executed, and the connection is cut before the answer."""
    await call.execute()
    call.hang_up()
    return False


def truncated(share: float) -> Happens:
    """It is executed, and only the beginning of the answer comes."""

    async def happens(_: Wire, call: Call) -> bool:
        answer = await call.execute()
        call.client.write(answer[: max(1, int(len(answer) * share))])
        call.hang_up()
        return False

    return happens


def instead(answer: bytes, *, executes: bool) -> Happens:
    """Somebody else answers, before or after it is executed."""

    async def happens(_: Wire, call: Call) -> bool:
        if executes:
            await call.execute()
        call.client.write(answer)
        call.hang_up()
        return False

    return happens


EVERYWHERE = [
    Fault("refused", None, in_doubt=False),
    Fault("lost", lost),
    Fault("late", late),
    Fault("silent", silent),
    Fault("cut", cut),
    Fault("truncated early", truncated(0.1)),
    Fault("truncated", truncated(0.9)),
]
