"""Is the process alive, and can it serve: for load balancers and orchestrators."""

import logging
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api import errors
from api.database.refusals import DatabaseError
from api.errors import unavailable

if TYPE_CHECKING:
    from api.database.caller import Upstream

logger = logging.getLogger(__name__)
router = APIRouter(tags=["health"])

EXEMPT: Final = frozenset({"/healthz"})
"""What no limit refuses: a probe that is refused gets the process killed."""


class Health(BaseModel):
    """All is well; anything else is an error."""

    status: str = Field(examples=["ok"])


@router.get("/healthz")
async def healthz() -> Health:
    """Tell that the process answers. It says nothing of the database: see `/readyz`."""
    return Health(status="ok")


@router.get("/readyz", responses=errors.responses("DATABASE_UNAVAILABLE"))
async def readyz(request: Request) -> Health:
    """Tell whether requests can be served."""
    upstream: Upstream = request.app.state.upstream
    try:
        await upstream.check()
    except DatabaseError as error:
        logger.error("the database refuses the API: %s", error)  # noqa: TRY400 - nothing to trace
        raise unavailable() from None
    return Health(status="ok")
