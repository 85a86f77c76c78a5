"""Traces: what a span says, what none ever says, and a collector that is away."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from local.addresses import HOST, free_port
from tests.actors import NewUser, NewWingman
from tests.conftest import Serve, client
from tests.sessions.wingman.conftest import at

SECRET = "xyzzy"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"


class Collector:
    """Takes spans as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                collector.received.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server.server_port}"

    def spans(self) -> list[Span]:
        return [
            span
            for body in self.received
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def of(self, request_id: str) -> Span:
        """The span of a request; it comes a moment after the answer."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for span in self.spans():
                if attributes(span).get("session_api.request_id") == request_id:
                    return span
        raise AssertionError(request_id)


def attributes(span: Span) -> dict[str, object]:
    return {it.key: getattr(it.value, str(it.value.WhichOneof("value"))) for it in span.attributes}


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    with running(collector.server):
        yield collector


@pytest.fixture(scope="module")
def traced(serve: Serve, collector: Collector) -> str:
    """The address of an API that sends spans."""
    return serve(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY="50")


class TestSpans:
    def test_a_request_and_its_question(
        self, traced: str, collector: Collector, wingman: NewWingman
    ) -> None:
        session = wingman()
        bearer = f"Bearer {session.user1.token}"
        with client(traced, Authorization=bearer, traceparent=PARENT) as user1:
            answer = user1.get(at(session), params={"secret": SECRET})
        span = collector.of(answer.headers["X-Request-ID"])
        assert span.name == "GET /api/v1/wingman/sessions/{session_id}"
        assert span.kind == Span.SPAN_KIND_SERVER
        assert span.trace_id.hex() == TRACE_ID
        assert span.parent_span_id.hex() == PARENT.split("-")[2]
        assert attributes(span) == {
            "http.request.method": "GET",
            "http.route": "/api/v1/wingman/sessions/{session_id}",
            "http.response.status_code": 200,
            "session_api.request_id": answer.headers["X-Request-ID"],
        }
        (question,) = (it for it in collector.spans() if it.parent_span_id == span.span_id)
        assert (question.name, question.kind) == ("PostgREST", Span.SPAN_KIND_CLIENT)
        assert not question.attributes
        assert span.start_time_unix_nano <= question.start_time_unix_nano
        assert question.end_time_unix_nano <= span.end_time_unix_nano
        assert span.status.code == Status.STATUS_CODE_UNSET

    def test_refused(self, traced: str, collector: Collector) -> None:
        with client(traced) as visitor:
            answer = visitor.get("/api/v1/study/sessions")
        span = collector.of(answer.headers["X-Request-ID"])
        assert attributes(span)["error.type"] == "NOT_AUTHENTICATED"

    def test_nothing_of_a_users(self, traced: str, collector: Collector, user: NewUser) -> None:
        owner = user(SECRET)
        with client(traced, Authorization=f"Bearer {owner.token}", tracestate=SECRET) as it:
            it.post("/api/v1/study/sessions", json={"title": f"Title {SECRET}"})
            it.post("/api/v1/study/sessions", json={SECRET: SECRET}, params={"a": SECRET})
            last = it.get(f"/{SECRET}", headers={"traceparent": SECRET})
        collector.of(last.headers["X-Request-ID"])
        sent = b"".join(collector.received)
        assert SECRET.encode() not in sent
        assert owner.token.split(".")[2].encode() not in sent


class TestWithout:
    def test_a_collector_that_is_away(self, serve: Serve) -> None:
        nowhere = f"http://{HOST}:{free_port()}"
        address = serve(OTEL_EXPORTER_OTLP_ENDPOINT=nowhere, OTEL_BSP_SCHEDULE_DELAY="50")
        with client(address) as visitor:
            assert {visitor.get("/openapi.json").status_code for _ in range(20)} == {200}

    @pytest.mark.parametrize("off", [{}, {"OTEL_SDK_DISABLED": "true"}])
    def test_the_sdk_is_not_even_loaded(self, off: dict[str, str], tmp_path: Path) -> None:
        endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"} if off else {}
        program = (
            "import sys; from api.main import create_app; create_app();"
            "sys.exit('opentelemetry.sdk' in sys.modules)"
        )
        root = str(Path(__file__).parents[2])
        env = {"PATH": os.defpath, "ENVIRONMENT": "development", "PYTHONPATH": root}
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program], env=env | off | endpoint, cwd=tmp_path, check=False
        )
        assert done.returncode == 0
