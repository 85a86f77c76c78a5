"""The score can be bad: what makes it so, and what does not count."""

import pytest

from tests.python_mutants.equivalents import equivalents
from tests.python_mutants.found import Change, Mutant, is_wording
from tests.python_mutants.report import report


def change(old: str, new: str) -> Change:
    return Change("api/rules.py", "allowed", old, new)


NEVER_SEEN = change("x = None", 'x = ""')
KILLED = Mutant(change("a < b", "a <= b"), "killed")
ENDLESS = Mutant(change("a += 1", "a -= 1"), "timeout")


class TestReport:
    def test_well(self) -> None:
        lines, is_well = report([KILLED, ENDLESS, Mutant(NEVER_SEEN, "survived")], {NEVER_SEEN})
        assert is_well
        assert lines[-1] == "2 of 2 mutants noticed (100.0%)"

    @pytest.mark.parametrize("fate", ["survived", "no tests", "not checked", "suspicious"])
    def test_a_survivor(self, fate: str) -> None:
        lines, is_well = report([KILLED, Mutant(change("a", "None"), fate)], set())
        assert not is_well
        assert lines[0] == "SURVIVED: api/rules.py allowed\n  - a\n  + None"

    @pytest.mark.parametrize(("killed", "well"), [(19, True), (18, False)])
    def test_the_least(self, killed: int, *, well: bool) -> None:
        _, is_well = report([KILLED] * killed + [Mutant(NEVER_SEEN, "survived")], set())
        assert is_well is well

    @pytest.mark.parametrize("mutants", [[KILLED], [KILLED, Mutant(NEVER_SEEN, "killed")]])
    def test_not_equivalent_after_all(self, mutants: list[Mutant]) -> None:
        lines, is_well = report(mutants, {NEVER_SEEN})
        assert not is_well
        assert lines[0].startswith("NOT EQUIVALENT: api/rules.py allowed")

    def test_nothing_tried(self) -> None:
        assert not report([], set())[1]


class TestWording:
    @pytest.mark.parametrize(
        ("old", "new", "wording"),
        [
            ('error("Not this time.")', 'error("XXNot this time.XX")', True),
            ('error("Not this time.")', 'error("not this time.")', True),
            ('error("Not this time.")', "error(None)", False),
            ('error("NOT_FOUND")', 'error("not_found")', False),
            ('error("NOT_FOUND", "Not this time.")', 'error("not_found", "Not this time.")', False),
            (r'match(r"\d [Tt ]")', r'match(r"XX\d [Tt ]XX")', False),
            ("a or b", "a and b", False),
        ],
    )
    def test_is_wording(self, old: str, new: str, *, wording: bool) -> None:
        assert is_wording(change(old, new)) is wording


def test_every_equivalent_has_its_reason_and_its_code() -> None:
    for each, why in equivalents().items():
        assert len(why.split()) > 3, each
        with open(each.module) as source:
            lines = [line.strip() for line in source]
        assert all(line in lines for line in each.old.split("\n")), f"no longer there: {each}"
