"""The wire to PostgREST: HTTP requests, sent by aiohttp's client.

postgrest-py itself would send with httpx, which makes each request ready for redirects, cookies,
proxies, authentication flows, hooks and decoders, none of which happens here: that costs more than
twice what sending it does.
"""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from types import TracebackType
from typing import Final, NamedTuple, Self

import aiohttp
import httpx
from yarl import URL

from api.database.backend import NoAnswerError, NotSentError
from api.observability import metrics

LONGEST_IDLE: Final = 15.0
"""Seconds after which an unused connection is not used again: before PostgREST's end closes it."""


@cache
def certificates() -> ssl.SSLContext:
    """Whom to trust at an https address: read once, since that takes as long as many requests."""
    return httpx.create_ssl_context(trust_env=False)


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status says so."""
        return 200 <= self.status <= 299


class Wire:
    """A pool of connections, first come first served.

    A request that is given up has its connection closed. A POST or PATCH is never sent twice; a GET
    or DELETE is, when the kept connection was closed as it went out.

    Args:
        connections: how many at most.

    """

    def __init__(self, connections: int) -> None:
        self._places = asyncio.Semaphore(connections)

    async def __aenter__(self) -> Self:
        """Open the pool."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # by the semaphore: who waits there has sent nothing
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
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all connections."""
        await self._session.close()

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """Send a request, to a URL that is quoted already, and wait until `deadline`.

        Raises:
            NotSentError: nothing was sent: nobody is there, or no connection was free in time.
            NoAnswerError: something may have been sent. The text of both is the kind of failure,
                and never holds the request's address.

        """
        if self._places.locked():
            await self._wait(deadline)
        else:
            await self._places.acquire()
        metrics.DATABASE_BUSY.inc()
        try:
            async with (
                asyncio.timeout_at(deadline),
                self._session.request(
                    method,
                    URL(url, encoded=True),
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                ) as answer,
            ):
                return Answer(answer.status, answer.headers, await answer.read())
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise NotSentError(type(error).__name__) from None
        except (aiohttp.ClientError, ValueError, TimeoutError) as error:
            raise NoAnswerError(type(error).__name__) from None
        finally:
            metrics.DATABASE_BUSY.dec()
            self._places.release()

    async def _wait(self, deadline: float | None) -> None:
        with metrics.DATABASE_WAITING.track_inprogress():
            try:
                async with asyncio.timeout_at(deadline):
                    await self._places.acquire()
            except TimeoutError:
                raise NotSentError("TimeoutError") from None
