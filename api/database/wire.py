"""HTTP requests to PostgREST, sent with aiohttp's client.

postgrest-py itself would send with httpx, which prepares each request for redirects, cookies,
proxies, authentication flows, hooks and decoders. None of these is needed here, and preparing for
them costs more than twice as much as sending.
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
    """Read the trusted certificates, once: reading them takes as long as many requests."""
    return httpx.create_ssl_context(trust_env=False)


class Answer(NamedTuple):
    """A response."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is a success."""
        return 200 <= self.status <= 299


async def once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a DELETE again: the first one may have been executed."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:  # nothing was sent
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise NoAnswerError(type(error).__name__) from None


ONCE: Final = (once,)


class Wire:
    """A pool of connections, first come first served.

    Abandoning a request closes its connection. A write is never sent twice; a GET is, if the
    connection was closed while it was being sent.

    Args:
        connections: how many at most.

    """

    def __init__(self, connections: int) -> None:
        self._places = asyncio.Semaphore(connections)

    async def __aenter__(self) -> Self:
        """Open the pool."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # by the semaphore: a request that waits there has sent nothing
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
        """Send a request to an already quoted URL, and wait until `deadline`.

        Raises:
            NotSentError: nothing was sent: the server is unreachable, or no connection became free
                in time.
            NoAnswerError: something may have been sent. The text of both errors names the kind of
                failure and never contains the URL.

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
                    middlewares=ONCE if method == "DELETE" else None,
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
