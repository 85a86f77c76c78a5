"""Headers: of every answer, of users' data, and of session details that revalidate."""

import re
from base64 import b64encode
from hashlib import sha256

import httpx
import pytest
from fastapi import Response
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse

from api.http.application import Application
from api.http.etags import TAG
from api.http.frame import Frame
from api.http.headers import SecurityHeaders
from api.http.revalidation import matches, revalidate
from tests.actors import NewUser, NewWingman
from tests.conftest import AsUser
from tests.in_process import InProcess

DETAILS = "/api/v1/wingman/sessions"


def policy(answer: httpx.Response) -> dict[str, list[str]]:
    """An answer's Content-Security-Policy."""
    directives = (it.split() for it in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in directives}


class TestSecurity:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/healthz", 200),
            ("GET", "/nowhere", 404),
            ("GET", "/api/v1/study/sessions", 401),
            ("POST", "/api/v1/study/sessions", 413),
            ("DELETE", "/healthz", 405),
        ],
    )
    def test_every_answer(
        self, anonymous: httpx.Client, method: str, path: str, status: int
    ) -> None:
        answer = anonymous.request(method, path, content="x" * 400_000 if status == 413 else None)
        assert answer.status_code == status
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert policy(answer) == {"default-src": ["'none'"], "frame-ancestors": ["'none'"]}
        assert "Strict-Transport-Security" not in answer.headers, "this is development"
        assert len(answer.headers.get_list("Cache-Control")) == 1

    def test_only_https_in_production(self) -> None:
        app = Application(middleware=[Middleware(Frame, steps=[SecurityHeaders(production=True)])])
        answer = InProcess(app).get("/nowhere")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"

    def test_the_page_may_run_its_own_scripts(self, anonymous: httpx.Client) -> None:
        answer = anonymous.get("/docs")
        allowed = policy(answer)["script-src"]
        assert "'unsafe-inline'" not in allowed
        for script in re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL):
            digest = b64encode(sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in allowed
        assert policy(answer)["frame-ancestors"] == ["'none'"]

    def test_the_page_needs_no_other_site(self, anonymous: httpx.Client) -> None:
        answer = anonymous.get("/docs")
        named = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
        assert len(named) == 3
        for path in named:
            assert path.startswith("/docs/")
            found = anonymous.get(path)
            assert found.status_code == 200
            assert found.headers["Cache-Control"] == "public, max-age=3600"
        for sources in policy(answer).values():
            assert not [it for it in sources if "http" in it or "*" in it]


class TestUsersData:
    def test_is_kept_by_nobody(self, as_user: AsUser, user: NewUser) -> None:
        owner = as_user(user())
        created = owner.post("/api/v1/chat/sessions", json={"title": "Algebra"})
        messages = f"{created.headers['Location']}/messages"
        posted = owner.post(messages, json={"role": "user", "content": "Hello"})
        assert posted.status_code == 201
        for answer in (posted, owner.get(messages), owner.get("/api/v1/chat/sessions")):
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert "ETag" not in answer.headers


class TestDetails:
    def test_unchanged(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        user1 = as_user(session.user1)
        first = user1.get(f"{DETAILS}/{session.session_id}")
        assert first.headers["Cache-Control"] == "private, no-cache"
        assert TAG.fullmatch(first.headers["ETag"])
        vary = first.headers["Vary"].split(", ")
        assert {"Authorization", "Origin"} <= set(vary)

        condition = {"If-None-Match": first.headers["ETag"]}
        again = user1.get(f"{DETAILS}/{session.session_id}", headers=condition)
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == "private, no-cache"
        assert "Content-Length" not in again.headers
        assert user1.get(f"/api/session/{session.session_id}", headers=condition).status_code == 304

    def test_changed(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        user1, user2 = as_user(session.user1), as_user(session.user2)
        path = f"{DETAILS}/{session.session_id}"
        first = user1.get(path)
        user2.post(f"{path}/confirm")
        again = user1.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 200
        assert again.headers["ETag"] != first.headers["ETag"]
        assert again.json()["participants"]["user1"]["confirmed"] is True

    def test_a_tag_opens_nothing(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        path = f"{DETAILS}/{session.session_id}"
        tag = as_user(session.user1).get(path).headers["ETag"]
        for condition in (tag, "*"):
            headers = {"If-None-Match": condition}
            answer = as_user(session.stranger).get(path, headers=headers)
            assert answer.status_code == 403
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert "ETag" not in answer.headers

    def test_head(self, as_user: AsUser, wingman: NewWingman) -> None:
        session = wingman()
        user1 = as_user(session.user1)
        path = f"{DETAILS}/{session.session_id}"
        head, get = user1.head(path), user1.get(path)
        assert head.headers["ETag"] == get.headers["ETag"]
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
        condition = {"If-None-Match": head.headers["ETag"]}
        assert user1.head(path, headers=condition).status_code == 304

    @pytest.mark.parametrize(
        ("conditions", "matching"),
        [
            (['"a"'], True),
            (['W/"a"'], True),
            (['"b", "a"'], True),
            (['"b"', '"a"'], True),
            (["*"], True),
            (['*, "b"'], False),
            (['"b"'], False),
            (["a"], False),
            ([""], False),
            ([], False),
        ],
    )
    def test_conditions(self, conditions: list[str], *, matching: bool) -> None:
        assert matches(conditions, '"a"') is matching

    def test_a_body_in_pieces_is_sent_as_it_comes(self) -> None:
        app = Application(middleware=[Middleware(Frame, steps=[revalidate])])

        @app.get("/")
        async def stream() -> Response:
            return StreamingResponse(iter(["a", "b"]), headers={"ETag": '"x"'})

        answer = InProcess(app).get("/", headers={"If-None-Match": '"x"'})
        assert (answer.status_code, answer.text) == (200, "ab")
