"""Which status a study session may change to. Pure."""

from collections.abc import Mapping
from typing import Final, Literal

from api.errors import ApiError

Status = Literal["UPLOADING", "PROCESSING", "PLANNING", "READY", "FAILED"]

NEXT: Final[Mapping[Status, Status]] = {
    "UPLOADING": "PROCESSING",
    "PROCESSING": "PLANNING",
    "PLANNING": "READY",
}


def move(current: Status, wanted: Status) -> None:
    """Allow a status to stay, to advance to the next step, or to fail; `FAILED` is final.

    Raises:
        ApiError: `INVALID_TRANSITION`.

    """
    if wanted in (current, "FAILED") or NEXT.get(current) == wanted:
        return
    message = f"The status cannot change from {current} to {wanted}."
    raise ApiError("INVALID_TRANSITION", message, field="status")
