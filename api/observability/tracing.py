"""Traces with OpenTelemetry: `pip install '.[otel]'`, and set `OTEL_EXPORTER_OTLP_ENDPOINT`.

One span per request, with a child span per request to PostgREST. They are made here from an
`Exchange`, and not by the instrumentation packages, which put raw paths, queries and exception
messages into spans. A caller's `traceparent` is continued.

OpenTelemetry's own variables work: `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER` and the rest.
"""

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Final

from opentelemetry import propagate
from opentelemetry.trace import SpanKind, StatusCode, Tracer, set_span_in_context
from starlette.datastructures import Headers

from api.observability.exchange import Exchange

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

SERVICE: Final = "session-api"
ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
STOP_SECONDS: Final = 2
PROPAGATED: Final = ("traceparent", "tracestate")


def start() -> "TracerProvider | None":
    """Start sending spans, if the environment names an endpoint.

    Raises:
        SystemExit: it does, but the packages are not installed.

    """
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or not any(os.environ.get(name) for name in ENDPOINTS):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SystemExit(
            f"{ENDPOINTS[1]} is set, but OpenTelemetry is not installed: pip install '.[otel]'."
        ) from None
    os.environ.setdefault("OTEL_SERVICE_NAME", SERVICE)
    # we limit how long the process takes to exit
    provider = TracerProvider(resource=Resource.create(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


async def stop(provider: "TracerProvider") -> None:
    """Send the remaining spans, within two seconds in case the collector is unreachable."""
    sending = threading.Thread(target=provider.shutdown, daemon=True)
    sending.start()
    await asyncio.to_thread(sending.join, STOP_SECONDS)


class Traces:
    """Makes the spans of each request: an observer for `api.http.frame.Frame`."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def __call__(self, ended: Exchange) -> None:
        """Make the spans, all at once, with their recorded times."""
        headers, operation = Headers(scope=ended.scope), ended.operation
        carrier = {name: headers[name] for name in PROPAGATED if name in headers}
        span = self.tracer.start_span(
            f"{ended.method} {operation.template}",
            propagate.extract(carrier),
            SpanKind.SERVER,
            {
                "http.request.method": ended.method,
                "http.route": operation.template,
                "http.response.status_code": ended.status,
                "session_api.request_id": ended.request_id,
                **({} if ended.code is None else {"error.type": ended.code}),
                **(
                    {}
                    if ended.replica_read is None
                    else {"session_api.replica": ended.replica_read}
                ),
            },
            start_time=ended.started,
        )
        if ended.status >= 500:
            span.set_status(StatusCode.ERROR)
        inside = set_span_in_context(span)
        for began, took in ended.upstream:
            started = ended.started + began - ended.began
            question = self.tracer.start_span(
                "PostgREST", inside, SpanKind.CLIENT, start_time=started
            )
            question.end(started + took)
        span.end(ended.started + round(ended.seconds * 1e9))
