"""The wire to PostgREST, against servers that behave in every way that HTTP allows, and worse."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic_core import from_json

from api.database import wire as wire_module
from api.database.backend import NoAnswerError
from api.database.wire import Answer, Wire
from tests.scripted import LENGTH, Script, Server

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n"
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[]"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
EARLY_HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"

Story = Callable[[Wire, str], Awaitable[None]]


def run(server: Server, story: Story, connections: int = 8) -> None:
    async def tell() -> None:
        async with server.listening() as url, asyncio.timeout(20), Wire(connections) as wire:
            await story(wire, url)

    asyncio.run(tell())


async def get(wire: Wire, url: str) -> Answer:
    return await wire.send("GET", f"{url}/sessions", {"A": "b"})


async def post(wire: Wire, url: str) -> Answer:
    return await wire.send("POST", f"{url}/sessions", {}, b"{}")


def read(answer: Answer) -> Any:
    return from_json(answer.content)


class TestAnswer:
    @pytest.mark.parametrize("answer", [LENGTH, CHUNKED, EARLY_HINT + LENGTH])
    def test_in_one_piece_and_byte_by_byte(self, answer: bytes) -> None:
        async def story(wire: Wire, url: str) -> None:
            for _ in range(2):
                found = await get(wire, url)
                assert (found.status, found.is_success, found.content) == (200, True, b"[]")

        server = Server([answer], [answer[at : at + 1] for at in range(len(answer))])
        run(server, story)
        assert server.connections == 1

    @pytest.mark.parametrize("script", [[UNTIL_CLOSED, None], [CLOSING], [CLOSING, None]])
    def test_that_ends_the_connection(self, script: Script) -> None:
        async def story(wire: Wire, url: str) -> None:
            for _ in range(2):
                assert (await get(wire, url)).content == b"[]"

        server = Server(script)
        run(server, story)
        assert server.connections == 2

    @pytest.mark.parametrize(("seconds", "connections"), [(0.01, 2), (60.0, 1)])
    def test_on_a_connection_that_was_idle(
        self, seconds: float, connections: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wire_module, "LONGEST_IDLE", seconds)

        async def story(wire: Wire, url: str) -> None:
            for _ in range(2):
                assert (await get(wire, url)).content == b"[]"
                await asyncio.sleep(0.1)

        server = Server([LENGTH])
        run(server, story)
        assert server.connections == connections

    def test_headers_and_no_body(self) -> None:
        async def story(wire: Wire, url: str) -> None:
            found = await get(wire, url)
            assert (found.headers["content-range"], found.content) == ("0-0/7", b"[]")
            assert (await get(wire, url)).content == b""
            missing = await get(wire, url)
            assert (missing.status, missing.is_success) == (404, False)

        ranged = LENGTH.replace(b"\r\n\r\n", b"\r\nContent-Range: 0-0/7\r\n\r\n")
        run(Server([ranged], [NO_CONTENT], [LENGTH.replace(b"200 OK", b"404 No")]), story)

    def test_a_redirect_is_not_followed(self) -> None:
        async def story(wire: Wire, url: str) -> None:
            for ask in (get, post):
                moved = await ask(wire, url)
                assert (moved.status, moved.is_success) == (307, False)

        moved = LENGTH.replace(b"200 OK\r\n", b"307 Moved\r\nLocation: /elsewhere\r\n")
        server = Server([moved])
        run(server, story)
        assert len(server.asked) == 2

    def test_a_cookie_is_not_kept(self) -> None:
        async def story(wire: Wire, url: str) -> None:
            for _ in range(2):
                await get(wire, url.replace("127.0.0.1", "localhost"))

        server = Server([LENGTH.replace(b"200 OK\r\n", b"200 OK\r\nSet-Cookie: a=b; Path=/\r\n")])
        run(server, story)
        assert not [it for it in server.asked if b"cookie" in it.lower()]


class TestRequest:
    def test_what_is_sent(self) -> None:
        async def story(wire: Wire, url: str) -> None:
            await wire.send("PATCH", f"{url}/t?name=eq.a%20b%26%C3%B6", {"A": "b"}, b'{"a":1}')

        server = Server([LENGTH])
        run(server, story)
        head, _, body = server.asked[0].partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        assert lines[0] == b"PATCH /t?name=eq.a%20b%26%C3%B6 HTTP/1.1"
        names = sorted(line.partition(b":")[0] for line in lines[1:])
        assert names == [b"A", b"Content-Length", b"Host"]
        assert body == b'{"a":1}'

    @pytest.mark.parametrize("value", ["a\r\nB: c", "a\nB: c", "a\rb", "\r\n\r\nGET / HTTP/1.1"])
    def test_a_line_break_is_refused(self, value: str) -> None:
        async def story(wire: Wire, url: str) -> None:
            with pytest.raises(NoAnswerError):
                await wire.send("GET", f"{url}/t", {"Prefer": value})

        server = Server([LENGTH])
        run(server, story)
        assert not server.asked


class TestConnections:
    def test_are_kept_and_bounded(self) -> None:
        async def story(wire: Wire, url: str) -> None:
            answers = await asyncio.gather(*(get(wire, url) for _ in range(40)))
            assert {answer.status for answer in answers} == {200}

        server = Server([LENGTH])
        run(server, story, connections=3)
        assert (server.connections, server.most_at_a_time, len(server.asked)) == (3, 3, 40)

    def test_a_read_is_sent_again_when_the_kept_one_was_closed(self) -> None:
        async def story(wire: Wire, url: str) -> None:
            await get(wire, url)
            assert read(await get(wire, url)) == []

        server = Server([LENGTH], [None], [LENGTH])
        run(server, story)
        assert (server.connections, len(server.asked)) == (2, 3)

    @pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
    def test_a_write_never_is(self, method: str) -> None:
        async def story(wire: Wire, url: str) -> None:
            await get(wire, url)
            with pytest.raises(NoAnswerError):
                await wire.send(method, f"{url}/t", {})

        server = Server([LENGTH], [None], [LENGTH])
        run(server, story)
        assert len(server.asked) == 2

    def test_one_that_is_given_up_is_not_used_again(self) -> None:
        async def story(wire: Wire, url: str) -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await get(wire, url)
            assert read(await get(wire, url)) == ["second"]

        second = b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n["second"]'
        server = Server([LENGTH[:10]], [second])
        run(server, story, connections=1)
        assert server.connections == 2

    def test_one_that_says_more_than_was_asked_is_not_used_again(self) -> None:
        async def story(wire: Wire, url: str) -> None:
            for _ in range(2):
                assert read(await get(wire, url)) == []
                await asyncio.sleep(0.05)  # unsolicited data arrives

        server = Server([LENGTH, LENGTH.replace(b"[]", b"{}")], [LENGTH])
        run(server, story)
        assert server.connections == 2

    def test_nobody_there(self) -> None:
        async def story(wire: Wire, url: str) -> None:
            async with Wire(connections=1) as away:
                for _ in range(3):  # a place that was taken is given back
                    with pytest.raises(NoAnswerError):
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
    async def story(wire: Wire, url: str) -> None:
        with pytest.raises(NoAnswerError):
            await post(wire, url)
        assert read(await get(wire, url)) == []

    run(Server(script, [LENGTH]), story)
