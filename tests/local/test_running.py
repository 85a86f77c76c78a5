"""A real `supabase start` is recognized, and another project's is left alone."""

import json
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest

from local.addresses import HOST, free_port
from local.errors import LocalError
from local.running import RunningSupabase, find_supabase
from local.stack import Stack
from tests.local.servers import serving


def answering(answer: bytes) -> AbstractContextManager[int]:
    """A server that answers everything in the same way; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    return serving(Handler)


def port(url: str) -> int:
    """The port in an address."""
    port = urlsplit(url).port
    assert port is not None
    return port


class TestFind:
    def test_the_auth_service_gives_it_away(self) -> None:
        with answering(json.dumps({"name": "GoTrue", "version": "v2"}).encode()) as port:
            found = find_supabase(port, 54322)
        assert found is not None
        assert found.rest_url == f"http://{HOST}:{port}/rest/v1"

    def test_nothing(self) -> None:
        assert find_supabase(free_port(), 54322) is None

    @pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"name": "something else"}'])
    def test_something_else(self, answer: bytes) -> None:
        with answering(answer) as port:
            assert find_supabase(port, 54322) is None

    def test_not_a_stack_of_ours(self, running: Stack) -> None:
        assert find_supabase(port(running.url), 54322) is None


class TestMigrate:
    def test_leaves_another_project_alone(self, running: Stack) -> None:
        with pytest.raises(LocalError, match="another project"):
            RunningSupabase(free_port(), port(running.database_url)).migrate()

    def test_database_away(self) -> None:
        with pytest.raises(LocalError, match="refuses"):
            RunningSupabase(free_port(), free_port()).migrate()
