"""Serves routes: each directly on the application, together with what it does."""

import inspect
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api import health
from api.http import docs, metrics
from api.http.served_route import ServedRoute
from api.operations import Operation, declared
from api.sessions.registry import places
from api.settings import Settings

OPTIONS: Final = inspect.signature(APIRoute).parameters.keys() - {"path", "endpoint"}
"""All options that FastAPI has for a route."""


def serve(
    app: FastAPI,
    router: APIRouter,
    prefix: str = "",
    *,
    kind: str | None = None,
    documented: bool = True,
) -> None:
    """Serve a router's routes below `prefix`, each as a route of the application.

    `include_router` would search every included router twice per request and rebuild what its
    routes inherit, which takes a tenth of a request's time in this process.

    Raises:
        TypeError: a route does not declare what it does, or is not a FastAPI route.

    """
    for route in router.routes:
        if not isinstance(route, APIRoute):
            raise TypeError(f"{route} cannot be served: it is not a FastAPI route")
        options: dict[str, Any] = {name: getattr(route, name) for name in OPTIONS}
        options |= {
            "dependency_overrides_provider": app,
            "generate_unique_id_function": operation_id,
            "include_in_schema": documented and route.include_in_schema,
        }
        served = ServedRoute(prefix + route.path, route.endpoint, **options)
        said = declared(route.endpoint)
        served.operation = Operation(served.path_format, kind, said.action, said.event)
        app.router.routes.append(served)


def serve_all(app: FastAPI, settings: Settings) -> None:
    """Serve each of the settings' kinds at its canonical path and its published paths."""
    for place in places(settings.kinds, settings.root_sessions):
        serve(app, place.router, place.path, kind=place.kind.name, documented=place.documented)
    for router in (health.router, metrics.router, docs.router):
        serve(app, router)


def operation_id(route: APIRoute) -> str:
    """Name an operation after its kind and its function: `wingman_confirm`."""
    return "_".join([*map(str, route.tags[:1]), route.name])
