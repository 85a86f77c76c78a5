"""Metrics: who may read them, what they count, and that no client can make them grow."""

import re
from uuid import uuid4

import httpx
import pytest

from local.project import Project
from tests.actors import NewUser, NewWingman, Sql
from tests.conftest import AsUser, Serve, client, get
from tests.counting import counting_proxy
from tests.sessions.wingman.conftest import READ, at, put_off

TOKEN = "a-metrics-token-for-tests"


@pytest.fixture(scope="module")
def measured(serve: Serve) -> str:
    """The address of an API with metrics."""
    return serve(METRICS_TOKEN=TOKEN)


def read(address: str) -> dict[str, float]:
    """All samples, by their name and labels as Prometheus reads them."""
    answer = get(f"{address}/metrics", Authorization=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = (it.rpartition(" ") for it in answer.text.splitlines() if not it.startswith("#"))
    return {name: float(value) for name, _, value in lines}


class TestAccess:
    def test_without_a_token_there_is_nothing(self, anonymous: httpx.Client) -> None:
        answer = anonymous.get("/metrics", headers={"Authorization": "Bearer x"})
        assert answer.status_code == 404
        assert answer.json()["detail"]["code"] == "NOT_FOUND"

    @pytest.mark.parametrize("sent", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
    def test_wrong_token(self, measured: str, sent: str | None) -> None:
        headers = {} if sent is None else {"Authorization": sent}
        answer = get(f"{measured}/metrics", **headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_a_users_token(self, measured: str, as_user: AsUser, user: NewUser) -> None:
        assert as_user(user(), measured).get("/metrics").status_code == 401


class TestCounts:
    ROUTE = 'method="GET",route="/api/v1/wingman/sessions/{session_id}"'

    def test_requests(self, measured: str, as_user: AsUser, wingman: NewWingman) -> None:
        session, before = wingman(), read(measured)
        as_user(session.user1, measured).get(at(session))
        as_user(session.stranger, measured).get(at(session))
        after = read(measured)

        def more(name: str) -> float:
            return after.get(name, 0) - before.get(name, 0)

        assert more(f'session_api_requests_total{{{self.ROUTE},status="200"}}') == 1
        assert more(f'session_api_requests_total{{{self.ROUTE},status="403"}}') == 1
        assert more(f"session_api_request_seconds_count{{{self.ROUTE}}}") == 2
        assert more(f"session_api_upstream_seconds_count{{{self.ROUTE}}}") == 2
        assert more(f"session_api_upstream_requests_total{{{self.ROUTE}}}") == 3
        assert more('session_api_denials_total{code="NOT_A_PARTICIPANT"}') == 1

    def test_confirm_retries(
        self,
        serve: Serve,
        as_user: AsUser,
        wingman: NewWingman,
        stack: Project,
        backend: str,
        sql: Sql,
    ) -> None:
        session = wingman(due=False)
        with counting_proxy(stack, backend) as proxy:
            slow = serve(METRICS_TOKEN=TOKEN, **proxy.settings)
            # its time comes between the write and the question why nothing was written
            proxy.before = lambda request: request == READ and put_off(sql, session, "-1 second")
            answer = as_user(session.user1, slow).post(at(session, "confirm"))
            counted = read(slow)
        assert answer.status_code == 200
        assert counted["session_api_confirm_retries_total"] == 1

    def test_several_workers_are_added_up(
        self, serve: Serve, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = str(tmp_path_factory.mktemp("metrics"))
        workers = [
            serve(METRICS_TOKEN=TOKEN, PROMETHEUS_MULTIPROC_DIR=folder, LOG_LEVEL=level)
            for level in ("info", "warning")
        ]
        sample = 'session_api_requests_total{method="GET",route="/openapi.json",status="200"}'
        before = read(workers[0]).get(sample, 0)
        for address in workers:
            get(f"{address}/openapi.json")
            read(address)  # it counts a request once answered, so before the next
        for address in workers:
            assert read(address)[sample] == before + 2


class TestLabels:
    def test_are_a_closed_list(self, measured: str, as_user: AsUser, user: NewUser) -> None:
        with client(measured) as visitor:
            for path in ("/metrics", "/api/v1/study/sessions", "/x"):
                visitor.get(path)
            visitor.request("PURGE", "/x")
            visitor.request("PURGE", f"/api/v1/study/sessions/{uuid4()}")
            read(measured)  # counted by the next one
            before = read(measured)
            for number in range(50):
                visitor.get(f"/{uuid4()}")
                visitor.request(f"METHOD{number}", "/x")
                visitor.request(f"METHOD{number}", f"/api/v1/study/sessions/{uuid4()}")
                visitor.get(f"/docs/{number}")
            owner = as_user(user(), measured)
            owner.get(f"/api/v1/study/sessions/{uuid4()}")
            once = read(measured)
            for _ in range(20):
                owner.get(f"/api/v1/study/sessions/{uuid4()}")
            assert read(measured).keys() == once.keys()
        mine = 'method="GET",route="/api/v1/study/sessions/{session_id}"'
        assert {name for name in once.keys() - before.keys() if mine not in name} == set()
        assert not [name for name in once if re.search(r"[0-9a-f]{8}-|METHOD|PURGE", name)]
