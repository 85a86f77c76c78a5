"""A rate limit, and its state for one caller."""

import math
from typing import Final, Literal, NamedTuple, get_args

import limits
from limits import RateLimitItem

from api.errors import ApiError
from api.observability import metrics
from api.operations import Action

Limit = Literal[Action, "address", "failed_auth"]
LIMITS: Final[tuple[Limit, ...]] = (*get_args(Action), "address", "failed_auth")
Header = tuple[bytes, bytes]

LIMIT: Final = "RateLimit-Limit"
REMAINING: Final = "RateLimit-Remaining"
RESET: Final = "RateLimit-Reset"
POLICY: Final = "RateLimit-Policy"
RATE_LIMIT_HEADERS: Final = (LIMIT, REMAINING, RESET, POLICY)

ROUNDING: Final = 0.001
"""Seconds by which `reset` may be too short: who waited as told would come just before the room."""

_LIMIT, _REMAINING, _RESET, _POLICY = (name.lower().encode() for name in RATE_LIMIT_HEADERS)


class Rate(NamedTuple):
    """A limit: a number of requests per number of seconds."""

    name: Limit
    amount: int
    period: int
    item: RateLimitItem
    headers: tuple[Header, ...]
    """The headers of every answer under this limit."""

    @classmethod
    def of(cls, name: Limit, text: str) -> "Rate":
        """Parse a limit in the settings' format: `60/minute`."""
        item = limits.parse(text)
        amount, period = item.amount, item.get_expiry()
        headers = (
            (_LIMIT, str(amount).encode()),
            (_POLICY, f"{amount};w={period}".encode()),
        )
        return cls(name, amount, period, item, headers)


class Count(NamedTuple):
    """The state of a limit for one caller."""

    rate: Rate
    allowed: bool
    remaining: int
    reset: float
    """Seconds until there is room for more."""

    def headers(self) -> tuple[Header, ...]:
        """Return the headers for the client.

        They are the plain numbers of the IETF drafts up to 6 and not the structured fields of later
        drafts, because frontend libraries, and two lines of JavaScript, can read them.
        """
        return (
            *self.rate.headers,
            (_REMAINING, b"%d" % self.remaining),
            (_RESET, b"%d" % math.ceil(self.reset)),
        )

    def refusal(self) -> ApiError:
        """Return the error for a request beyond the limit."""
        metrics.RATE_LIMITED.labels(self.rate.name).inc()
        known = {name.decode(): value.decode() for name, value in self.headers()}
        seconds = int(self.reset + ROUNDING) + 1
        return ApiError("RATE_LIMITED", headers={"Retry-After": str(seconds), **known})
