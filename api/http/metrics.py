"""`/metrics`, for Prometheus and anyone with the token."""

import hmac

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.errors import ApiError
from api.http.state import state
from api.observability.metrics import exposition
from api.operations import METRICS, does

router = APIRouter(include_in_schema=False)


@router.get(METRICS)
@does("read")
async def metrics(request: Request) -> Response:
    """Return the metrics in Prometheus's format.

    Raises:
        ApiError: `NOT_FOUND` if `METRICS_TOKEN` is not set, so that nothing is public by accident;
            `NOT_AUTHENTICATED` for a wrong token.

    """
    expected = state(request)["settings"].metrics_token
    if expected is None:
        raise ApiError("NOT_FOUND")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(
        token.strip().encode(), expected.get_secret_value().encode()
    ):
        raise ApiError("NOT_AUTHENTICATED", "Send METRICS_TOKEN as the bearer token.")
    return Response(exposition(), media_type=CONTENT_TYPE_LATEST)
