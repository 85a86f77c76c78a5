"""The tutorials' form, mended: one HTTP client for the process. All else is as there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from postgrest import AsyncPostgrestClient

from benchmarks.contenders import tutorial
from benchmarks.contenders.auth import CurrentUser, writing_token


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the one client."""
    async with httpx.AsyncClient(timeout=5) as http:
        app.state.http = http
        yield


async def reading_client(request: Request, user: CurrentUser) -> AsyncPostgrestClient:
    """Make the request's client for reading, on the shared connections."""
    return tutorial.client_for(user.token, request.app.state.http)


async def writing_client(request: Request, user: CurrentUser) -> AsyncPostgrestClient:
    """Make the request's client for writing, on the shared connections."""
    return tutorial.client_for(writing_token(user.id), request.app.state.http)


app = FastAPI(lifespan=lifespan)
app.include_router(tutorial.app.router)
app.dependency_overrides[tutorial.reading_client] = reading_client
app.dependency_overrides[tutorial.writing_client] = writing_client
