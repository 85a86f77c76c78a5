"""The mutation score, and what is printed about it."""

from collections import Counter
from collections.abc import Iterator

from tests.policies.mutants.runner import BEHAVIOUR, CATALOG, STILLBORN, SURVIVED, Result


def _table(alive: list[Result]) -> Iterator[str]:
    fates = Counter((result.mutant.kind, result.fate) for result in alive)
    yield f"{'kind':38}{'mutants':>8}{'behaviour':>11}{'catalog':>9}{'survived':>10}"
    for kind in dict.fromkeys(result.mutant.kind for result in alive):
        counts = [fates[kind, fate] for fate in (BEHAVIOUR, CATALOG, SURVIVED)]
        yield "{:38}{:>8}{:>11}{:>9}{:>10}".format(kind, sum(counts), *counts)


def report(results: list[Result], seconds: float) -> tuple[list[str], bool]:
    """Sum up.

    Args:
        results: of every mutant.
        seconds: how long it took.

    Returns:
        What to print, and whether every mutant is dead.

    """
    alive = [result for result in results if result.fate != STILLBORN]
    survivors = sorted(str(result.mutant) for result in alive if result.fate == SURVIVED)
    killed = len(alive) - len(survivors)
    percent = killed * 1000 // max(len(alive), 1) / 10  # not 100 before all are
    return [
        *_table(alive),
        *(f"SURVIVED: {name}" for name in survivors),
        f"{len(results) - len(alive)} more changes are no mutants: Postgres refuses them",
        f"{killed} of {len(alive)} mutants killed ({percent}%) in {seconds:.0f} s",
    ], not survivors
