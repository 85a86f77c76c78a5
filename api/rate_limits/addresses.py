"""Finds the address of a request's client."""

import logging
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

logger = logging.getLogger(__name__)

Network = IPv4Network | IPv6Network

FORWARDED_FOR: Final = "X-Forwarded-For"
RAW_FORWARDED_FOR: Final = FORWARDED_FOR.lower().encode()
MOST_HOPS: Final = 20
MOST_PEERS: Final = 4096
"""Addresses whose form is remembered."""
MAPPED: Final = "::ffff:"
LOCAL: Final = "local"
"""Used for a peer without an address: a Unix socket."""


class Addresses:
    """Finds the address of a request's client, trusting no header that the client could set.

    It uses uvicorn's parsing of `X-Forwarded-For`, but not its middleware, which accepts hops that
    are not addresses and replaces the peer for the whole application.

    Args:
        proxies: The trusted proxies: the peer, and the hops that it reports.
        hops: The number of proxies, if their addresses are not known: the entry that the outermost
            one added is used. Without `proxies`, any peer is trusted.
        header: The header that the proxies set. A single address, as in `CF-Connecting-IP`, is a
            list of one.

    """

    def __init__(
        self, proxies: Sequence[Network] = (), hops: int = 0, header: str = FORWARDED_FOR
    ) -> None:
        self.hops = hops
        self.header = header
        walk = ProxyHeadersMiddleware(_nothing, list(map(str, proxies)))
        self.trusted = walk.trusted_hosts
        # its own test parses the address each time
        self.is_trusted = lru_cache(MOST_PEERS)(self.trusted.__contains__)
        self.any_peer = bool(hops and not proxies)
        self.warned = False

    def of(self, scope: Scope) -> str:
        """Return the address; for IPv6, its /64 network, which usually belongs to one customer."""
        client = scope.get("client")
        peer = client[0].removeprefix(MAPPED) if client else LOCAL
        if self.any_peer or self.is_trusted(peer):
            return network_of(self.forwarded(scope) or peer)
        if not self.warned:
            self.warn(scope, peer)
        return network_of(peer)

    def forwarded(self, scope: Scope) -> str | None:
        """Read the proxies' header; `None` if it is not an address."""
        lines = Headers(scope=scope).getlist(self.header)
        hops = [it.strip().removeprefix(MAPPED) for line in lines for it in line.split(",")]
        if len(hops) < self.hops or not hops:
            return None
        if self.hops:
            hops = [hops[-self.hops]]
        host, _ = self.trusted.get_trusted_client_address(",".join(hops[-MOST_HOPS:]))
        return None if parsed(host) is None else host

    def warn(self, scope: Scope, peer: str) -> None:
        """Warn once if requests come through a proxy that is not configured."""
        if RAW_FORWARDED_FOR not in [name for name, _ in scope["headers"]]:
            return
        found = parsed(peer)
        if found is None or found.is_global:
            return
        self.warned = True
        logger.warning(
            "requests come through a proxy, %s, that is not in TRUSTED_PROXIES: all its "
            "clients count as one address",
            peer,
        )


@lru_cache(MOST_PEERS)
def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """Parse an address; `None` if it is not one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@lru_cache(MOST_PEERS)
def network_of(address: str) -> str:
    """Return the key that is counted: an IPv4 address or an IPv6 /64."""
    found = parsed(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False).network_address)
    return address if found is None else str(found)


async def _nothing(*_: object) -> None:
    raise NotImplementedError
