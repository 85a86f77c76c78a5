"""Limits per verified user."""

from typing import Final

from starlette.types import Scope

from api.observability import exchange
from api.rate_limits.memory_storage import Memory
from api.rate_limits.rate import LIMITS, Rate
from api.rate_limits.redis_storage import Redis
from api.settings import Settings

COUNT: Final = "session_api.rate_limit"
"""The scope's key for the user's count, for the answer's headers."""


class Limits:
    """All limits of the process, and their storage."""

    def __init__(self, settings: Settings) -> None:
        """Read the limits. Nothing connects before the first request."""
        self.enabled = settings.rate_limits
        self.rates = {
            name: Rate.of(name, getattr(settings, f"rate_limit_{name}")) for name in LIMITS
        }
        self.users: Memory | Redis
        self.addresses: Memory | Redis
        if settings.rate_limit_storage == "memory":
            # separate, so that a flood of addresses evicts no user
            self.users, self.addresses = Memory(), Memory()
        else:
            self.users = self.addresses = Redis(settings.rate_limit_storage)

    async def admit(self, scope: Scope, user_id: str) -> None:
        """Count the request of a verified user; call it between authentication and the work.

        Raises:
            ApiError: `RATE_LIMITED`.

        """
        if not self.enabled:
            return
        rate = self.rates[exchange.operation().action]
        count = await self.users.hit(rate, user_id)
        if count is None:
            return
        scope[COUNT] = count
        if not count.allowed:
            raise count.refusal()

    async def close(self) -> None:
        """Close the connections to Redis, if there are any."""
        if isinstance(self.users, Redis):
            await self.users.close()
