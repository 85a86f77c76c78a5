"""A hundred thousand requests: what memory and open files they leave behind."""

import asyncio
from dataclasses import dataclass

from tests.faults.load import WINGMAN, Pair
from tests.faults.site import Site

CONNECTIONS = 16
WARM_UP = 0.1
MIB = 1024 * 1024


@dataclass
class Growth:
    """All workers together, warm and at the end."""

    requests: int
    memory: tuple[float, float]  # MiB
    files: tuple[int, int]

    @property
    def is_none(self) -> bool:
        """Whether nothing has grown, but for what a heap moves by."""
        return (
            self.memory[1] - self.memory[0] < max(10, self.memory[0] * 0.05)
            and self.files[1] <= self.files[0] + 4
        )


def measure(site: Site) -> tuple[float, int]:
    """Return the workers' memory in MiB, and their open files."""
    workers = site.workers()
    return sum(it.memory_info().rss for it in workers) / MIB, sum(it.num_fds() for it in workers)


async def grow(site: Site, pair: Pair, requests: int) -> Growth:
    """Read and write, over kept and over new connections."""
    await ask(site, pair, int(requests * WARM_UP))
    before = measure(site)
    await ask(site, pair, requests)
    await asyncio.sleep(1)  # what is closing, closes
    after = measure(site)
    return Growth(requests, (before[0], after[0]), (before[1], after[1]))


async def ask(site: Site, pair: Pair, requests: int) -> None:
    """Send so many requests, CONNECTIONS at a time."""
    left = iter(range(requests))
    bearer = f"Authorization: Bearer {pair.match.user1.token}\r\n"
    path = f"{WINGMAN}/{pair.notes_session}"
    kinds = [
        f"GET {path} HTTP/1.1\r\nHost: x\r\n{bearer}\r\n",
        f"GET {WINGMAN} HTTP/1.1\r\nHost: x\r\n{bearer}\r\n",
        "GET /api/v1/study/sessions HTTP/1.1\r\nHost: x\r\n\r\n",
        f"PATCH {path}/notes HTTP/1.1\r\nHost: x\r\n{bearer}"
        'Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{"notes":"x"}',
    ]

    async def one_client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        for number in left:
            writer.write(kinds[number % 10 % len(kinds)].encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            if number % 50 == 0:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.close()

    await asyncio.gather(*(one_client() for _ in range(CONNECTIONS)))
