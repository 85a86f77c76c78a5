"""The application: `uvicorn --factory api.main:create_app`."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from api import errors, health
from api.database.caller import Upstream
from api.database.rest import Rest
from api.database.wire import Wire, certificates
from api.http import idempotency
from api.http import openapi as document
from api.http.body import BodyGuard
from api.http.head import HeadAsGet
from api.http.headers import Revalidation, SecurityHeaders
from api.http.idempotency import KeptAnswers
from api.http.overload import InProgress
from api.identity.auth import Authenticator
from api.observability import logs, metrics, tracing
from api.observability.exchange import Exchanges, Observer
from api.observability.tracing import Traces
from api.rate_limits.middleware import RateLimits
from api.rate_limits.users import Limits
from api.sessions.chat import routes as chat
from api.sessions.interview import routes as interview
from api.sessions.study import routes as study
from api.sessions.wingman import routes as wingman
from api.settings import Settings, load_settings

DESCRIPTION = """
The session backend for Supabase apps. Postgres decides *who* may see or change a row, this API
decides *when and how*.

Every request needs a user's token: press **Authorize** and paste one. Every error has the same
shape, `{"detail": {"code", "message"}}`; decide by `code`.
"""

TAGS = [
    {"name": "study", "description": "A course of study made from documents, step by step."},
    {"name": "interview", "description": "Practice for one job posting."},
    {"name": "chat", "description": "Conversations and their messages."},
    {"name": "wingman", "description": "Two people, a challenge each, each confirms the other's."},
    {"name": "health", "description": "For load balancers and orchestrators."},
]


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application.

    Args:
        settings: Read from the environment and `.env` if not given.

    Raises:
        SystemExit: a setting is missing or wrong; its text says which.

    """
    settings = settings or load_settings()
    observers: list[Observer] = [logs.configure(settings), metrics.count]
    spans = tracing.start()
    if spans is not None:
        observers.append(Traces(spans.get_tracer(tracing.SERVICE)))
    limits = Limits(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            # no proxy and no netrc file decide where the keys come from
            httpx.AsyncClient(verify=certificates(), trust_env=False) as http,
            Wire(settings.database_connections) as wire,
        ):
            app.state.settings = settings
            app.state.authenticator = Authenticator(settings, http)
            app.state.upstream = Upstream(settings, Rest(settings, wire))
            app.state.limits = limits
            collect_less()
            try:
                yield
            finally:
                await limits.close()
                if spans is not None:
                    await tracing.stop(spans)

    app = FastAPI(
        title="Session API",
        version="1",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        generate_unique_id_function=operation_id,
        lifespan=lifespan,
        middleware=middleware(settings, observers, limits),
        # FastAPI's own spans and logs carry raw queries and the words of exceptions
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        # one address for one thing; the redirect's would be made from a header
        redirect_slashes=False,
        openapi_url=None,
    )
    errors.install(app)
    idempotency.install(app)
    include_routers(app, settings)
    document.install(app)
    # its pages last: a path is compared with one route after the other
    app.openapi_url = "/openapi.json"
    app.setup()
    return app


def collect_less() -> None:
    """Let the garbage collector leave alone what lives as long as the process.

    A request leaves hardly a cycle behind, but some hundred objects wait with it for the database:
    as the collector is set at first, it comes every few requests, and looks through modules, routes
    and schemas again and again, for a tenth of the processor's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 100)


def include_routers(app: FastAPI, settings: Settings) -> None:
    """Serve each kind at its canonical path, and where its published frontend looks for it.

    Those that are asked most come first: a path is compared with one route after the other.
    """
    for kind in (wingman, chat, study, interview):
        serve(app, kind.router, kind.PREFIX)
    app.include_router(health.router)
    app.include_router(metrics.router)

    root = {"study": study, "chat": chat}[settings.root_sessions]
    for path, router in (
        ("/api/session", wingman.published),
        ("/api/v1/sessions", interview.router),
        ("/api/sessions", study.router),
        ("/sessions", root.router),
    ):
        serve(app, router, path, include_in_schema=False)


def serve(app: FastAPI, router: APIRouter, prefix: str, *, include_in_schema: bool = True) -> None:
    """Serve a router's routes below `prefix`, each as a route of the application.

    `include_router` would search every included router twice for each request, and rebuild on the
    way what its routes inherit: a tenth of a request's time in this process.
    """
    for route in router.routes:
        if isinstance(route, APIRoute):
            app.add_api_route(
                prefix + route.path,
                route.endpoint,
                methods=list(route.methods or ()),
                name=route.name,
                description=route.description,
                tags=route.tags,
                status_code=route.status_code,
                response_model=route.response_model,
                responses=route.responses,
                dependencies=route.dependencies,
                openapi_extra=route.openapi_extra,
                include_in_schema=include_in_schema and route.include_in_schema,
            )


def middleware(settings: Settings, observers: list[Observer], limits: Limits) -> list[Middleware]:
    """List what stands before the routes, outermost first.

    CORS comes before all that can answer an error, so that a browser may read every one.
    """
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "If-None-Match",
            "X-Request-ID",
            "X-Test-User-ID",
        ],
        expose_headers=[
            "ETag",
            "Idempotency-Replayed",
            "Location",
            "Retry-After",
            "X-Request-ID",
            "RateLimit-Limit",
            "RateLimit-Remaining",
            "RateLimit-Reset",
            "RateLimit-Policy",
        ],
        max_age=600,
    )
    return [
        Middleware(HeadAsGet),
        Middleware(Exchanges, observers=observers),
        Middleware(SecurityHeaders, production=settings.environment == "production"),
        *([cors] if settings.cors_origins else []),
        Middleware(errors.UnhandledErrors),
        Middleware(RateLimits, limits=limits, trusted_proxies=settings.trusted_proxies),
        Middleware(BodyGuard, max_bytes=settings.max_body_bytes),
        Middleware(InProgress, most=settings.max_requests_in_progress),
        Middleware(Revalidation),
        Middleware(KeptAnswers),
    ]


def operation_id(route: APIRoute) -> str:
    """Name an operation by its kind and its function: `wingman_confirm`."""
    return "_".join([*map(str, route.tags[:1]), route.name])
