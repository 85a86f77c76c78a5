"""Requests that two servers in a row could read differently: one request is one request."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.attacks.world import World

pytestmark = pytest.mark.usefixtures("unchanged")

# a second request hides where a first one's body might end: {hidden} deletes the owner's session
SMUGGLED = {
    "two lengths": "Content-Length: 2\r\nContent-Length: {all}\r\n\r\n{{}}{hidden}",
    "a list of lengths": "Content-Length: 2, {all}\r\n\r\n{{}}{hidden}",
    "length and chunks": "Content-Length: {all}\r\nTransfer-Encoding: chunked\r\n\r\n"
    "0\r\n\r\n{hidden}",
    "chunks and length": "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}",
    "odd chunks": "Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{{}}{hidden}",
    "chunks twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"
    "Content-Length: 2\r\n\r\n{{}}{hidden}",
    "chunked before": "Transfer-Encoding: chunked, identity\r\nContent-Length: 2\r\n\r\n"
    "{{}}{hidden}",
    "a space before the colon": "Content-Length : {all}\r\nContent-Length: 2\r\n\r\n{{}}{hidden}",
    "a tab": "Transfer-Encoding:\tchunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n{hidden}",
    "a folded header": "X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"
    "{{}}{hidden}",
    "a line feed alone": "X-A: b\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"
    "{{}}{hidden}",
    "a return alone": "X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{{}}{hidden}",
    "a signed length": "Content-Length: +2\r\n\r\n{{}}{hidden}",
    "a negative length": "Content-Length: -1\r\n\r\n{{}}{hidden}",
    "a hexadecimal length": "Content-Length: 0x2\r\n\r\n{{}}{hidden}",
    "an endless length": "Content-Length: 18446744073709551618\r\n\r\n{{}}{hidden}",
    "a chunk of a negative size": "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{hidden}",
    "a chunk of an endless size": "Transfer-Encoding: chunked\r\n\r\n"
    "10000000000000002\r\n{{}}\r\n0\r\n\r\n{hidden}",
    "a chunk's extension": "Transfer-Encoding: chunked\r\n\r\n2;\n{{}}\r\n0\r\n\r\n{hidden}",
    "a NUL": "X-A: \x00\r\nContent-Length: 2\r\n\r\n{{}}{hidden}",
}
LINES = (
    "GET {path}",
    "GET {path} HTTP/0.9",
    "GET {path} HTTP/2.0",
    "GET {path} HTTP/1.1 HTTP/1.1",
    "GET  {path}  HTTP/1.1",
    "GET\t{path}\tHTTP/1.1",
    "get {path} HTTP/1.1",
    "DELETE{path} HTTP/1.1",
    "GET http://evil.example{path} HTTP/1.1",
    "GET @evil.example{path} HTTP/1.1",
    "CONNECT {path}:80 HTTP/1.1",
    "PRI * HTTP/2.0",
    "* * HTTP/1.1",
)


def exchange(address: str, sent: str) -> list[str]:
    """Send bytes and return the first lines of the answers that come within half a second."""
    parts = urlsplit(address)
    assert parts.hostname
    answers = b""
    with (
        socket.create_connection((parts.hostname, parts.port or 80), timeout=0.5) as connection,
        suppress(TimeoutError, ConnectionError),
    ):
        connection.sendall(sent.encode("latin-1"))
        while received := connection.recv(65_536):
            answers += received
    return [line for line in answers.decode("latin-1").split("\r\n") if line.startswith("HTTP/1.1")]


def hidden_in(body: str, world: World) -> str:
    """A stranger's request, and in it one with the owner's token, as the next on a shared
    connection has: it would delete the owner's session."""
    hidden = (
        f"DELETE /api/v1/study/sessions/{world.ids['study']} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {world.owner.token}\r\n\r\n"
    )
    head = (
        "POST /api/v1/study/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {world.stranger.token}\r\n"
    )
    return head + body.format(all=2 + len(hidden), hidden=hidden)


@pytest.mark.parametrize("trick", SMUGGLED)
def test_no_request_hides_in_anothers_body(api: str, world: World, trick: str) -> None:
    answers = exchange(api, hidden_in(SMUGGLED[trick], world))
    assert [answer.split()[1] for answer in answers] == ["400"]


def test_an_honest_length(api: str, world: World) -> None:
    answers = exchange(api, hidden_in("Content-Length: {all}\r\n\r\n{{}}{hidden}", world))
    assert [answer.split()[1] for answer in answers] == ["422"]  # all of it is one body


@pytest.mark.parametrize("line", LINES)
def test_lines_that_are_no_request(api: str, world: World, line: str) -> None:
    path = f"/api/v1/study/sessions/{world.ids['study']}"
    head = f"Host: x\r\nAuthorization: Bearer {world.stranger.token}\r\nConnection: close\r\n\r\n"
    for answer in exchange(api, f"{line.format(path=path)}\r\n{head}"):
        assert answer.split()[1] in ("400", "403", "404", "405", "501", "505")


def test_a_header_of_a_megabyte(api: str) -> None:
    sent = (
        f"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: {'a' * 1_000_000}\r\n\r\n"
    )
    answers = exchange(api, sent)
    # uvicorn takes it, a proxy in front would not; nothing breaks either way
    assert [answer.split()[1] for answer in answers] in (["200"], ["400"], ["431"], [])
    assert len(exchange(api, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) == 1
