"""One browser user's reads, straight from PostgREST: the most expensive that the policies allow."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from urllib.parse import quote

import psycopg
from aiohttp import ClientSession
from yarl import URL

from tests.actors import User, new_user
from tests.faults.site import Site

READERS = 10  # as many as PostgREST has connections
SECONDS = 8.0
MESSAGES, POSTINGS = 1_000, 200

# on a long text, it is still at work when the read is cancelled
PATTERN = quote(r"^(.+)(.*)(.+)(.*)(.+)(.*)(.+)\1\3\5\7$")
PATHS = (
    f"/job_postings?select=id&description=match.{PATTERN}",
    "/job_postings?select=a:description,b:description",
    "/chat_messages?select=content",
    "/chat_messages?select=a:content,b:content",
)


@asynccontextmanager
async def worst_reads(site: Site) -> AsyncIterator[None]:
    """One browser user: ten of the most expensive reads at a time, without a pause, for 8 s."""
    user = await asyncio.to_thread(owner_of_long_texts, site)
    statuses: Counter[int] = Counter()
    until = time.monotonic() + SECONDS

    async def read(http: ClientSession, first: int) -> None:
        for path in cycle(PATHS[first:] + PATHS[:first]):
            if time.monotonic() > until:
                return
            url = URL(site.stack.postgrest_url + path, encoded=True)
            statuses[await status_of(http, url)] += 1

    async with ClientSession(headers={"Authorization": f"Bearer {user.token}"}) as http:
        await asyncio.gather(*(read(http, number % len(PATHS)) for number in range(READERS)))
    # 500: cancelled by the timeout of `authenticated`
    if not statuses[500] or not statuses[200]:
        raise AssertionError(f"these reads are not the most expensive: {dict(statuses)}")
    yield


def owner_of_long_texts(site: Site) -> User:
    """A user who has stored as many and as long texts as the API takes in half an hour."""
    with psycopg.connect(site.database_url) as sql:
        user = site.signed(new_user(sql, site.stack.jwt_secret))
        sql.execute(
            "insert into public.job_postings (user_id, title, description)"
            " select %s, 'long', repeat('d', 20000) from generate_series(1, %s)",
            [user.id, POSTINGS],
        )
        sql.execute(
            "with session as (insert into public.chat_sessions (user_id, title)"
            " values (%s, 'long') returning user_id, id)"
            " insert into public.chat_messages (user_id, session_id, content)"
            " select user_id, id, repeat('c', 32000) from session, generate_series(1, %s)",
            [user.id, MESSAGES],
        )
    return user


async def status_of(http: ClientSession, url: URL) -> int:
    """Read an answer to its end, and keep nothing of it; return its status."""
    async with http.get(url) as answer:
        async for _ in answer.content.iter_any():
            pass
        return answer.status
