"""The routes of each kind, and the published paths of existing frontends."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Final, NamedTuple

from fastapi import APIRouter

from api.kinds import KINDS, Kind, KindName


class Served(NamedTuple):
    """A kind's routes."""

    router: APIRouter
    """Below the kind's canonical path."""
    published: Mapping[str, APIRouter] = {}
    """Below each published path of an existing frontend."""


class Place(NamedTuple):
    """Routes, and where they are served."""

    kind: Kind
    path: str
    router: APIRouter
    documented: bool


def _served(kind: KindName) -> Served:
    routes = import_module(f"api.sessions.{kind}.routes")
    return Served(routes.router, getattr(routes, "PUBLISHED", {}))


SERVED: Final[Mapping[KindName, Served]] = {kind: _served(kind) for kind in KINDS}

ROOT: Final = "/sessions"
"""The published path that more than one frontend uses."""


def places(names: Iterable[KindName], at_root: KindName) -> list[Place]:
    """List where the kinds are served, canonical paths first.

    Args:
        names: Which kinds to serve.
        at_root: The kind served at `/sessions`, if it is one of them.

    """
    kinds = [kind for name, kind in KINDS.items() if name in set(names)]
    canonical = [Place(kind, kind.path, SERVED[kind.name].router, True) for kind in kinds]
    published = [
        Place(kind, path, router, False)
        for kind in kinds
        for path, router in SERVED[kind.name].published.items()
    ]
    root = [
        Place(kind, ROOT, SERVED[kind.name].router, False) for kind in kinds if kind.name == at_root
    ]
    return canonical + published + root
