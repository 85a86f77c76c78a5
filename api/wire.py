"""The wire to PostgREST: aiohttp's client in the hands of postgrest-py.

postgrest-py builds every request and reads every answer; it sends with an `httpx.AsyncClient`.
This is one, but what is sent to PostgREST goes straight to aiohttp: httpx makes each request ready
for redirects, cookies, proxies, authentication flows, hooks and decoders, none of which happens
here, and that costs more than twice what sending it does.
"""

import json
import ssl
from functools import cache
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, cast

import aiohttp
import httpx
from yarl import URL

LONGEST_IDLE: Final = 15.0
"""Seconds after which an unused connection is not used again: before PostgREST's end closes it."""


@cache
def certificates() -> ssl.SSLContext:
    """Whom to trust at an https address: read once, since that takes as long as many requests."""
    return httpx.create_ssl_context(trust_env=False)


class Asked(NamedTuple):
    """What an answer knows of its request."""

    headers: httpx.Headers


class Answer:
    """What postgrest-py reads of an `httpx.Response`, and nothing that takes time to make."""

    __slots__ = ("content", "headers", "request", "status_code")

    def __init__(
        self,
        status: int,
        headers: tuple[tuple[bytes, bytes], ...],
        content: bytes,
        asked: httpx.Headers,
    ) -> None:
        self.status_code = status
        self.headers = httpx.Headers(headers)
        self.content = content
        self.request = Asked(asked)

    @property
    def is_success(self) -> bool:
        """Whether the status says so."""
        return 200 <= self.status_code <= 299

    @property
    def text(self) -> str:
        """The body as text; PostgREST writes UTF-8."""
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.content)


class Wire(httpx.AsyncClient):
    """An `httpx.AsyncClient` with a short way to one address; to any other, httpx's own.

    It has no timeout of its own on the short way: whoever asks gives up, and that closes the
    connection. A POST or PATCH is never sent twice; a GET or DELETE is, when the kept connection
    was closed as it went out.

    Args:
        url: the address, as postgrest-py is given it.
        connections: how many connections to it at most.
        options: httpx's own, for requests to other addresses.

    """

    def __init__(self, url: str, *, connections: int, **options: Any) -> None:
        super().__init__(verify=certificates(), **options)
        self._origin = str(URL(url).origin())
        self._connections = connections

    async def __aenter__(self) -> Self:
        """Open the pool."""
        await super().__aenter__()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections,
                keepalive_timeout=LONGEST_IDLE,
                ssl=certificates(),
            ),
            # one caller's cookies must never go out with another's request
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close all connections."""
        await self._session.close()
        await super().__aexit__(kind, error, traceback)

    async def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        params: httpx.QueryParams | None = None,
        headers: httpx.Headers | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Send a request as postgrest-py does.

        Raises:
            httpx.TransportError: there is nobody at the address, the connection was lost, or what
                came was not HTTP.

        """
        if headers is None or not url.startswith(f"{self._origin}/"):
            return await super().request(
                method, url, content=content, params=params, headers=headers, **options
            )
        target = URL(f"{url}?{params}" if params else url, encoded=True)
        try:
            async with self._session.request(
                method, target, data=content, headers=headers, allow_redirects=False
            ) as answer:
                found = Answer(answer.status, answer.raw_headers, await answer.read(), headers)
        except (aiohttp.ClientError, ValueError) as error:
            # without its message, which may hold the request's address
            raise httpx.TransportError(type(error).__name__) from None
        # all that postgrest-py reads of it is there
        return cast("httpx.Response", found)
