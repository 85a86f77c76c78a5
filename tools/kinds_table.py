"""README's table of kinds, from the list of kinds and their routes."""

from itertools import groupby
from typing import Final

from fastapi.routing import APIRoute

from api.kinds import KINDS, Kind
from api.sessions.registry import SERVED
from local.migrations import PROJECT

README: Final = PROJECT / "README.md"
_MARK: Final = "<!-- kinds: written by `make types` -->\n"


def _endpoints(kind: Kind) -> str:
    routes = [it for it in SERVED[kind.name].router.routes if isinstance(it, APIRoute)]
    written = []
    for path, same in groupby(routes, key=lambda route: route.path):
        methods = ", ".join(method for route in same for method in sorted(route.methods or ()))
        place = f"…{path}" if path else kind.path
        written.append(f"`{methods} {place}`".replace("{session_id}", "{id}"))
    return " · ".join(written)


def table() -> str:
    """Return the table in Markdown, a row for each kind."""
    rows = [f"| {kind.name} | {_endpoints(kind)} | {kind.rules} |" for kind in KINDS.values()]
    return "\n".join(["| | endpoints | rules |", "|---|---|---|", *rows])


def written(page: str) -> str:
    """Return README's text with the table of today's kinds."""
    before, after = page.split(_MARK)
    _, rest = after.split("\n\n", 1)
    return f"{before}{_MARK}{table()}\n\n{rest}"
