"""Limits per address, and the headers that tell every client its limit."""

from collections.abc import Awaitable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.error_handlers import render
from api.http.responder import Reply
from api.identity.auth import UNVERIFIED
from api.operations import is_probe
from api.rate_limits.addresses import Addresses
from api.rate_limits.users import COUNT, Limits

ADDRESS: Final = "session_api.address"
"""The scope's key for the client's address. It is never logged."""


class AddressLimits:
    """ASGI middleware: refuses an address that sends too many requests, before any other work.

    Preflights count like other requests. Probes do not.
    """

    def __init__(self, app: ASGIApp, *, limits: Limits, addresses: Addresses) -> None:
        self.app = app
        self.limits = limits
        self.rate = limits.rates["address"]
        self.addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.limits.enabled and not is_probe(scope):
            address = scope[ADDRESS] = self.addresses.of(scope)
            found = await self.limits.addresses.hit(self.rate, address, told=False)
            if found is not None and not found.allowed:
                raise found.refusal()
        await self.app(scope, receive, send)


class LimitHeaders:
    """Step: adds the state of the user's limit, or of the address's if there is no user.

    Authentication is counted when it fails: a client that keeps sending a bad token gets 429
    instead of 401, and others behind the same address are not affected. A token whose key cannot be
    looked up counts too, since a forged token can name any key.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.by_address = limits.rates["address"]
        self.by_failure = limits.rates["failed_auth"]

    def __call__(self, reply: Reply, scope: Scope) -> Awaitable[None] | None:
        address: str | None = scope.get(ADDRESS)
        if address is None or reply.status == 429:  # that answer has its own headers
            return None
        count = scope.get(COUNT)
        if reply.status == 401 or count is None:
            return self.ask(reply, scope, address)
        reply.headers += count.headers()
        return None

    async def ask(self, reply: Reply, scope: Scope, address: str) -> None:
        """Count a failed authentication; add the state of the address's limit."""
        if reply.status == 401 or UNVERIFIED in scope:
            failed = await self.limits.addresses.hit(self.by_failure, address, told=False)
            if failed is not None and not failed.allowed:
                reply.replace(render(failed.refusal()))
                return
        count = scope.get(COUNT) or await self.limits.addresses.look(self.by_address, address)
        if count is not None:
            reply.headers += count.headers()
