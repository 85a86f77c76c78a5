"""The score, by module: of the mutants that are not equivalent, how many a test notices."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from tests.python_mutants.found import Change, Mutant, is_wording

LEAST_PERCENT: Final = 95
FATES: Final = ("noticed", "survived", "wording", "equivalent")


def fate(mutant: Mutant, equivalent: Collection[Change]) -> str:
    """Return one of `FATES`. What was not tried, or has no test, has survived."""
    if mutant.is_noticed:
        return "noticed"
    if mutant.change in equivalent:
        return "equivalent"
    return "wording" if is_wording(mutant.change) else "survived"


def report(mutants: Sequence[Mutant], equivalent: Collection[Change]) -> tuple[list[str], bool]:
    """Return the lines to print, and whether the score is high enough and no equivalent is stale.

    Args:
        mutants: all that were made.
        equivalent: the changes that are listed as equivalent. One that a test notices, or that is
            no longer made, is stale.

    """
    fates = [(mutant, fate(mutant, equivalent)) for mutant in mutants]
    survivors = [mutant.change for mutant, its in fates if its == "survived"]
    counted = sum(its in ("noticed", "survived") for _, its in fates)
    noticed = counted - len(survivors)
    stale = set(equivalent) - {mutant.change for mutant, its in fates if its == "equivalent"}
    percent = noticed * 1000 // max(counted, 1) / 10  # not 100 before all are
    return [
        *(f"SURVIVED: {change}" for change in survivors),
        *(f"NOT EQUIVALENT: {change}" for change in sorted(stale)),
        *_table(fates),
        f"{noticed} of {counted} mutants noticed ({percent}%)",
    ], counted > 0 and percent >= LEAST_PERCENT and not stale


def _table(fates: list[tuple[Mutant, str]]) -> Iterator[str]:
    counts = Counter((mutant.change.module, its) for mutant, its in fates)
    yield f"{'module':36}" + "".join(f"{name:>12}" for name in FATES)
    for module in dict.fromkeys(mutant.change.module for mutant, _ in fates):
        yield f"{module:36}" + "".join(f"{counts[module, name]:>12}" for name in FATES)
