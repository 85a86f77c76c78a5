"""A project's database served: PostgREST and the API on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import httpx

from api.doctor.examination import examine
from api.doctor.findings import Check
from api.settings import LOCAL_JWT_SECRET, Settings
from local.addresses import HOST, free_port, is_healthy
from local.gateway import gateway
from local.keys import api_key, user_token
from local.postgrest import configuration, find_postgrest
from local.processes import STACK_VARIABLE, Child
from tests.install.servers import Server
from tests.preloaded import PreloadedApi
from tests.stacks.folder import scratch_folder

_SECONDS = 20


@dataclass(frozen=True)
class Site:
    """Where a project is served, and with which settings."""

    api: str
    rest: str
    database_url: str
    env: dict[str, str]

    def as_user(self, user: UUID | str) -> httpx.Client:
        """The API for a signed-in user."""
        return self._client(self.api, user)

    def browser(self, user: UUID | str) -> httpx.Client:
        """PostgREST for a signed-in user's browser."""
        return self._client(self.rest, user)

    def examine(self) -> list[Check]:
        """What the doctor says."""
        settings = {name.lower(): value for name, value in self.env.items() if value}
        return list(examine(Settings.model_validate(settings), self.database_url))

    def _client(self, url: str, user: UUID | str) -> httpx.Client:
        token = user_token(UUID(str(user)), 3600, LOCAL_JWT_SECRET, "authenticated")
        return httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=_SECONDS
        )


@contextmanager
def served(server: Server, database: str, kinds: str) -> Iterator[Site]:
    """Serve a database that has these kinds."""
    port, admin, api, front = free_port(), free_port(), free_port(), free_port()
    with scratch_folder() as folder:
        rest = Child(
            "PostgREST",
            [str(find_postgrest())],
            env={
                **configuration(LOCAL_JWT_SECRET),
                STACK_VARIABLE: database,
                "PGRST_DB_URI": f"postgres://authenticator@/{database}"
                f"?host={server.socket}&port={server.port}",
                "PGRST_SERVER_HOST": HOST,
                "PGRST_SERVER_PORT": str(port),
                "PGRST_ADMIN_SERVER_PORT": str(admin),
            },
            is_ready=lambda: is_healthy(admin, "/ready"),
            start_seconds=_SECONDS,
            log=folder / "postgrest.log",
        )
        env = {
            "ENVIRONMENT": "development",
            "SUPABASE_URL": f"http://{HOST}:{front}",
            "POSTGREST_URL": f"http://{HOST}:{port}",
            "SUPABASE_JWT_SECRET": LOCAL_JWT_SECRET,
            "SUPABASE_JWKS_URL": "",
            "SUPABASE_PUBLISHABLE_KEY": api_key("anon"),
            "SESSION_API_SIGNING_KEY": "",
            "RATE_LIMITS": "off",
            "KINDS": kinds,
        }
        gate = gateway(
            front, f"http://{HOST}:{port}", LOCAL_JWT_SECRET, database, folder / "gateway.log"
        )
        process = PreloadedApi(api, {"PATH": os.defpath, **env}, folder, folder / "api.log")
        try:
            gate.launch()
            rest.start()
            gate.wait()
            process.start()
            yield Site(f"http://{HOST}:{api}", f"http://{HOST}:{port}", server.url(database), env)
        finally:
            process.stop()
            gate.stop()
            rest.stop()
