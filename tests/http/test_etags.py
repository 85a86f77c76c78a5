import pytest

from api.errors import ApiError
from api.http.etags import Versions, entity_tag


def tag(version: str, text: str = "x") -> str:
    return entity_tag(version, text.encode())


class TestEntityTag:
    def test_names_version_and_representation(self) -> None:
        assert tag("1a") == tag("1a")
        assert len({tag("1a"), tag("1b"), tag("1a", "y")}) == 3


class TestVersions:
    @pytest.mark.parametrize(
        ("conditions", "matching"),
        [
            ([], True),
            (["*"], True),
            ([tag("1a")], True),
            ([tag("1a", "by somebody else, at another time")], True),
            ([f"{tag('1b')} ,\t{tag('1a')}"], True),
            ([tag("1b"), tag("1a")], True),
            ([f"W/{tag('1b')}, {tag('1a')}"], True),
            ([tag("1b")], False),
            ([f"W/{tag('1a')}"], False),  # the comparison is strong
            ([f"*, {tag('1b')}"], False),
            ([tag("1a").strip('"')], False),
            (['"1a"'], False),
            (['"*"'], False),
            ([""], False),
            ([","], False),
            (["x" * 8_000], False),
        ],
    )
    def test_conditions(self, conditions: list[str], *, matching: bool) -> None:
        versions = Versions(conditions)
        if matching:
            versions.check("1a")
            return
        with pytest.raises(ApiError) as caught:
            versions.check("1a")
        assert (caught.value.code, caught.value.status) == ("PRECONDITION_FAILED", 412)
