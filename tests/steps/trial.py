"""One request, one call of it that fails, and what its client finds then."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx

from api.errors import CODES
from tests.actors import NewUser, Sql
from tests.answers import code
from tests.steps.requests import Asked, Example, People
from tests.steps.site import Served
from tests.steps.stored import Stored, same
from tests.steps.wire import Fault, Wire

DONE, UNAVAILABLE, UNKNOWN = "as without the fault", "DATABASE_UNAVAILABLE", "OUTCOME_UNKNOWN"
TRIES = 4


@dataclass(frozen=True)
class Route:
    """Where an operation is served."""

    method: str
    path: str

    def to(self, session_id: UUID | None) -> str:
        """The path of a session."""
        return self.path.replace("{session_id}", str(session_id))


@dataclass(frozen=True)
class Usual:
    """What a request does without a fault."""

    answer: tuple[int, str]
    before: list[str]
    after: list[str]
    calls: int


class Trial:
    """Sends one example of a request, with or without an `Idempotency-Key`, as often as asked."""

    def __init__(
        self,
        served: Served,
        wire: Wire,
        sql: Sql,
        new_user: NewUser,
        stored: Stored,
        example: Example,
        route: Route,
        *,
        keyed: bool,
    ) -> None:
        self._served = served
        self._wire = wire
        self._sql = sql
        self._new_user = new_user
        self._stored = stored
        self._example = example
        self._route = route
        self._keyed = keyed

    async def usual(self) -> Usual:
        """Send it without a fault."""
        people, asked, headers = await self._arranged()
        before = self._stored.of(people.names)
        await self._wire.arm(None)
        answer = await self._send(asked, headers)
        calls = self._wire.calls
        after = self._stored.of(people.names)
        assert answer.status_code < 500, answer.text
        return Usual(result(answer, people.names), before, after, calls)

    async def fails(self, usual: Usual, fault: Fault, at: int) -> str | None:
        """Let call number `at` fail, and behave as a client does.

        Returns:
            What the first answer said; `None` if there was no such call.

        """
        people, asked, headers = await self._arranged()
        await self._wire.arm(fault, at)
        answer = await self._send(asked, headers)
        await self._wire.deliver()
        if not self._wire.happened:
            await self._wire.arm(None)
            return None
        now = self._stored.of(people.names)
        said = self._judge(usual, fault.in_doubt or at > 1, answer, now, people.names)
        await self._wire.arm(None)
        await self._repeat(usual, said, asked, headers, people, done=now == usual.after)
        return said

    async def _arranged(self) -> tuple[People, Asked, dict[str, str]]:
        people = People(self._sql, self._new_user)
        asked = self._example.arrange(people)
        key = {"Idempotency-Key": str(uuid4())} if self._keyed else {}
        await self._wire.arm(None)
        warm = await self._served.send(None, "GET", "/readyz")
        for _ in range(TRIES):  # connections that were cut are found to be so
            if warm.status_code == 200:
                break
            warm = await self._served.send(None, "GET", "/readyz")
        assert warm.status_code == 200, warm.text
        return people, asked, {**asked.headers, **key}

    async def _send(self, asked: Asked, headers: dict[str, str]) -> httpx.Response:
        path = self._route.to(asked.session_id)
        return await self._served.send(asked.user, self._route.method, path, asked.body, headers)

    def _judge(
        self,
        usual: Usual,
        in_doubt: bool,
        answer: httpx.Response,
        now: list[str],
        names: Mapping[UUID, str],
    ) -> str:
        """Hold the first answer against what is stored."""
        assert now in (usual.before, usual.after), f"half: {now}"
        if answer.status_code != 503:
            assert result(answer, names) == usual.answer, answer.text
            assert now == usual.after, "lost"
            return DONE
        said = code(answer)
        assert answer.json() == {"detail": {"code": said, "message": CODES[said].message}}  # type: ignore[index]
        assert (answer.headers.get("Retry-After") is None) == (said == UNKNOWN)
        if said == UNAVAILABLE:
            assert now == usual.before, "said not to have happened, and it has"
        else:
            assert said == UNKNOWN
            assert self._route.method != "GET", "a read is never in doubt"
            assert now == usual.after or in_doubt, "it could have been known"
        return said

    async def _repeat(
        self,
        usual: Usual,
        said: str,
        asked: Asked,
        headers: dict[str, str],
        people: People,
        *,
        done: bool,
    ) -> None:
        """Send it again until it is answered; a client without a key looks first, if told to."""
        writes = usual.before != usual.after
        creates = (writes and "{session_id}" not in self._route.path) or self._is_message()
        if creates and done and not self._keyed:
            return
        answer = await self._again(asked, headers)
        if writes and done and not self._keyed and self._example.again is not None:
            assert code(answer) == self._example.again
        else:
            assert result(answer, people.names) == usual.answer, answer.text
        assert self._stored.of(people.names) == usual.after, "not once, after it was repeated"
        if self._keyed and answer.status_code == 201:
            replay = await self._again(asked, headers)
            assert replay.headers.get("Idempotency-Replayed") == "true"
            assert replay.json() == answer.json()
            assert self._stored.of(people.names) == usual.after, "twice"

    def _is_message(self) -> bool:
        return self._example.operation.endswith("post_message")

    async def _again(self, asked: Asked, headers: dict[str, str]) -> httpx.Response:
        for _ in range(TRIES):
            answer = await self._send(asked, headers)
            if answer.status_code == 503:
                continue
            if self._keyed and answer.status_code == 409 and "Retry-After" in answer.headers:
                # the first request counts as in progress for ten seconds
                self._sql.execute(
                    "update public.session_api_idempotency_keys"
                    " set created_at = created_at - interval '11 seconds' where user_id = %s",
                    [asked.user.id if asked.user else None],
                )
                continue
            break
        return answer


def result(answer: httpx.Response, names: Mapping[UUID, str]) -> tuple[int, str]:
    """An answer in words that are the same for any users."""
    return answer.status_code, same(answer.text, names)
