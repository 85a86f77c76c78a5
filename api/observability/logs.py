"""The log: one line per request, JSON in production and readable text in development.

A request's line holds only what an `Exchange` holds. Other code's log lines pass through here too,
and whatever could contain user content or a token is left out: messages of exceptions that are not
ours (they may quote the offending value), and arguments of other libraries' lines.
"""

import json
import logging
import os
import sys
import time
import traceback
from types import TracebackType
from typing import Final, Literal, TextIO

import structlog
from pydantic_core import to_json as to_json_bytes
from structlog.typing import EventDict, Processor, WrappedLogger

from api.observability import exchange
from api.observability.exchange import Exchange
from api.operations import METRICS, PROBES

OURS: Final = "api"
# its arguments are addresses, ports and process ids
SERVER: Final = "uvicorn"
MOST_FRAMES: Final = 30
LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# probes and scrapes come every few seconds: not logged while they succeed
QUIET: Final = PROBES | {METRICS}


class Output:
    """Writes lines to a stream; a closed stream must not fail the request."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def msg(self, line: str) -> None:
        """Write one line."""
        try:
            self.stream.write(line + "\n")
            self.stream.flush()
        except (OSError, ValueError):
            # the reader has closed the pipe, or the disk is full: there is nowhere to report it
            return


class RequestLog:
    """Writes the line of each request: an observer for `api.http.frame.Frame`.

    It runs structlog's processors itself, because an empty bound logger around them would double
    the cost.
    """

    def __init__(self, output: Output, level: int, stamp: "Stamp", render: Processor) -> None:
        self.output = output
        self.level = level
        self.stamp = stamp
        self.render = render

    def __call__(self, ended: Exchange) -> None:
        """Write the line."""
        operation = ended.operation
        level = "info"
        if ended.status >= 500:
            level = "error"
        elif operation.template in QUIET and ended.status < 400:
            level = "debug"
        if LEVELS[level] < self.level:
            return
        line: EventDict = {
            "event": "request",
            "level": level,
            "request_id": ended.request_id,
            "method": ended.method,
            "route": operation.template,
            "status": ended.status,
            "ms": round(ended.seconds * 1000, 2),
            "upstream_ms": round(ended.upstream_seconds * 1000, 2),
            "upstream_count": len(ended.upstream),
        }
        if operation.kind is not None:
            line["kind"] = operation.kind
        if ended.user_id is not None:
            line["user_id"] = ended.user_id
        if ended.cell is not None:
            line["cell"] = ended.cell
        if ended.session_id is not None:
            line["session_id"] = ended.session_id
        if ended.code is not None:
            line["code"] = ended.code
        if ended.replica_read is not None:
            line["replica"] = ended.replica_read
        if ended.retries:
            line["retries"] = ended.retries
        if ended.events:
            line["events"] = ended.events
        self.output.msg(str(self.render(None, level, self.stamp(None, level, line))))


def configure(
    level: str, form: Literal["json", "text"], stream: TextIO | None = None
) -> RequestLog:
    """Send everything that this process logs to one stream, in one format.

    Args:
        level: One of `LEVELS`; less severe lines are left out.
        form: JSON for machines, or text for people.
        stream: The output; standard output by default.

    Returns:
        The observer that writes one line per request.

    """
    stream = stream or sys.stdout
    least = LEVELS[level]
    if form == "json":
        render: Processor = to_json
    else:
        colours = stream.isatty() and "NO_COLOR" not in os.environ
        render = structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=8)
    stamp = Stamp()
    take_over_logging(stream, least, stamp, render)
    return RequestLog(Output(stream), least, stamp, render)


class Handler(logging.StreamHandler[TextIO]):
    """Our handler of the root logger: only one, however many applications there are."""


def take_over_logging(stream: TextIO, level: int, stamp: Processor, render: Processor) -> None:
    """Route standard logging, of us, uvicorn and libraries, through structlog."""
    handler = Handler(stream)
    handler.addFilter(is_wanted)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            # `logger`, because structlog drops `name`
            foreign_pre_chain=[structlog.stdlib.add_log_level, add_logger, add_request_id, stamp],
            processors=[
                without_arguments,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(describe),
                render,
            ],
            use_get_message=False,
            pass_foreign_args=True,
        )
    )
    root = logging.getLogger()
    for other in [it for it in root.handlers if isinstance(it, Handler)]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate = True
        server.setLevel(max(level, logging.INFO))
    # we write the line per request: uvicorn's has the raw path with its query
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False


def is_wanted(record: logging.LogRecord) -> bool:
    """Drop uvicorn's lines about WebSockets: such a request has its own line like any other."""
    said = str(record.msg)
    return not (record.name.startswith(SERVER) and ("WebSocket" in said or "upgrade" in said))


def add_logger(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Add the logger's name."""
    line["logger"] = line["_record"].name
    return line


def add_request_id(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Add the id of the request that the line belongs to, if any."""
    if current := exchange.current():
        line["request_id"] = current.request_id
    return line


def without_arguments(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Fill in the arguments of our own lines and uvicorn's only.

    Of other libraries' messages only the first line of the template is kept: asyncio, for example,
    quotes exceptions on the next.
    """
    arguments = line.pop("positional_args", ())
    line.pop("stack_info", None)
    record = line["_record"]
    if record.name.partition(".")[0] not in (OURS, SERVER):
        if not isinstance(record.msg, str):  # for example an exception
            line["event"] = type(record.msg).__name__
        line["event"] = line["event"].partition("\n")[0]
    elif arguments:
        line["event"] %= arguments
    return line


def describe(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
) -> str:
    """Describe an exception and its causes: types and locations, and only our own messages."""
    lines: list[str] = []
    describe_one(exc_info[1], lines, set())
    return "\n".join(lines)


def describe_one(error: BaseException, lines: list[str], seen: set[int]) -> None:
    """Add one exception to `lines`, after its cause."""
    seen.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen:
        describe_one(cause, lines, seen)
        lines.append("then:")
    kind = type(error)
    for frame in traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]:
        lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
    name = f"{kind.__module__}.{kind.__qualname__}"
    lines.append(f"{name}: {error}" if kind.__module__.partition(".")[0] == OURS else name)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            if id(inner) not in seen:
                describe_one(inner, lines, seen)


class Stamp:
    """Processor: adds the time in UTC. Seconds are formatted once per second, not per line.

    structlog's `TimeStamper` formats each time anew: 12,000 more instructions per request, 1% of a
    wingman detail.
    """

    def __init__(self) -> None:
        self._second = (0, "")

    def __call__(self, _: WrappedLogger, __: str, line: EventDict) -> EventDict:
        """Add the time."""
        now = time.time_ns()
        second, written = self._second
        if now // 1_000_000_000 != second:
            second = now // 1_000_000_000
            written = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = second, written
        line["timestamp"] = f"{written}.{now // 1000 % 1_000_000:06}Z"
        return line


def to_json(_: WrappedLogger, __: str, line: EventDict) -> str:
    """Processor: write a line as JSON, whatever it contains.

    structlog's `JSONRenderer` would only wrap this function, or use `json.dumps`, which takes five
    times as long.
    """
    try:
        return to_json_bytes(line, fallback=str).decode()
    except ValueError:  # a lone surrogate in a library's line
        return json.dumps(line, default=str)
