"""The API's own process, on a local project."""

import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic_settings import DotEnvSettingsSource

from api.settings import Settings
from local.addresses import HOST, REST_PATH, is_healthy
from local.migrations import login_url
from local.processes import Child
from local.project import Project

_START_SECONDS = 30


def api_settings(project: Project, backend: str = "postgrest") -> dict[str, str]:
    """Return the environment variables with which the API serves `project` in development.

    Args:
        project: the project.
        backend: `postgrest`, or `postgres` for direct connections.

    """
    is_direct = backend == "postgres"
    return {
        "API_DATABASE_URL": login_url(project.database_url) if is_direct else "",
        "ENVIRONMENT": "development",
        "SUPABASE_URL": project.rest_url.removesuffix(REST_PATH),
        "POSTGREST_URL": project.postgrest_url,
        "SUPABASE_PUBLISHABLE_KEY": project.anon_key,
        "SUPABASE_JWT_SECRET": project.jwt_secret,
        # another project's, in a `.env`
        "SUPABASE_JWKS_URL": "",
        "SESSION_API_SIGNING_KEY": "",
    }


def settings_from_file(env: Mapping[str, str]) -> list[str]:
    """Return the names of the settings that a process with this environment takes from `.env`."""
    found = DotEnvSettingsSource(Settings)()
    names = {field: field.upper() for field in Settings.model_fields}
    return [name for field, name in names.items() if field in found and name not in env]


def api_server(
    port: int, env: Mapping[str, str], folder: Path | None = None, log: Path | None = None
) -> Child:
    """Describe the API's process: not started yet, ready when `/healthz` is.

    Args:
        port: where it listens, on this machine only.
        env: its whole environment.
        folder: where it runs, and so whose `.env` it reads; `None` for the caller's.
        log: the file for its log; `None` for the terminal.

    """
    return Child(
        "The API",
        [sys.executable, "-m", "api", "serve", "--host", HOST, "--port", str(port)],
        env=env,
        is_ready=lambda: is_healthy(port, "/healthz"),
        start_seconds=_START_SECONDS,
        folder=folder,
        log=log,
    )
