"""The limits of addresses, and what every answer tells of its limit."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ApiError
from api.http.error_handlers import render
from api.operations import PROBES
from api.rate_limits.addresses import Addresses, Network
from api.rate_limits.users import COUNT, Limits


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
        if scope["type"] != "http" or not self.limits.enabled or scope["path"] in PROBES:
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
                        await render(refusal)(scope, receive, send)
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
