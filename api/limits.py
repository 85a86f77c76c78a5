"""How often: each user's requests by what they do, and each address's before anybody is known.

Counted with `limits`, as a sliding window: at any time, the period behind holds no more than the
limit. A limit stops a loop or a flood, and is so generous that an ordinary app never meets it.
Where the shared storage is away, requests pass: an API that is down protects nobody.
"""

import logging
import math
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final, Literal, NamedTuple, TypeVar, get_args
from uuid import UUID

import limits
from limits import RateLimitItem
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import exchange, metrics
from api.errors import ApiError, unavailable
from api.exchange import Action
from api.settings import Settings

logger = logging.getLogger(__name__)

T = TypeVar("T")
Limit = Literal[Action, "address", "failed_auth"]
LIMITS: Final[tuple[Limit, ...]] = (*get_args(Action), "address", "failed_auth")
Network = IPv4Network | IPv6Network

MOST_KEYS: Final = 50_000
"""Users, and apart from them addresses, that one process remembers in memory."""
REDIS_SECONDS: Final = 0.2
"""How long a request waits for Redis."""
REDIS_PAUSE: Final = 1.0
"""How long Redis is left alone after it did not answer."""
REDIS_CONNECTIONS: Final = 32
WARNING_SECONDS: Final = 30.0
MOST_HOPS: Final = 20

# a probe that is refused gets the process killed
EXEMPT: Final = frozenset({"/healthz"})
COUNT: Final = "session_api.rate_limit"
"""Where in the scope the user's count is kept, for the answer's headers."""


Header = tuple[bytes, bytes]


class Rate(NamedTuple):
    """A limit: so many in so many seconds."""

    name: Limit
    amount: int
    period: int
    item: RateLimitItem
    headers: tuple[Header, ...]
    """What every answer under this limit says."""

    @classmethod
    def of(cls, name: Limit, text: str) -> "Rate":
        """Read a limit as the settings have it: `60/minute`."""
        item = limits.parse(text)
        amount, period = item.amount, item.get_expiry()
        headers = (
            (b"ratelimit-limit", str(amount).encode()),
            (b"ratelimit-policy", f"{amount};w={period}".encode()),
        )
        return cls(name, amount, period, item, headers)


class Count(NamedTuple):
    """How a limit stands for somebody."""

    rate: Rate
    allowed: bool
    remaining: int
    reset: float
    """Seconds until there is room for more."""

    def headers(self) -> tuple[Header, ...]:
        """Return what a client may know.

        The plain numbers of the IETF drafts up to 6 rather than the structured fields of the later
        ones: this is what frontends' libraries read, and what two lines of JavaScript can.
        """
        return (
            *self.rate.headers,
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % math.ceil(self.reset)),
        )

    def refusal(self) -> ApiError:
        """Return the answer to a request too many."""
        metrics.RATE_LIMITED.labels(self.rate.name).inc()
        known = {name.decode(): value.decode() for name, value in self.headers()}
        return ApiError("RATE_LIMITED", headers={"Retry-After": str(int(self.reset) + 1), **known})


class Memory:
    """Counts in this process's memory, for a bounded number of keys: the oldest give way.

    The same sliding window as `limits` keeps in Redis. Its own memory storage walks over all keys
    on every hit and forgets none before its time, which a flood of addresses would use.
    """

    def __init__(
        self, most_keys: int = MOST_KEYS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most_keys = most_keys
        self.clock = clock
        # key → when its window began, hits in it, hits in the one before, when both are over
        self.windows: OrderedDict[tuple[str, str], tuple[float, int, int, float]] = OrderedDict()

    async def hit(self, rate: Rate, who: str, *, told: bool = True) -> Count:
        """Count a hit, unless that would be one too many.

        `told`: whether the caller wants to know more than that it is allowed.
        """
        now, key = self.clock(), (rate.name, who)
        start, current, previous = self._window(key, rate.period, now)
        if self._used(rate, start, current, previous, now) >= rate.amount:
            return self._count(rate, start, current, previous, now, allowed=False)
        self.windows[key] = (start, current + 1, previous, start + 2 * rate.period)
        if current == 0:
            self.windows.move_to_end(key)
            self._make_room(now)
        if not told:
            return Count(rate, True, 0, 0.0)
        return self._count(rate, start, current + 1, previous, now, allowed=True)

    async def look(self, rate: Rate, who: str) -> Count:
        """Return the count as it is."""
        now = self.clock()
        start, current, previous = self._window((rate.name, who), rate.period, now)
        return self._count(rate, start, current, previous, now, allowed=True)

    def _window(self, key: tuple[str, str], period: int, now: float) -> tuple[float, int, int]:
        found = self.windows.get(key)
        if found is None or now >= found[3]:
            return now, 0, 0
        start, current, previous, _ = found
        return (start, current, previous) if now < start + period else (start + period, 0, current)

    def _used(self, rate: Rate, start: float, current: int, previous: int, now: float) -> int:
        # the window before fades as this one goes on, as if it had been used evenly
        return int(previous * (start + rate.period - now) / rate.period) + current

    def _count(
        self, rate: Rate, start: float, current: int, previous: int, now: float, *, allowed: bool
    ) -> Count:
        left = start + rate.period - now
        used = self._used(rate, start, current, previous, now)
        # the window before frees a place each time its weight has fallen by one
        reset = min(left % (rate.period / previous) if previous else left, left) if used else 0.0
        return Count(rate, allowed, max(rate.amount - used, 0), reset)

    def _make_room(self, now: float) -> None:
        # two at a time outpace the one that came, so that keys of the past do not stay
        for _ in range(2):
            oldest, window = next(iter(self.windows.items()))
            if len(self.windows) <= self.most_keys and window[3] > now:
                return
            del self.windows[oldest]


class Redis:
    """Counts in Redis, which all workers and machines share. Where it is away, all is allowed.

    After a failure it is left alone for a moment, and then one request asks for all, so that a
    Redis that is down, or coming back, meets no rush and requests do not wait for it.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the URL; connect when first asked."""
        # here, because the client is an extra
        import redis.exceptions
        from redis.asyncio import BlockingConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        self.pool = BlockingConnectionPool.from_url(
            url,
            max_connections=REDIS_CONNECTIONS,
            timeout=REDIS_SECONDS,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            # once, for a connection that Redis has closed meanwhile; never after a timeout
            retry=Retry(NoBackoff(), 1, (redis.exceptions.ConnectionError,)),
        )
        options: dict[str, Any] = {"connection_pool": self.pool, "implementation": "redispy"}
        storage = storage_from_string(f"async+{url}", key_prefix="session_api", **options)
        self.limiter = SlidingWindowCounterRateLimiter(storage)
        self.errors = (redis.exceptions.RedisError, OSError)
        self.clock = clock
        self.away = False
        self.ask_again = 0.0
        self.warn_again = 0.0

    async def hit(self, rate: Rate, who: str, *, told: bool = True) -> Count | None:
        """Count a hit, unless that would be one too many; `None` if Redis is away.

        `told`: whether the caller wants to know more than that it is allowed; it costs one more
        question.
        """
        allowed = await self._ask(self.limiter.hit, rate, who)
        if allowed is None:
            return None
        if allowed and not told:
            return Count(rate, True, 0, 0.0)
        count = await self.look(rate, who)
        return None if count is None else count._replace(allowed=allowed)

    async def look(self, rate: Rate, who: str) -> Count | None:
        """Return the count as it is; `None` if Redis is away."""
        state = await self._ask(self.limiter.get_window_stats, rate, who)
        if state is None:
            return None
        reset = min(max(state.reset_time - time.time(), 0.0), rate.period)
        return Count(rate, True, state.remaining, reset)

    async def close(self) -> None:
        """Close the connections."""
        await self.pool.disconnect()

    async def _ask(self, question: Callable[..., Awaitable[T]], rate: Rate, who: str) -> T | None:
        now = self.clock()
        if self.away:
            if now < self.ask_again:
                metrics.RATE_LIMITS_SKIPPED.inc()
                return None
            self.ask_again = now + REDIS_PAUSE
        try:
            answer = await question(rate.item, rate.name, who)
        except self.errors as error:
            self._failed(error)
            return None
        self.away = False
        return answer

    def _failed(self, error: Exception) -> None:
        now = self.clock()
        self.away, self.ask_again = True, now + REDIS_PAUSE
        metrics.RATE_LIMITS_SKIPPED.inc()
        if now >= self.warn_again:
            self.warn_again = now + WARNING_SECONDS
            logger.warning(
                "RATE_LIMIT_STORAGE does not answer (%s): requests pass without limits",
                type(error).__name__,
            )


class Limits:
    """All limits of the process, and where they are counted."""

    def __init__(self, settings: Settings) -> None:
        """Read the limits. Nothing is connected before the first request."""
        self.enabled = settings.rate_limits
        self.rates = {
            name: Rate.of(name, getattr(settings, f"rate_limit_{name}")) for name in LIMITS
        }
        self.users: Memory | Redis
        self.addresses: Memory | Redis
        if settings.rate_limit_storage == "memory":
            # apart, so that a flood of addresses pushes no user out
            self.users, self.addresses = Memory(), Memory()
        else:
            self.users = self.addresses = Redis(settings.rate_limit_storage)

    async def admit(self, scope: Scope, user_id: UUID) -> None:
        """Count the request of a verified user; call it between authentication and the work.

        Raises:
            ApiError: `RATE_LIMITED`.

        """
        if not self.enabled:
            return
        rate = self.rates[exchange.route(scope).action]
        count = await self.users.hit(rate, str(user_id))
        if count is None:
            return
        scope[COUNT] = count
        if not count.allowed:
            raise count.refusal()

    async def close(self) -> None:
        """Close the connections to Redis, if there are any."""
        if isinstance(self.users, Redis):
            await self.users.close()


class RateLimits:
    """ASGI middleware: limits each address, and tells every answer's limit in its headers.

    Failed authentication is counted when it has failed: a client that keeps sending a bad token is
    answered 429 instead of 401, and others behind the same address are not affected.
    """

    def __init__(
        self, app: ASGIApp, *, limits: Limits, trusted_proxies: tuple[Network, ...] = ()
    ) -> None:
        self.app = app
        self.limits = limits
        self.by_address = limits.rates["address"]
        self.by_failure = limits.rates["failed_auth"]
        self.addresses = Addresses(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""
        if scope["type"] != "http" or not self.limits.enabled or scope["path"] in EXEMPT:
            await self.app(scope, receive, send)
            return
        address = self.addresses.of(scope)
        found = await self.limits.addresses.hit(self.by_address, address, told=False)
        if found is not None and not found.allowed:
            raise found.refusal()
        refused = False

        async def send_with_headers(message: Message) -> None:
            nonlocal refused
            if refused:
                return
            if message["type"] == "http.response.start":
                if message["status"] == 401:
                    refusal = await self.failed_auth(address)
                    if refusal is not None:
                        refused = True
                        await refusal.response()(scope, receive, send)
                        return
                if message["status"] != 429:  # which has its own
                    await self.add_headers(scope, address, message)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    async def failed_auth(self, address: str) -> ApiError | None:
        """Count a failed authentication; return the refusal when it was one too many."""
        found = await self.limits.addresses.hit(self.by_failure, address, told=False)
        return None if found is None or found.allowed else found.refusal()

    async def add_headers(self, scope: Scope, address: str, message: Message) -> None:
        """Add the state of the user's limit, or of the address's where there is no user."""
        count = scope.get(COUNT) or await self.limits.addresses.look(self.by_address, address)
        if count is not None:
            message["headers"] = [*message.get("headers", ()), *count.headers()]


class InProgress:
    """ASGI middleware: answers 503 at once when a worker has more to do than it can in time.

    Each request waits for the database for a bounded time, but thousands at once would wait for
    the processor. It counts requests whose body has come: slow clients take nobody's place.
    """

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self.app = app
        self.most = most
        self.now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""
        if scope["type"] != "http" or scope["path"] in EXEMPT:
            await self.app(scope, receive, send)
            return
        if self.now >= self.most:
            metrics.OVERLOADS.inc()
            raise unavailable()
        self.now += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.now -= 1


class Addresses:
    """Finds the address that a request comes from, and believes no header that a client can write.

    Args:
        trusted_proxies: whose entries in `X-Forwarded-For` count.

    """

    def __init__(self, trusted_proxies: tuple[Network, ...]) -> None:
        self.trusted_proxies = trusted_proxies
        self.warned = False

    def of(self, scope: Scope) -> str:
        """Return the address, or for IPv6 the /64 network: one customer has all of that."""
        client = scope.get("client")
        peer = client[0] if client else "local"
        if client and client[1] == 0:
            # uvicorn has put a forwarded address in the peer's place; no real peer has port 0
            peer = "127.0.0.1"
        if self.is_trusted(peer):
            return network_of(self.forwarded(scope, peer))
        if not self.warned:
            self.warn(scope, peer)
        return network_of(peer)

    def forwarded(self, scope: Scope, peer: str) -> str:
        """Walk `X-Forwarded-For` from the right, as far as proxies of ours have written it."""
        lines = Headers(scope=scope).getlist("x-forwarded-for")
        hops = [it.strip() for line in lines for it in line.split(",")]
        nearest = peer
        for hop in reversed(hops[-MOST_HOPS:]):
            address = without_port(hop)
            if parsed(address) is None:
                return nearest
            nearest = address
            if not self.is_trusted(address):
                return nearest
        return nearest

    def is_trusted(self, address: str) -> bool:
        """Tell whether an address is a proxy of ours."""
        if not self.trusted_proxies:
            return False
        found = parsed(address)
        return found is not None and any(found in network for network in self.trusted_proxies)

    def warn(self, scope: Scope, peer: str) -> None:
        """Tell the operator, once, when a proxy stands in front and nobody said so."""
        found = parsed(peer)
        if found is None or found.is_global or "x-forwarded-for" not in Headers(scope=scope):
            return
        self.warned = True
        logger.warning(
            "requests come through a proxy, %s, that TRUSTED_PROXIES does not name: all its "
            "clients count as one address",
            peer,
        )


@lru_cache(4096)
def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """Read an address; `None` if it is none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@lru_cache(4096)
def network_of(address: str) -> str:
    """Return what is counted as one: an IPv4 address, an IPv6 /64."""
    found = parsed(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False).network_address)
    return address if found is None else str(found)


def without_port(hop: str) -> str:
    """Take off the port that some proxies write: `203.0.113.7:4711`, `[2001:db8::1]:4711`."""
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::\d+)?", hop)
    if bracketed:
        return bracketed[1]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


async def admit(request: Any, user_id: UUID) -> None:
    """Count the request of a verified user; raise 429 `RATE_LIMITED` when it is one too many."""
    await request.app.state.limits.admit(request.scope, user_id)
