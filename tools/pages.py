"""What `make types` writes into README and docs/proof.md: the table of kinds, and counts."""

import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Final

from fastapi.routing import APIRoute

from api.kinds import KINDS, Kind
from api.sessions.registry import SERVED
from local.migrations import PROJECT
from tests.policies.cells import ROLES, matrix_lines, steps

README: Final = PROJECT / "README.md"
PROOF: Final = PROJECT / "docs" / "proof.md"
_MARK: Final = "<!-- kinds: written by `make types` -->\n"


def _endpoints(kind: Kind) -> str:
    routes = [it for it in SERVED[kind.name].router.routes if isinstance(it, APIRoute)]
    written = []
    for path, same in groupby(routes, key=lambda route: route.path):
        methods = ", ".join(method for route in same for method in sorted(route.methods or ()))
        place = f"…{path}" if path else kind.path
        written.append(f"`{methods} {place}`".replace("{session_id}", "{id}"))
    return " · ".join(written)


def with_kinds(page: str) -> str:
    """Return README's text with the table of today's kinds, a row for each."""
    rows = [f"| {kind.name} | {_endpoints(kind)} | {kind.rules} |" for kind in KINDS.values()]
    table = "\n".join(["| | endpoints | rules |", "|---|---|---|", *rows])
    before, after = page.split(_MARK)
    _, rest = after.split("\n\n", 1)
    return f"{before}{_MARK}{table}\n\n{rest}"


def with_counts(page: str, pgtap: Mapping[Path, str]) -> str:
    """Return docs/proof.md's text with today's counts of cells, statements and assertions.

    Args:
        page: the text.
        pgtap: the pgTAP files, each with its plan.

    Raises:
        ValueError: the page no longer has one of the phrases around a count.

    """
    cells = [(line, index) for line in matrix_lines() for index in range(len(ROLES))]
    plans = re.findall(r"select plan\((\d+)\)", "".join(pgtap.values()))
    for phrase, count in (
        ("# cells", len(cells)),
        ("tried in # statements", sum(len(steps(*cell)) for cell in cells)),
        ("pgTAP, # assertions", sum(map(int, plans))),
    ):
        page, found = re.subn(
            phrase.replace("#", r"[\d,]+"), phrase.replace("#", f"{count:,}"), page
        )
        if found != 1:
            raise ValueError(f"docs/proof.md must say {phrase!r} once")
    return page


def with_mutants(page: str, count: int) -> str:
    """Return docs/proof.md's text with how many mutants there are, in hundreds."""
    hundreds = f"in more than {count // 100 * 100:,} ways"
    return re.sub(r"in more than [\d,]+ ways", hundreds, page)
