"""Prometheus metrics, at `/metrics` for anyone with the token.

Labels come from closed lists: route templates, known methods, our codes. An unknown path is
`unknown`, so a flood of invented paths adds no series.

With several workers, set `PROMETHEUS_MULTIPROC_DIR` to an empty folder before startup: the
workers then count in files there, and each of them reports the total.
"""

import os
from typing import Final

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from api.observability.exchange import Exchange

# Seconds. A usual answer takes a few milliseconds; queries time out after 2.5 s.
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

REQUESTS = Counter("session_api_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "session_api_request_seconds", "Time to answer.", ["method", "route"], buckets=BUCKETS
)
UPSTREAM_SECONDS = Histogram(
    "session_api_upstream_seconds",
    "Time that a request waited for the database.",
    ["method", "route"],
    buckets=BUCKETS,
)
UPSTREAM_REQUESTS = Counter(
    "session_api_upstream_requests", "Queries to the database.", ["method", "route"]
)
DATABASE_BUSY = Gauge(
    "session_api_database_busy",
    "Connections to the database, or to PostgREST, in use.",
    multiprocess_mode="livesum",
)
DATABASE_WAITING = Gauge(
    "session_api_database_waiting",
    "Requests that wait for such a connection.",
    multiprocess_mode="livesum",
)
CELL_REQUESTS = Counter(
    "session_api_cell_requests", "Requests answered for users of a cell.", ["cell", "status"]
)
CELL_UPSTREAM_SECONDS = Histogram(
    "session_api_cell_upstream_seconds",
    "Time that a request waited for its cell's database.",
    ["cell"],
    buckets=BUCKETS,
)
CELL_READY = Gauge(
    "session_api_cell_ready",
    "Whether the cell's database could serve users when `/readyz` was last asked.",
    ["cell"],
    multiprocess_mode="livemin",
)
REPLICA_READS = Counter(
    "session_api_replica_reads",
    "Requests that a read replica answered (served), or could not answer.",
    ["result"],
)
DENIALS = Counter("session_api_denials", "Requests denied: 401 and 403.", ["code"])
RATE_LIMITED = Counter("session_api_rate_limited", "Requests refused by a rate limit.", ["limit"])
RATE_LIMITS_SKIPPED = Counter(
    "session_api_rate_limits_skipped", "Limits not checked: storage unreachable."
)
OVERLOADS = Counter("session_api_overloads", "Requests refused: too many in progress.")
CONFIRM_RETRIES = Counter(
    "session_api_confirm_retries", "Confirmations retried: the session had changed."
)
IDEMPOTENT_REPLAYS = Counter(
    "session_api_idempotent_replays", "Answers replayed for an Idempotency-Key."
)


class Route:
    """A route's counters, looked up only once."""

    __slots__ = ("seconds", "statuses", "upstream_requests", "upstream_seconds")

    def __init__(self, method: str, template: str) -> None:
        self.statuses: dict[int, Counter] = {}
        self.seconds = SECONDS.labels(method, template)
        self.upstream_seconds = UPSTREAM_SECONDS.labels(method, template)
        self.upstream_requests = UPSTREAM_REQUESTS.labels(method, template)


_routes: dict[tuple[str, str], Route] = {}


def count(ended: Exchange) -> None:
    """Count one request: an observer for `api.http.frame.Frame`."""
    method, template = key = (ended.method, ended.operation.template)
    route = _routes.get(key)
    if route is None:
        route = _routes[key] = Route(method, template)
    answered = route.statuses.get(ended.status)
    if answered is None:
        answered = route.statuses[ended.status] = REQUESTS.labels(*key, str(ended.status))
    answered.inc()
    route.seconds.observe(ended.seconds)
    if ended.upstream:
        route.upstream_seconds.observe(ended.upstream_seconds)
        route.upstream_requests.inc(len(ended.upstream))
    if ended.cell is not None:
        CELL_REQUESTS.labels(ended.cell, str(ended.status)).inc()
        if ended.upstream:
            CELL_UPSTREAM_SECONDS.labels(ended.cell).observe(ended.upstream_seconds)
    if ended.replica_read is not None:
        REPLICA_READS.labels(ended.replica_read).inc()
    if ended.retries and ended.operation.action == "confirm":
        CONFIRM_RETRIES.inc(ended.retries)
    if "session_denied" in ended.events:
        DENIALS.labels(ended.code or "unknown").inc()


def exposition() -> bytes:
    """Return the metrics of this process; with `PROMETHEUS_MULTIPROC_DIR`, of all workers."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library lacks types here
    return generate_latest(registry)
