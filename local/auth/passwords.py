"""Passwords: hashed off the event loop, a limited number at a time, in the same time for all."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt
from cachetools import TTLCache

from local.auth.body import LONGEST_PASSWORD
from local.auth.errors import too_many

T = TypeVar("T")

_COST = 10  # as in GoTrue
_THREADS = 2
_MOST_WAITING = 32
_MOST_FAILURES = 20
_FAILURES_SECONDS = 300
_MOST_ACCOUNTS = 10_000
# the hash of a random password that nobody knows
_NOBODYS = "$2a$10$Kdo6lO27YzxSuoOGGwVIy.lHnrfjLwZUYV6fT1V0emGurDjkpjPhu"


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, "bcrypt")
        self._waiting = 0
        # the count is in a list, so that incrementing it does not extend its lifetime
        self._failures: TTLCache[str, list[int]] = TTLCache(_MOST_ACCOUNTS, _FAILURES_SECONDS)

    async def hash(self, password: str) -> str:
        """Return the hash to store for a password.

        Raises:
            AuthError: 429, too many others are being hashed.

        """
        return (await self._run(_hash, password)).decode()

    async def matches(self, account: str, password: str, stored: str | None) -> bool:
        """Return whether a password is that of an account.

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
        failures[0] += 1  # before the check, so that simultaneous attempts are counted
        if await self._run(_matches, password, stored or _NOBODYS) and stored:
            self._failures.pop(account, None)
            return True
        return False

    async def is_same(self, password: str, stored: str | None) -> bool:
        """Return whether a new password equals the old one; does not count as an attempt."""
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
        # a password too long for bcrypt cannot be anybody's; refusing it takes just as long
        return bcrypt.checkpw(sent[:LONGEST_PASSWORD], stored.encode()) and (
            len(sent) <= LONGEST_PASSWORD
        )
    except ValueError:  # the stored value is not a hash
        return False
