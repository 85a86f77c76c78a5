"""Chooses the backend."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.database.backend import Backend
from api.database.direct import Direct
from api.database.rest import Rest
from api.database.wire import Wire
from api.settings import Settings


@asynccontextmanager
async def open_backend(settings: Settings) -> AsyncIterator[Backend]:
    """Open the backend that the settings choose: a direct connection, or PostgREST."""
    if settings.api_database_url is not None:
        async with Direct(settings) as direct:
            yield direct
    else:
        async with Wire(settings.database_connections) as wire:
            yield Rest(settings, wire)
