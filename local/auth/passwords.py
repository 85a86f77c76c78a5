"""Passwords: hashed off the event loop, a bounded number, in the same time for everybody."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt
from cachetools import TTLCache

from local.auth.body import LONGEST_PASSWORD
from local.auth.errors import too_many

T = TypeVar("T")

_COST = 10  # GoTrue's
_THREADS = 2
_MOST_WAITING = 32
_MOST_FAILURES = 20
_FAILURES_SECONDS = 300
_MOST_ACCOUNTS = 10_000
# of a password that was thrown away
_NOBODYS = "$2a$10$Kdo6lO27YzxSuoOGGwVIy.lHnrfjLwZUYV6fT1V0emGurDjkpjPhu"


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, "bcrypt")
        self._waiting = 0
        # a count in a list: to add to it does not prolong its life
        self._failures: TTLCache[str, list[int]] = TTLCache(_MOST_ACCOUNTS, _FAILURES_SECONDS)

    async def hash(self, password: str) -> str:
        """Return what is stored of a password.

        Raises:
            AuthError: 429, too many others are being hashed.

        """
        return (await self._run(_hash, password)).decode()

    async def matches(self, account: str, password: str, stored: str | None) -> bool:
        """Say whether a password is an account's.

        Args:
            account: whose failures are counted.
            password: what was sent.
            stored: the account's hash; `None` takes as long, and never matches.

        Raises:
            AuthError: 429, too many wrong passwords for this account, or too many checks at once.

        """
        failures = self._failures.setdefault(account, [0])
        if failures[0] >= _MOST_FAILURES:
            raise too_many("Too many wrong passwords. Try again in five minutes.")
        failures[0] += 1  # before the check, so that many at once are counted
        if await self._run(_matches, password, stored or _NOBODYS) and stored:
            self._failures.pop(account, None)
            return True
        return False

    async def is_same(self, password: str, stored: str | None) -> bool:
        """Say whether a new password is the old one; counts nothing."""
        return stored is not None and await self._run(_matches, password, stored)

    async def _run(self, work: Callable[..., T], *args: str) -> T:
        if self._waiting >= _MOST_WAITING:
            raise too_many("Too many sign-ins at once. Try again in a second.")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, *args)
        finally:
            self._waiting -= 1


def _hash(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(_COST, b"2a"))


def _matches(password: str, stored: str) -> bool:
    sent = password.encode()
    try:
        # what is too long for bcrypt is nobody's, and takes as long to refuse
        return bcrypt.checkpw(sent[:LONGEST_PASSWORD], stored.encode()) and (
            len(sent) <= LONGEST_PASSWORD
        )
    except ValueError:  # what is stored is no hash
        return False
