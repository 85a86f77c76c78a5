"""The gateway's process: what listens at a local Supabase's address."""

import os
import sys
from pathlib import Path

from local.addresses import answers
from local.keys import api_key
from local.processes import STACK_VARIABLE, Child

_START_SECONDS = 20


def gateway(port: int, postgrest_url: str, jwt_secret: str, marker: str, log: Path) -> Child:
    """Describe the gateway: not started yet.

    Args:
        port: where it listens, on this machine only.
        postgrest_url: PostgREST's own address.
        jwt_secret: what signs the stack's keys.
        marker: the stack's name, by which its processes can be found.
        log: the file for its log.

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
        },
        is_ready=lambda: answers(port),
        start_seconds=_START_SECONDS,
        log=log,
    )
