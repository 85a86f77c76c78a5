"""The application. `session-api serve` serves it."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
from fastapi import FastAPI
from starlette.middleware import Middleware

from api.database.backends import open_databases
from api.database.wire import certificates
from api.http import openapi
from api.http.application import Application
from api.http.body import BodyGuard
from api.http.cors import Cors
from api.http.frame import Frame
from api.http.headers import SecurityHeaders
from api.http.idempotency import keep_answer
from api.http.overload import InProgress
from api.http.rate_limits import AddressLimits, LimitHeaders
from api.http.readiness import Readiness, leaving_slowly
from api.http.revalidation import revalidate
from api.http.state import State
from api.identity.auth import Authenticator
from api.kinds import KINDS
from api.observability import logs, metrics, tracing
from api.observability.exchange import Observer
from api.observability.tracing import Traces
from api.rate_limits.addresses import Addresses
from api.rate_limits.users import Limits
from api.routing import serve_all
from api.settings import Settings, load_settings

if TYPE_CHECKING:
    from api.http.responder import Step

DESCRIPTION = """
The session backend for Supabase apps. Postgres decides *who* may see or change a row, this API
decides *when and how*.

Every request needs a user's token: press **Authorize** and paste one. Every error has the same
shape, `{"detail": {"code", "message"}}`; branch on `code`.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application.

    Args:
        settings: Read from the environment and `.env` by default.

    Raises:
        SystemExit: a setting is missing or wrong; its text says which.

    """
    settings = settings or load_settings()
    observers: list[Observer] = [
        logs.configure(settings.log_level, settings.log_format),
        metrics.count,
    ]
    spans = tracing.start()
    if spans is not None:
        observers.append(Traces(spans.get_tracer(tracing.SERVICE)))
    limits, readiness = Limits(settings), Readiness()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with (
            # the keys must not come through a proxy or a netrc file of the environment
            httpx.AsyncClient(verify=certificates(), trust_env=False) as http,
            open_databases(settings) as databases,
        ):
            collect_less()
            try:
                with leaving_slowly(readiness, settings.shutdown_delay):
                    yield State(
                        settings=settings,
                        authenticator=Authenticator(settings, http),
                        databases=databases,
                        limits=limits,
                        readiness=readiness,
                    )
            finally:
                await limits.close()
                if spans is not None:
                    await tracing.stop(spans)

    app = Application(
        title="Session API",
        version="1",
        description=DESCRIPTION,
        openapi_tags=tags(settings),
        lifespan=lifespan,
        middleware=layers(settings, observers, limits, readiness),
        # FastAPI's own spans and logs contain raw queries and exception messages
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        # one URL per resource; a redirect's host would come from a header
        redirect_slashes=False,
        openapi_url=None,  # we serve our own page, which loads nothing from other sites
    )
    serve_all(app, settings)
    openapi.install(app)
    return app


def collect_less() -> None:
    """Exclude objects that live as long as the process from garbage collection.

    A request leaves almost no reference cycles, but keeps about a hundred objects while it waits
    for the database. With the default thresholds the collector runs every few requests and scans
    modules, routes and schemas each time, which takes a tenth of the processor's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 100)


def layers(
    settings: Settings, observers: list[Observer], limits: Limits, readiness: Readiness
) -> list[Middleware]:
    """List the layers before the routes, outermost first, and the steps of outgoing answers.

    An answer is stored for its Idempotency-Key as its route made it, and its `X-Request-ID` is
    added last. Limits come before CORS, so that preflights count too; pages can read every answer
    nevertheless.
    """
    steps: list[Step] = [
        keep_answer,
        revalidate,
        LimitHeaders(limits),
        readiness.tell,
        SecurityHeaders(production=settings.environment == "production"),
    ]
    preflights = []
    if settings.cors_origins or settings.cors_origin_regex:
        cors = Cors(settings)
        steps.append(cors.tell)
        preflights = [Middleware(cors.preflights)]
    addresses = Addresses(
        settings.trusted_proxies, settings.trusted_hops, settings.client_address_header
    )
    return [
        Middleware(Frame, steps=steps, observers=observers),
        Middleware(AddressLimits, limits=limits, addresses=addresses),
        *preflights,
        Middleware(BodyGuard, max_bytes=settings.max_body_bytes),
        Middleware(InProgress, most=settings.max_requests_in_progress),
    ]


def tags(settings: Settings) -> list[dict[str, str]]:
    """Describe the groups of operations in the document."""
    served = [KINDS[name] for name in KINDS if name in settings.kinds]
    return [
        *({"name": it.name, "description": f"{it.description} {it.rules}"} for it in served),
        {"name": "health", "description": "For load balancers and orchestrators."},
    ]
