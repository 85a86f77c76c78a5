"""The status flow, as a table: every pair."""

from typing import get_args

import pytest

from api.errors import ApiError
from api.sessions.study.rules import Status, move

STATUSES: tuple[Status, ...] = get_args(Status)
ALLOWED = {
    ("UPLOADING", "PROCESSING"),
    ("PROCESSING", "PLANNING"),
    ("PLANNING", "READY"),
    ("UPLOADING", "FAILED"),
    ("PROCESSING", "FAILED"),
    ("PLANNING", "FAILED"),
    ("READY", "FAILED"),
}


@pytest.mark.parametrize("current", STATUSES)
@pytest.mark.parametrize("wanted", STATUSES)
def test_move(current: Status, wanted: Status) -> None:
    if current == wanted or (current, wanted) in ALLOWED:
        move(current, wanted)
    else:
        with pytest.raises(ApiError) as refused:
            move(current, wanted)
        assert refused.value.code == "INVALID_TRANSITION"
        assert refused.value.field == "status"
        assert f"from {current} to {wanted}" in refused.value.message
