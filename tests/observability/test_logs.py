"""The log: one line per request, and never tokens or user content."""

import socket
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.actors import NewMatch, NewUser, NewWingman, Sql, User
from tests.answers import keyed
from tests.conftest import client
from tests.kinds import OWNED, new_posting
from tests.observability.served import SECRET, Served, signed_in

NOBODY = uuid4()


class TestLine:
    def test_read(self, served: Served, wingman: NewWingman) -> None:
        session = wingman()
        with signed_in(served, session.user1) as user1:
            answer = user1.get(f"/api/v1/wingman/sessions/{session.session_id}?secret=1")
        line = served.after(answer)
        assert line.pop("timestamp")
        assert 0 < line.pop("upstream_ms") < line.pop("ms")
        assert line == {
            "level": "info",
            "event": "request",
            "request_id": answer.headers["X-Request-ID"],
            "method": "GET",
            "route": "/api/v1/wingman/sessions/{session_id}",
            "kind": "wingman",
            "status": 200,
            "upstream_count": 1,
            "user_id": str(session.user1.id),
            "session_id": str(session.session_id),
            "events": ["session_read"],
        }

    def test_published_path(self, served: Served, wingman: NewWingman) -> None:
        session = wingman()
        with signed_in(served, session.user1) as user1:
            line = served.after(user1.get(f"/api/session/{session.session_id}"))
        assert (line["kind"], line["route"]) == ("wingman", "/api/session/{session_id}")

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/api/v1/study/sessions", "study"),
            ("/api/sessions", "study"),
            ("/sessions", "study"),
            ("/api/v1/sessions", "interview"),
            ("/api/v1/chat/sessions", "chat"),
        ],
    )
    def test_one_router_at_many_paths(
        self, served: Served, user: NewUser, path: str, kind: str
    ) -> None:
        with signed_in(served, user()) as reader:
            one, every = reader.get(f"{path}/{NOBODY}"), reader.get(path)
        line = served.after(one)
        assert (line["kind"], line["route"]) == (kind, f"{path}/{{session_id}}")
        assert served.after(every)["route"] == path

    def test_refused(self, served: Served) -> None:
        line = served.after(httpx.get(f"{served.address}/api/v1/study/sessions"))
        assert (line["status"], line["code"]) == (401, "NOT_AUTHENTICATED")
        assert line["events"] == ["session_denied"]
        assert "user_id" not in line

    def test_unknown_path(self, served: Served) -> None:
        assert served.after(httpx.get(f"{served.address}/{SECRET}"))["route"] == "unknown"

    def test_an_id_that_is_none(self, served: Served, user: NewUser) -> None:
        with signed_in(served, user()) as reader:
            line = served.after(reader.get(f"/api/v1/study/sessions/{SECRET}"))
        assert line["route"] == "/api/v1/study/sessions/{session_id}"
        assert "session_id" not in line

    def test_head(self, served: Served, user: NewUser) -> None:
        with signed_in(served, user()) as reader:
            line = served.after(reader.head(f"/api/v1/study/sessions/{NOBODY}"))
        assert (line["status"], line["session_id"]) == (404, str(NOBODY))

    def test_a_client_that_leaves_before_its_body_has_come(self, served: Served) -> None:
        address = urlsplit(served.address)
        request = "POST /api/v1/study/sessions HTTP/1.1\r\nHost: x\r\nX-Request-ID: left\r\n"
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(f"{request}Content-Length: 100\r\n\r\n{{".encode())
        line = served.line("left")
        assert (line["status"], line["level"]) == (499, "info")

    def test_probes_are_quiet(self, served: Served) -> None:
        answer = httpx.get(f"{served.address}/healthz", headers={"X-Request-ID": "probe"})
        assert answer.status_code == 200
        assert not [it for it in served.lines() if it.get("request_id") == "probe"]


class TestEvents:
    def test_created_and_deleted(self, served: Served, user: NewUser) -> None:
        with signed_in(served, user()) as owner:
            created = owner.post("/api/v1/study/sessions", json={"title": "Algebra"})
            path = f"/api/v1/study/sessions/{created.json()['id']}"
            deleted = owner.delete(path)
        assert served.after(created)["events"] == ["session_created"]
        assert served.after(created)["session_id"] == created.json()["id"]
        assert served.after(deleted)["events"] == ["session_deleted"]

    def test_created_before(self, served: Served, user: NewUser) -> None:
        body, headers = {"title": "Algebra"}, keyed()
        with signed_in(served, user()) as owner:
            first = owner.post("/api/v1/study/sessions", json=body, headers=headers)
            again = owner.post("/api/v1/study/sessions", json=body, headers=headers)
        line = served.after(again)
        assert line["session_id"] == first.json()["id"]
        assert "events" not in line

    def test_what_has_not_happened(self, served: Served, user: NewUser) -> None:
        path = "/api/v1/study/sessions"
        with signed_in(served, user()) as owner:
            refused = (owner.post(path, json={"title": ""}), owner.delete(f"{path}/{NOBODY}"))
        lines = [served.after(it) for it in refused]
        assert [it["status"] for it in lines] == [422, 404]
        assert not [it for it in lines if "events" in it]

    def test_confirmed_then_completed(self, served: Served, wingman: NewWingman) -> None:
        session = wingman()
        path = f"/api/v1/wingman/sessions/{session.session_id}/confirm"
        with signed_in(served, session.user1) as user1, signed_in(served, session.user2) as user2:
            first, second = user1.post(path), user2.post(path)
        assert served.after(first)["events"] == ["session_confirmed"]
        assert served.after(second)["events"] == ["session_confirmed", "session_completed"]

    def test_denied(self, served: Served, wingman: NewWingman) -> None:
        session = wingman()
        with signed_in(served, session.stranger) as stranger:
            line = served.after(stranger.get(f"/api/v1/wingman/sessions/{session.session_id}"))
        assert (line["events"], line["code"]) == (["session_denied"], "NOT_A_PARTICIPANT")
        assert line["user_id"] == str(session.stranger.id)


class TestSecrets:
    """Something secret in every place where a client can write something."""

    def test_a_run_over_every_endpoint(
        self, served: Served, sql: Sql, user: NewUser, match: NewMatch, wingman: NewWingman
    ) -> None:
        planned, going, owner = match(), wingman(), user(SECRET)
        people = [planned.user1, planned.user2, going.user1, going.user2, owner]
        planted = {
            "headers": {
                **dict.fromkeys(["User-Agent", "Cookie", "Referer", "X-Request-ID"], f"a {SECRET}"),
                **dict.fromkeys(["Idempotency-Key", "If-None-Match", "X-Test-User-ID"], SECRET),
                "X-Forwarded-For": f"203.0.113.7, {SECRET}",
                "Origin": f"https://{SECRET}.example",
            },
            "params": {"secret": SECRET, "limit": SECRET, "token": owner.token},
        }
        done: set[tuple[str, str]] = set()

        def call(who: User, method: str, path: str, body: object = None) -> httpx.Response:
            with signed_in(served, who) as caller:
                answer = caller.request(method, path, json=body)
                assert answer.status_code < 300, answer.text
                headers = {**planted["headers"], "Authorization": f"Bearer {who.token}"}
                options: dict[str, Any] = {**planted, "headers": headers}
                # again with secrets around it, then in bodies that are refused or not read
                caller.request(method, path, json=body, **options)
                caller.request(method, path, json={SECRET: SECRET, "title": [SECRET]}, **options)
                caller.request(method, path, content=f'{{"{SECRET}', **options)
                caller.request(method, path, content=SECRET * 20_000, **options)
            with client(served.address, Authorization=f"Bearer {SECRET}.{SECRET}.") as nobody:
                nobody.request(method, path, json=body, params=planted["params"])
            for it in served.lines():
                done.add((method, it.get("route", "")))
            return answer

        title, study = {"title": f"Title {SECRET}"}, "/api/v1/study/sessions"
        for kind in OWNED:
            body = kind.new(sql, owner)
            if "title" in body:
                body |= title
            path = call(owner, "POST", kind.path, body).headers["Location"]
            call(owner, "GET", kind.path)
            call(owner, "GET", path)

        path = call(owner, "POST", study, title | {"description": SECRET}).headers["Location"]
        call(owner, "PUT", path, title | {"draft_plan": {SECRET: SECRET}})
        call(owner, "DELETE", path)

        interview = "/api/v1/interview/sessions"
        posting = {"job_posting_id": str(new_posting(sql, owner, f"Job {SECRET}"))}
        call(owner, "POST", interview, posting)

        chat = "/api/v1/chat/sessions"
        path = call(owner, "POST", chat, title).headers["Location"]
        call(owner, "POST", f"{path}/messages", {"content": f"Words: {SECRET}"})
        call(owner, "GET", f"{path}/messages")
        call(owner, "PATCH", path, title)
        call(owner, "DELETE", path)

        meetings = "/api/v1/wingman/sessions"
        meeting = {
            "match_id": str(planned.match_id),
            "venue_name": f"Café {SECRET}",
            "scheduled_time": "2095-05-01T19:30:00Z",
            "user1_challenge_id": str(planned.challenge1_id),
            "user2_challenge_id": str(planned.challenge2_id),
        }
        path = call(planned.user1, "POST", meetings, meeting).headers["Location"]
        call(planned.user1, "GET", meetings)
        call(planned.user1, "GET", path)
        call(planned.user2, "PATCH", f"{path}/notes", {"notes": f"Notes {SECRET}"})
        call(planned.user2, "POST", f"{path}/cancel")
        call(going.user1, "POST", f"{meetings}/{going.session_id}/confirm")
        call(going.user1, "POST", f"{meetings}/{going.session_id}/no-show")

        for path in (f"/{SECRET}", f"{study}/{SECRET}", f"/docs?token={SECRET}", "/openapi.json"):
            httpx.get(served.address + path, params=planted["params"])

        document = httpx.get(f"{served.address}/openapi.json").json()["paths"]
        every = {(method.upper(), it) for it in document for method in document[it]}
        quiet = {("GET", "/healthz"), ("GET", "/readyz")}
        assert every - quiet - done == set(), "call these above, with secrets"

        log = served.log.read_text()
        assert log.count('"status":200') > 10
        assert SECRET not in log.lower()
        for person in people:
            assert person.token not in log
            assert person.token.split(".")[2] not in log
        assert "203.0.113.7" not in log
