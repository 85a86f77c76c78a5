"""The gateway's process: what listens at a local Supabase's address."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.addresses import answers
from local.keys import api_key
from local.processes import STACK_VARIABLE, Child

_START_SECONDS = 20


@dataclass(frozen=True)
class Services:
    """What the gateway needs beside PostgREST, to serve sign-in and live changes.

    Args:
        signing_key: the file of the stack's private key.
        jwt_expiry: seconds that an access token is valid.
        database_url: gives the database's address for a role.

    """

    signing_key: Path
    jwt_expiry: int
    database_url: Callable[[str], str]


def gateway(
    port: int,
    postgrest_url: str,
    jwt_secret: str,
    marker: str,
    log: Path,
    services: Services | None = None,
) -> Child:
    """Describe the gateway: not started yet.

    Args:
        port: where it listens, on this machine only.
        postgrest_url: PostgREST's own address.
        jwt_secret: what signs the stack's keys.
        marker: the stack's name, by which its processes can be found.
        log: the file for its log.
        services: for sign-in and live changes; without, it has PostgREST alone.

    """
    return Child(
        "The gateway",
        [sys.executable, "-m", "local.proxy"],
        env={
            **os.environ,
            STACK_VARIABLE: marker,
            "GATEWAY_PORT": str(port),
            "GATEWAY_POSTGREST_URL": postgrest_url,
            "GATEWAY_ANON_KEY": api_key("anon", jwt_secret),
            "GATEWAY_SERVICE_ROLE_KEY": api_key("service_role", jwt_secret),
            **({} if services is None else _environment(services, jwt_secret)),
        },
        is_ready=lambda: answers(port),
        start_seconds=_START_SECONDS,
        log=log,
    )


def _environment(services: Services, jwt_secret: str) -> dict[str, str]:
    return {
        "GATEWAY_SIGNING_KEY": str(services.signing_key),
        "GATEWAY_JWT_SECRET": jwt_secret,
        "GATEWAY_JWT_EXPIRY": str(services.jwt_expiry),
        "GATEWAY_AUTH_DATABASE_URL": services.database_url("supabase_auth_admin"),
        "GATEWAY_CHANGES_DATABASE_URL": services.database_url("supabase_realtime_admin"),
        "GATEWAY_READER_DATABASE_URL": services.database_url("authenticator"),
    }
