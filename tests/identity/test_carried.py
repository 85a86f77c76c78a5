"""The claims that are passed on, and the one that names a cell."""

import json
from typing import Any

import pytest

from api.identity.claims import MOST_BYTES, OURS, carried, cell_in


@pytest.mark.parametrize(
    ("claims", "path", "cell"),
    [
        ({"app_metadata": {"cell": "eu-1"}}, ("app_metadata", "cell"), "eu-1"),
        ({"cell": "eu-1"}, ("cell",), "eu-1"),
        ({"cell": "eu-1", "app_metadata": {"cell": "us-1"}}, ("cell",), "eu-1"),
        ({"cell": "eu-1"}, ("app_metadata", "cell"), ""),
        ({"cell": 1}, ("cell",), ""),
        ({"cell": ["eu-1"]}, ("cell",), ""),
        ({"cell": {"name": "eu-1"}}, ("cell",), ""),
        ({"app_metadata": None}, ("app_metadata", "cell"), ""),
        ({"app_metadata": "eu-1"}, ("app_metadata", "cell"), ""),
        ({"app_metadata": ["cell"]}, ("app_metadata", "cell"), ""),
        ({}, ("app_metadata", "cell"), ""),
        ({"cell": "eu-1"}, (), ""),
    ],
)
def test_cell(claims: dict[str, Any], path: tuple[str, ...], cell: str) -> None:
    assert cell_in(claims, path) == cell


class TestCarried:
    def test_equal_claims_are_equal_text(self) -> None:
        claims = {"session_id": "s", "aal": "aal1", "app_metadata": {"b": 1, "a": 2}, "sub": "u"}
        text = '{"aal":"aal1","app_metadata":{"a":2,"b":1},"session_id":"s"}'
        assert carried(claims) == carried(dict(reversed(claims.items()))) == text

    def test_what_our_own_token_sets_is_never_carried(self) -> None:
        claims = dict.fromkeys(OURS, "theirs")
        assert carried(claims, OURS) == ""

    def test_as_long_as_it_may_be(self) -> None:
        claims = {"aal": "x" * (MOST_BYTES - len('{"aal":""}'))}
        assert carried(claims) == json.dumps(claims, separators=(",", ":"))
        with pytest.raises(ValueError, match="too large"):
            carried({"aal": claims["aal"] + "x"})

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), "a\x00b", "\ud800"])
    def test_what_postgres_cannot_read(self, value: object) -> None:
        with pytest.raises(ValueError, match=r".+"):
            carried({"aal": value})
