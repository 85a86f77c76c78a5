"""The wire to PostgREST."""

import asyncio

from tests.steps.faults import EVERYWHERE, instead
from tests.steps.wire import Fault, Wire

END = b"\r\n\r\n"
PAGE = b"<html><body>upstream 10.1.2.3:5432 relation secrets</body></html>"


class HttpWire(Wire):
    """Calls are HTTP requests."""

    async def call(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(END)
        except asyncio.IncompleteReadError:
            return b""
        return head + await body(head, reader)

    async def answer(self, _: bytes, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(END)
        return head + await body(head, reader)


async def body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    """Read a message's body."""
    lines = head.lower().split(b"\r\n")
    if b"transfer-encoding: chunked" in lines:
        chunks = b""
        while True:
            size = await reader.readuntil(b"\r\n")
            chunks += size + await reader.readexactly(int(size, 16) + 2)
            if int(size, 16) == 0:
                return chunks
    for line in lines:
        if line.startswith(b"content-length:"):
            return await reader.readexactly(int(line.partition(b":")[2]))
    return b""


def page(status: str, content: bytes = PAGE, kind: str = "text/html", *more: str) -> bytes:
    """An answer of somebody else's."""
    length = f"Content-Length: {len(content)}"
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", length, "Connection: close", *more]
    return "\r\n".join([*lines, "", ""]).encode() + content


def error(status: str, code: str) -> bytes:
    """An error of PostgREST's."""
    content = f'{{"code":"{code}","message":"relation \\"secrets\\" at 10.1.2.3","details":null}}'
    return page(status, content.encode(), "application/json")


def executed(name: str, answer: bytes) -> Fault:
    """An answer of somebody else's, after the call was executed."""
    return Fault(name, instead(answer, executes=True))


def ignored(name: str, answer: bytes, *, in_doubt: bool = False) -> Fault:
    """An answer to a call that was not executed."""
    return Fault(name, instead(answer, executes=False), in_doubt)


FAULTS = [
    *EVERYWHERE,
    executed("a gateway's 500", page("500 Internal Server Error")),
    executed("a gateway's 502", page("502 Bad Gateway")),
    executed("a gateway's 504", page("504 Gateway Timeout")),
    executed("a CDN's 520", page("520 Unknown")),
    executed("a page with 200", page("200 OK")),
    executed("PostgREST lost Postgres", error("503 Service Unavailable", "08006")),
    executed("Postgres shut down", error("503 Service Unavailable", "57P01")),
    ignored("a gateway's 503", page("503 Service Unavailable")),
    ignored("a gateway's 404", page("404 Not Found")),
    ignored("a gateway's 429", page("429 Too Many Requests")),
    ignored("a gateway's 401", page("401 Unauthorized", b'{"message":"No API key"}', "text/json")),
    ignored("a redirect", page("302 Found", PAGE, "text/html", "Location: /elsewhere")),
    ignored("JSON with 200", page("200 OK", b'{"ok":true}', "application/json"), in_doubt=True),
    ignored("an empty 200", page("200 OK", b""), in_doubt=True),
    ignored("schema cache not loaded", error("503 Service Unavailable", "PGRST002")),
    ignored("no connection free", error("504 Gateway Timeout", "PGRST003")),
    ignored("statement timeout", error("500 Internal Server Error", "57014")),
    ignored("too many connections", error("503 Service Unavailable", "53300")),
    ignored("serialization failure", error("500 Internal Server Error", "40001")),
]
