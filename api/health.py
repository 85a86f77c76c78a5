"""Is the process alive, and can it serve: for load balancers and orchestrators."""

import logging

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.database.refusals import DatabaseError
from api.errors import unavailable
from api.http.error_schemas import responses
from api.operations import HEALTHZ, READYZ, does
from api.state import state

logger = logging.getLogger(__name__)
router = APIRouter(tags=["health"])


class Health(BaseModel):
    """All is well; anything else is an error."""

    status: str = Field(examples=["ok"])


@router.get(HEALTHZ)
@does("read")
async def healthz() -> Health:
    """Tell that the process answers. It says nothing of the database: see `/readyz`."""
    return Health(status="ok")


@router.get(READYZ, responses=responses("DATABASE_UNAVAILABLE"))
@does("read")
async def readyz(request: Request) -> Health:
    """Tell whether requests can be served."""
    try:
        await state(request)["upstream"].check()
    except DatabaseError as error:
        logger.error("the database refuses the API: %s", error)  # noqa: TRY400 - nothing to trace
        raise unavailable() from None
    return Health(status="ok")
