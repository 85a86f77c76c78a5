"""One subscription of one client: its topic, its token and the changes it asks for."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from local.realtime.tables import Subscription

_LONGEST = 86_400 * 365


class Channel:
    """A topic that a client has joined.

    Args:
        topic: its name.
        join_ref: the client's number for this joining.
        wanted: what it asks for.
        on_expiry: called when the token expires.

    """

    def __init__(
        self,
        topic: str,
        join_ref: str | None,
        wanted: list[Subscription],
        on_expiry: Callable[["Channel"], None],
    ) -> None:
        self.topic = topic
        self.join_ref = join_ref
        self.wanted = wanted
        self.claims: dict[str, Any] = {}
        self._on_expiry = on_expiry
        self._timer: asyncio.TimerHandle | None = None

    def trust(self, claims: dict[str, Any]) -> None:
        """Take the claims of a verified token, until it expires."""
        self.claims = claims
        self.close()
        if (expiry := claims.get("exp")) is not None:
            # whole numbers: an expiry may be too large for a float
            seconds = min(int(expiry) - int(time.time()), _LONGEST)
            self._timer = asyncio.get_running_loop().call_later(seconds, self._on_expiry, self)

    def close(self) -> None:
        """Forget the token's expiry."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
