"""Chooses the backend, and opens every database that the API serves."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from api.database.backend import Backend
from api.database.caller import Upstream
from api.database.cells import Cells, Databases
from api.database.direct import Direct
from api.database.replicas import Replicated
from api.database.rest import Rest
from api.database.wire import Wire
from api.settings import Settings


@asynccontextmanager
async def open_backend(settings: Settings) -> AsyncIterator[Backend]:
    """Open the backend that the settings choose: direct connections, or PostgREST."""
    if settings.replica_urls:
        async with Replicated(settings) as replicated:
            yield replicated
    elif settings.api_database_url is not None:
        async with Direct(settings, settings.api_database_url.get_secret_value()) as direct:
            yield direct
    else:
        async with Wire(settings.database_connections) as wire:
            yield Rest(settings, wire)


@asynccontextmanager
async def open_databases(settings: Settings) -> AsyncIterator[Databases]:
    """Open the project's database, or with `CELLS` that of each cell."""
    async with AsyncExitStack() as stack:
        if not settings.cells:
            yield Upstream(settings, await stack.enter_async_context(open_backend(settings)))
            return
        cells = {}
        for name in settings.cells:
            of_cell = settings.of_cell(name)
            backend = await stack.enter_async_context(open_backend(of_cell))
            cells[name] = Upstream(of_cell, backend)
        yield Cells(cells)
