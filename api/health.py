"""Liveness and readiness probes, for load balancers and orchestrators."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.errors import ApiError
from api.http.error_schemas import responses
from api.http.state import State, state
from api.operations import HEALTHZ, READYZ, does

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The answer of a successful probe; anything else is an error."""

    status: str = Field(examples=["ok"])


@router.get(HEALTHZ, responses=responses("PAYLOAD_TOO_LARGE"))
@does("read")
async def healthz() -> Health:
    """Report that the process is alive. It does not check the database: see `/readyz`."""
    return Health(status="ok")


@router.get(READYZ, responses=responses("PAYLOAD_TOO_LARGE", "NOT_READY", "DATABASE_UNAVAILABLE"))
@does("read")
async def readyz(request: Request) -> Health:
    """Report whether requests can be served. The answer is cached for a second."""
    process = state(request)
    await process["readiness"].check(lambda: can_serve(process))
    return Health(status="ok")


async def can_serve(process: State) -> None:
    """Raise unless users can be verified and the database answers and accepts the API."""
    if not await process["authenticator"].can_verify():
        raise ApiError("NOT_READY", "The keys that verify users' tokens could not be fetched.")
    await process["databases"].check()
