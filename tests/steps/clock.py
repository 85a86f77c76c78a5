"""An event loop whose clock tests can put forward: timeouts pass at once, on any machine."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

Result = TypeVar("Result")


class Clock(asyncio.SelectorEventLoop):
    """Runs by its own time."""

    ahead = 0.0

    def time(self) -> float:
        """Return the time in seconds."""
        return super().time() + self.ahead

    def jump(self, seconds: float) -> None:
        """Let so much time pass."""
        self.ahead += seconds


def clock() -> Clock:
    """The running loop's clock."""
    return cast("Clock", asyncio.get_running_loop())


def run(story: Coroutine[Any, Any, Result]) -> Result:
    """Run a story on such a loop."""
    with asyncio.Runner(loop_factory=Clock) as runner:
        return runner.run(story)
