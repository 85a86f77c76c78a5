"""Literals that direct connections write: whatever text is in the claims, it stays a text."""

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.database.transaction import act_as, literal
from api.identity.caller import Caller
from tests.actors import Sql

untimed = settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


class TestLiteral:
    """Claims are hostile text: whatever is in them, the statement around them stays as it is."""

    @untimed
    @given(claims=st.dictionaries(st.text(), hostile))
    def test_is_read_as_it_was(self, sql: Sql, claims: dict[str, Any]) -> None:
        for setting in ("on", "off"):
            sql.execute("select set_config('standard_conforming_strings', %s, false)", [setting])
            found = sql.execute(f"select {literal(claims)}, 1".encode()).fetchone()
            assert found is not None
            assert (json.loads(found[0]), found[1]) == (claims, 1)
        sql.execute("reset standard_conforming_strings")

    @pytest.mark.parametrize(
        "text",
        [
            "'",
            "''",
            "\\'",
            "\\\\'",
            "';drop table x;--",
            "$1",
            "%s",
            "\x00",
            "\ud800",
            "\u2019",
            "\n",
        ],
    )
    def test_ends_nowhere_before_its_end(self, text: str) -> None:
        written = literal({text: text})
        assert written.isascii()
        assert written.isprintable()
        assert written.count("'") == 2
        assert "\\" not in written.replace("\\\\", "")

    def test_a_claim_takes_the_place_of_none_of_ours(self) -> None:
        user_id = uuid4()
        forged = {"sub": str(uuid4()), "role": "postgres", "aal": "aal2"}
        words = act_as(Caller(user_id, json.dumps(forged)))
        assert str(user_id) in words
        assert "set local role session_api;" in words
        assert "postgres" not in words
        assert "aal2" in words
