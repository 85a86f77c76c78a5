"""Connects to Postgres: to the first of the URL's hosts that answers and takes writes."""

import asyncio
import socket
from typing import Any, Final

import asyncpg

from api.database.backend import NoAnswerError
from api.database.pool import FAILED
from api.settings import postgres_tls as tls
from api.settings.postgres_url import PostgresUrl

HOST_SECONDS: Final = 1.0
"""How long one of several hosts may take: a machine that is gone does not even refuse."""
NOT_LET_IN: Final = {
    "08003": "the server closed the new connection: check sslcert and sslkey, if it asks for them",
    "28P01": "the user or password is wrong",
    "28000": "the server does not let this user in this way: check the user, sslmode and sslcert",
    "3D000": "the database does not exist",
    "53300": "the server has no connection left: lower API_DATABASE_CONNECTIONS",
}


class Address:
    """Where Postgres is. Remembers which of several hosts answered last."""

    def __init__(self, url: str, name: str) -> None:
        """Take a URL that the settings have checked, and the setting's name."""
        self._url = url
        self._name = name
        self._parts = PostgresUrl.read(url, name)
        self._at = 0

    async def connect(self, **options: Any) -> "asyncpg.Connection[Any]":
        """Connect to the host that answered last, else to the next one.

        Args:
            options: what asyncpg's `connect` takes.

        Raises:
            NoAnswerError: no host takes the connection. The text says why, in one line.

        """
        reasons: list[str] = []
        hosts = self._parts.hosts
        first = self._at
        for number in range(first, first + len(hosts)):
            try:
                async with asyncio.timeout(HOST_SECONDS if len(hosts) > 1 else None):
                    connection = await self._connect(*hosts[number % len(hosts)], options)
            except tls.UnusableError as error:
                reasons.append(str(error))
            except FAILED as error:
                reasons.append(self._why(error))
            except asyncio.CancelledError:
                # cancelled by the request's deadline: the next request starts with the next host
                self._at = number + 1
                raise
            else:
                self._at = number
                return connection
        raise NoAnswerError(f"{self._name}: {'; '.join(dict.fromkeys(reasons))}")

    async def _connect(
        self, host: str, port: int, options: dict[str, Any]
    ) -> "asyncpg.Connection[Any]":
        words = self._parts.words
        secured: Any = tls.context(words) or tls.mode(words)
        connection: asyncpg.Connection[Any] = await asyncpg.connect(
            self._url, host=host, port=port, ssl=secured, **options
        )
        return connection

    def _why(self, error: BaseException) -> str:
        """Say why a host did not accept, naming no part of the URL but its parameters."""
        if (reason := tls.why(error, self._parts.words)) is not None:
            return reason
        if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
            return "the server takes no writes, which target_session_attrs requires"
        if isinstance(error, asyncpg.PostgresError):
            code = error.sqlstate
            return f"{code}, {NOT_LET_IN[code]}" if code in NOT_LET_IN else code
        if isinstance(error, socket.gaierror):
            return "the host's name is not known"
        return type(error).__name__
