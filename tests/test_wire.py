"""The wire to PostgREST, against servers that behave in every way that HTTP allows, and worse."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing

import httpx
import pytest

from api.wire import Wire

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n"
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[]"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
EARLY_HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"

# What the server writes for each request it reads; `None` closes the connection.
Script = list[bytes | None]


class Server:
    """A server that writes what it was told, and remembers what it was asked."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.asked: list[bytes] = []
        self.connections = 0
        self.most_at_a_time = 0
        self._open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open += 1
        self.most_at_a_time = max(self.most_at_a_time, self._open)
        try:
            while True:
                self.asked.append(await request(reader))
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                for part in script:
                    if part is None:
                        return
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0)  # each part in a packet of its own, where it can be
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._open -= 1
            writer.close()


async def request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.partition(b":")[2]))
    return head


Story = Callable[[Wire, str], Awaitable[None]]


def run(server: Server, story: Story, connections: int = 8) -> None:
    async def tell() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        with closing(listening):
            async with asyncio.timeout(20), Wire(url, connections=connections) as http:
                await story(http, url)

    asyncio.run(tell())


async def get(http: Wire, url: str) -> httpx.Response:
    return await http.request("GET", f"{url}/sessions", headers=httpx.Headers({"A": "b"}))


async def post(http: Wire, url: str) -> httpx.Response:
    headers = httpx.Headers({"Content-Type": "application/json"})
    return await http.request("POST", f"{url}/sessions", headers=headers, content=b"{}")


class TestAnswer:
    @pytest.mark.parametrize("answer", [LENGTH, CHUNKED, EARLY_HINT + LENGTH])
    def test_in_one_piece_and_byte_by_byte(self, answer: bytes) -> None:
        async def story(http: Wire, url: str) -> None:
            for _ in range(2):
                found = await get(http, url)
                assert (found.status_code, found.is_success, found.json()) == (200, True, [])
                assert found.text == "[]"

        server = Server([answer], [answer[at : at + 1] for at in range(len(answer))])
        run(server, story)
        assert server.connections == 1

    @pytest.mark.parametrize("script", [[UNTIL_CLOSED, None], [CLOSING], [CLOSING, None]])
    def test_that_ends_the_connection(self, script: Script) -> None:
        async def story(http: Wire, url: str) -> None:
            for _ in range(2):
                assert (await get(http, url)).json() == []

        server = Server(script)
        run(server, story)
        assert server.connections == 2

    def test_headers_and_no_body(self) -> None:
        async def story(http: Wire, url: str) -> None:
            found = await get(http, url)
            assert (found.headers["content-range"], found.content) == ("0-0/7", b"[]")
            assert found.request.headers["a"] == "b"
            assert (await get(http, url)).content == b""
            assert (await get(http, url)).status_code == 404

        ranged = LENGTH.replace(b"\r\n\r\n", b"\r\nContent-Range: 0-0/7\r\n\r\n")
        run(Server([ranged], [NO_CONTENT], [LENGTH.replace(b"200 OK", b"404 No")]), story)


class TestRequest:
    def test_what_is_sent(self) -> None:
        async def story(http: Wire, url: str) -> None:
            params = httpx.QueryParams({"name": "eq.a b&ö"})
            await http.request(
                "PATCH", f"{url}/t", params=params, headers=httpx.Headers(), content=b'{"a":1}'
            )

        server = Server([LENGTH])
        run(server, story)
        head, _, body = server.asked[0].partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        assert lines[0] == b"PATCH /t?name=eq.a+b%26%C3%B6 HTTP/1.1"
        assert sorted(line.partition(b":")[0] for line in lines[1:]) == [b"Content-Length", b"Host"]
        assert body == b'{"a":1}'

    @pytest.mark.parametrize("value", ["a\r\nB: c", "a\nB: c", "a\rb", "\r\n\r\nGET / HTTP/1.1"])
    def test_a_line_break_is_refused(self, value: str) -> None:
        async def story(http: Wire, url: str) -> None:
            with pytest.raises(httpx.TransportError):
                await http.request("GET", f"{url}/t", headers=httpx.Headers({"Prefer": value}))

        server = Server([LENGTH])
        run(server, story)
        assert not server.asked

    def test_another_address_is_httpx_own_way(self) -> None:
        other = Server([LENGTH])

        async def story(http: Wire, url: str) -> None:
            listening = await asyncio.start_server(other.serve, "127.0.0.1", 0)
            port = listening.sockets[0].getsockname()[1]
            with closing(listening):
                answer = await http.get(f"http://127.0.0.1:{port}/keys", headers={"A": "b"})
            assert isinstance(answer, httpx.Response)
            # begins with the same letters, and is another's
            with pytest.raises(httpx.HTTPError):
                await http.request("GET", f"{url}@127.0.0.1:9/t", headers=httpx.Headers())

        server = Server([LENGTH])
        run(server, story)
        assert (len(other.asked), len(server.asked)) == (1, 0)


class TestConnections:
    def test_are_kept_and_bounded(self) -> None:
        async def story(http: Wire, url: str) -> None:
            answers = await asyncio.gather(*(get(http, url) for _ in range(40)))
            assert {answer.status_code for answer in answers} == {200}

        server = Server([LENGTH])
        run(server, story, connections=3)
        assert (server.connections, server.most_at_a_time, len(server.asked)) == (3, 3, 40)

    def test_a_read_is_sent_again_when_the_kept_one_was_closed(self) -> None:
        async def story(http: Wire, url: str) -> None:
            await get(http, url)
            assert (await get(http, url)).json() == []

        server = Server([LENGTH], [None], [LENGTH])
        run(server, story)
        assert (server.connections, len(server.asked)) == (2, 3)

    def test_a_write_never_is(self) -> None:
        async def story(http: Wire, url: str) -> None:
            await get(http, url)
            with pytest.raises(httpx.TransportError):
                await post(http, url)

        server = Server([LENGTH], [None], [LENGTH])
        run(server, story)
        assert len(server.asked) == 2

    def test_one_that_is_given_up_is_not_used_again(self) -> None:
        async def story(http: Wire, url: str) -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await get(http, url)
            assert (await get(http, url)).json() == ["second"]

        second = b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n["second"]'
        server = Server([LENGTH[:10]], [second])
        run(server, story, connections=1)
        assert server.connections == 2

    def test_one_that_says_more_than_was_asked_is_not_used_again(self) -> None:
        async def story(http: Wire, url: str) -> None:
            for _ in range(2):
                assert (await get(http, url)).json() == []
                await asyncio.sleep(0.05)  # what nobody asked for arrives

        server = Server([LENGTH, LENGTH.replace(b"[]", b"{}")], [LENGTH])
        run(server, story)
        assert server.connections == 2

    def test_nobody_there(self) -> None:
        async def story(http: Wire, url: str) -> None:
            async with Wire("http://127.0.0.1:9", connections=1) as away:
                for _ in range(3):  # a place that was taken is given back
                    with pytest.raises(httpx.TransportError):
                        await get(away, "http://127.0.0.1:9")

        run(Server([LENGTH]), story)


BROKEN: list[Script] = [
    [None],
    [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[", None],
    [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[", None],
    [b"HTTP/1.1 200 OK\r\nContent-Le", None],
    [b"SSH-2.0-OpenSSH_9.6\r\n"],
]


@pytest.mark.parametrize("script", BROKEN)
def test_broken(script: Script) -> None:
    async def story(http: Wire, url: str) -> None:
        with pytest.raises(httpx.TransportError):
            await post(http, url)
        assert (await get(http, url)).json() == []

    run(Server(script, [LENGTH]), story)
