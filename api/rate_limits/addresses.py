"""Which address a request comes from."""

import logging
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

logger = logging.getLogger(__name__)

Network = IPv4Network | IPv6Network

MOST_HOPS: Final = 20


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
        if "x-forwarded-for" not in Headers(scope=scope):
            return
        found = parsed(peer)
        if found is None or found.is_global:
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
