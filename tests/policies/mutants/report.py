"""The score."""

from collections import Counter
from collections.abc import Iterator

from tests.policies.mutants.runner import BEHAVIOUR, CATALOG, STILLBORN, SURVIVED, Result


def _table(alive: list[Result]) -> Iterator[str]:
    fates = Counter((result.mutant.kind, result.fate) for result in alive)
    yield f"{'kind':38}{'mutants':>8}{'behaviour':>11}{'catalog':>9}{'survived':>10}"
    for kind in dict.fromkeys(result.mutant.kind for result in alive):
        counts = [fates[kind, fate] for fate in (BEHAVIOUR, CATALOG, SURVIVED)]
        yield "{:38}{:>8}{:>11}{:>9}{:>10}".format(kind, sum(counts), *counts)


def report(
    results: list[Result], equivalent: dict[str, str], seconds: float
) -> tuple[list[str], bool]:
    """Sum up.

    Args:
        results: of every mutant.
        equivalent: the mutants that have to survive, each with the reason.
        seconds: how long it took.

    Returns:
        What to print, and whether all is well: every other mutant is dead, and no equivalent one.

    """
    alive = [result for result in results if result.fate != STILLBORN]
    survivors = {str(result.mutant) for result in alive if result.fate == SURVIVED}
    missed = sorted(survivors - equivalent.keys())
    wrong = sorted(equivalent.keys() - survivors)
    killed = len(alive) - len(survivors)
    judged = killed + len(missed)
    percent = killed * 1000 // max(judged, 1) / 10  # not 100 before all are
    return [
        *_table(alive),
        *(f"equivalent: {name}\n    {reason}" for name, reason in equivalent.items()),
        *(f"NOT EQUIVALENT, killed or gone: {name}" for name in wrong),
        *(f"SURVIVED: {name}" for name in missed),
        f"{len(results) - len(alive)} more changes are no mutants: Postgres refuses them",
        f"{killed} of {judged} mutants killed ({percent}%), "
        f"{len(survivors) - len(missed)} equivalent, in {seconds:.0f} s",
    ], not missed and not wrong
