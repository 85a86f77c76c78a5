"""Any token: it is a valid one, or 401."""

import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.identity.door import (
    OTHER_SECRET,
    REFUSED,
    USER,
    Door,
    by_key,
    by_secret,
    claims,
    encoded,
    forged,
    untimed,
)


class TestFuzz:
    @untimed
    @given(st.binary())
    def test_any_bytes(self, door: Door, value: bytes) -> None:
        assert door.knock((b"authorization", value)) == REFUSED
        assert door.knock((b"authorization", b"Bearer " + value)) == REFUSED

    @untimed
    @given(st.lists(st.binary(max_size=40), min_size=1, max_size=5), st.binary(max_size=3))
    def test_any_segments(self, door: Door, segments: list[bytes], end: bytes) -> None:
        token = ".".join(map(encoded, segments)).encode() + end
        assert door.knock((b"authorization", b"Bearer " + token)) == REFUSED

    @untimed
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ).flatmap(
            lambda value: st.fixed_dictionaries(
                {},
                optional={
                    name: st.just(value)
                    | st.sampled_from(["HS256", "ES256", "ec-1", "none", "JWT"])
                    for name in ("alg", "kid", "typ", "crit", "b64", "jku", "jwk")
                },
            )
        )
    )
    def test_any_header(self, door: Door, header: dict[str, Any]) -> None:
        token = forged(header, OTHER_SECRET.encode())
        assert door.bearer(token) == REFUSED
        # with the right secret, HS256 is the one way in
        found = door.bearer(forged(header))
        assert found == REFUSED or (found == USER and header["alg"] == "HS256")

    @untimed
    @given(
        st.dictionaries(
            st.sampled_from(["exp", "nbf", "iat", "sub", "aud", "role", "iss", "jti", "amr"]),
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text()
            | st.lists(st.text(), max_size=2)
            | st.sampled_from(["authenticated", str(USER), int(time.time()) + 600]),
        )
    )
    def test_any_claims(self, door: Door, changes: dict[str, Any]) -> None:
        payload = {**claims(), **changes}
        found = door.bearer(forged({"alg": "HS256"}, payload=payload))
        if found != REFUSED:
            assert str(found) == payload["sub"].lower()
            assert payload["role"] == "authenticated"
            assert payload["aud"] in ("authenticated", ["authenticated"])
            assert int(payload["exp"]) > time.time() - 10

    @untimed
    @given(st.data())
    def test_any_change_to_a_valid_token(self, door: Door, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from([by_secret, by_key]))(email="")
        at = data.draw(st.integers(0, len(token) - 1))
        changed = token[:at] + data.draw(st.characters(codec="ascii")) + token[at + 1 :]
        if changed != token:
            assert door.bearer(changed) == REFUSED
