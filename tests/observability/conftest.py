"""An API whose log is read."""

import os
from collections.abc import Iterator

import pytest

from local.addresses import HOST, free_port
from local.project import Project
from local.server import api_server, api_settings
from tests.observability.served import Served
from tests.stacks import scratch_folder


@pytest.fixture(scope="module")
def served(stack: Project) -> Iterator[Served]:
    port = free_port()
    with scratch_folder() as folder:
        env = {"PATH": os.defpath, "LOG_FORMAT": "json", "CORS_ORIGINS": "https://app.example.com"}
        server = api_server(port, api_settings(stack) | env, folder, folder / "api.log")
        server.start()
        try:
            yield Served(f"http://{HOST}:{port}", folder / "api.log")
        finally:
            server.stop()
