"""More concurrent requests than a worker accepts."""

import asyncio

import httpx
from starlette.middleware import Middleware

from api.http.application import Application
from api.http.frame import Frame
from api.http.overload import InProgress


class TestInProgress:
    def test_one_more_is_told_at_once(self) -> None:
        begun, done = asyncio.Event(), asyncio.Event()
        app = Application(middleware=[Middleware(Frame), Middleware(InProgress, most=2)])

        @app.get("/")
        async def wait() -> str:
            begun.set()
            await done.wait()
            return "done"

        @app.get("/fail")
        async def fail() -> None:
            raise ValueError

        async def run() -> list[int]:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as it:
                for _ in range(3):  # whatever comes of a request, its place is free again
                    assert (await it.get("/fail")).status_code == 500
                    given_up = asyncio.create_task(it.get("/"))
                    await begun.wait()
                    given_up.cancel()
                    await asyncio.wait([given_up])
                    begun.clear()
                requests = [asyncio.create_task(it.get("/")) for _ in range(5)]
                refused, _ = await asyncio.wait(requests, return_when="FIRST_COMPLETED")
                answer = refused.pop().result()
                assert answer.status_code == 503
                assert answer.headers["Retry-After"] == "1"
                done.set()
                return sorted([(await request).status_code for request in requests])

        assert asyncio.run(run()) == [200, 200, 503, 503, 503]
