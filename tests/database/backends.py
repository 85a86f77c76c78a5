"""The two backends, in the process of the test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from api.database.backend import Backend, NoAnswerError, Row
from api.database.direct import Direct
from api.database.query import Query
from api.database.refusals import ConstraintError, DatabaseError
from api.database.rest import Rest
from api.database.wire import Wire
from api.errors import ApiError
from api.identity.caller import Caller
from api.settings import Settings
from local.migrations import login_url
from local.project import Project
from local.server import api_settings

SECONDS = 10.0

Story = Callable[[Direct], Awaitable[None]]


def settings_for(project: Project, **overrides: Any) -> Settings:
    """The API's settings on this project, by direct connections."""
    named = {name.lower(): value for name, value in api_settings(project).items() if value}
    return Settings(
        _env_file=None,
        **({**named, "api_database_url": login_url(project.database_url)} | overrides),
    )


@asynccontextmanager
async def direct(project: Project, **overrides: Any) -> AsyncIterator[Direct]:
    """The backend of direct connections."""
    settings = settings_for(project, **overrides)
    assert settings.api_database_url is not None
    async with Direct(settings, settings.api_database_url.get_secret_value()) as backend:
        yield backend


@asynccontextmanager
async def both(project: Project) -> AsyncIterator[tuple[Rest, Direct]]:
    """Both backends."""
    settings = settings_for(project)
    async with Wire(4) as wire, direct(project) as backend:
        yield Rest(settings, wire), backend


def tell(project: Project, story: Story, **overrides: Any) -> None:
    """Run a test's story with the backend of direct connections."""

    async def run() -> None:
        async with asyncio.timeout(60), direct(project, **overrides) as backend:
            await story(backend)
        await asyncio.sleep(0.05)  # a TLS connection that failed is closed in later turns

    asyncio.run(run())


def soon(seconds: float = SECONDS) -> float:
    """A deadline, so many seconds from now."""
    return asyncio.get_running_loop().time() + seconds


async def outcome(backend: Backend, query: Query, user_id: UUID) -> tuple[Any, ...]:
    """What a query gives, in words that do not depend on the backend."""
    try:
        found = await backend.run(query, Caller(user_id), soon())
    except ApiError as error:
        return ("refused", error.code)
    except ConstraintError as error:
        return ("refused", error.code, error.name)
    except DatabaseError as error:
        return ("refused", error.code)
    except NoAnswerError as error:
        return ("no answer", str(error))
    rows = plain(found.rows)
    return ("rows", rows if query.shape.order else sorted(rows, key=repr), found.total)


def plain(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows as both backends give them: ids and times as one kind of text."""
    return [{name: plain_value(value) for name, value in row.items()} for row in rows]


def plain_value(value: Any) -> Any:
    """A value as text, where it is an id or a time."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and len(value) > 18 and value[4:5] == "-" and value[10:11] == "T":
        value = datetime.fromisoformat(value)
    return value.timestamp() if isinstance(value, datetime) else value
