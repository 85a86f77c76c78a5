"""Each route's declared action."""

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from fastapi import APIRouter, FastAPI

from api.http.frame import Frame
from api.http.served_route import ServedRoute
from api.kinds import KINDS
from api.main import create_app
from api.routing import serve, serve_all
from tests.in_process import InProcess
from tests.rate_limits.limits import settings

if TYPE_CHECKING:
    from api.observability.exchange import Exchange
    from api.operations import Action


class TestActions:
    def test_of_every_route(self) -> None:
        """Each route's limit. A POST that is neither of the named ones changes what there is."""
        app = create_app(settings(rate_limits=False))
        found: dict[Action, set[tuple[str, str]]] = {}
        for route in app.routes:
            assert isinstance(route, ServedRoute)
            if route.include_in_schema:
                [method] = list(route.methods or [])
                found.setdefault(route.operation.action, set()).add((method, route.path))
        assert found["create"] == {("POST", kind.path) for kind in KINDS.values()}
        assert found["message"] == {("POST", "/api/v1/chat/sessions/{session_id}/messages")}
        assert found["confirm"] == {("POST", "/api/v1/wingman/sessions/{session_id}/confirm")}
        assert {method for method, _ in found["read"]} == {"GET"}
        assert found["write"] >= {
            ("PUT", "/api/v1/study/sessions/{session_id}"),
            ("PATCH", "/api/v1/wingman/sessions/{session_id}/notes"),
            ("POST", "/api/v1/wingman/sessions/{session_id}/cancel"),
            ("DELETE", "/api/v1/chat/sessions/{session_id}"),
        }
        assert {method for method, _ in found["write"]} <= {"POST", "PUT", "PATCH", "DELETE"}
        assert not {path for _, path in found["write"]} & {it.path for it in KINDS.values()}

    def test_published_paths_are_limited_alike(self) -> None:
        """An endpoint's other paths share its limit."""
        app = create_app(settings(rate_limits=False))
        said: dict[object, set[Action]] = {}
        for route in app.routes:
            assert isinstance(route, ServedRoute)
            said.setdefault(route.endpoint, set()).add(route.operation.action)
        assert {len(actions) for actions in said.values()} == {1}

    def test_however_the_path_is_written(self) -> None:
        """Starlette's pattern of a path takes a line feed at its end."""
        app = FastAPI()
        serve_all(app, settings())
        ended: list[Exchange] = []
        watched = InProcess(Frame(app, observers=[ended.append]))
        for path in ("chat/sessions", f"chat/sessions/{uuid4()}/messages"):
            watched.post(f"/api/v1/{path}%0A")
        assert [it.operation.action for it in ended] == ["create", "message"]

    def test_an_endpoint_that_does_not_say(self) -> None:
        router = APIRouter()

        @router.get("/x")
        async def quiet() -> None: ...

        with pytest.raises(TypeError, match="quiet does not say what it does"):
            serve(FastAPI(), router)
