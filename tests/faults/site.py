"""All that serves: Postgres, PostgREST, the API with two workers, Redis, the project's keys.

With direct connections, there can be a standby of Postgres too.
"""

import json
import math
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import psutil

from local.addresses import HOST, free_port, is_healthy
from local.migrations import login_url
from local.processes import Child
from local.server import api_settings
from local.signing_key import public_key, signing_key
from local.stack import Stack
from tests.actors import User
from tests.identity.jwks_server import JwksServer
from tests.rate_limits.redis_server import RedisServer, redis_server
from tests.stacks import scratch_folder
from tests.standby import Standby, of_both, standby

WORKERS = 2
START_SECONDS = 60
GENEROUS = "10000000/minute"


class Site:
    """A site whose parts can be taken away and brought back."""

    def __init__(
        self,
        stack: Stack,
        redis: RedisServer,
        keys: JwksServer,
        folder: Path,
        backend: str,
        second: Standby | None,
    ) -> None:
        self.stack = stack
        self.standby = second
        self.database_url = stack.database_url
        """The database of the primary, whichever that is."""
        self.may_lose_from = math.inf
        """Writes acknowledged after this may be lost: the standby did not have them."""
        self.second_primary: str | None = None
        """The database of a primary that takes writes beside the right one."""
        self.redis = redis
        self.keys = keys
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        limits = ("READ", "CREATE", "MESSAGE", "CONFIRM", "WRITE", "ADDRESS", "FAILED_AUTH")
        self.api = Child(
            "The API",
            [
                *(sys.executable, "-m", "api", "serve"),
                *("--host", HOST, "--port", str(self.port), "--workers", str(WORKERS)),
            ],
            env={
                "PATH": os.defpath,
                **api_settings(stack),
                "API_DATABASE_URL": address(stack, backend, second),
                **asymmetric(stack, keys),
                "LOG_LEVEL": "warning",
                "RATE_LIMIT_STORAGE": redis.url,
                **{f"RATE_LIMIT_{name}": GENEROUS for name in limits},
            },
            is_ready=lambda: is_healthy(self.port, "/readyz"),
            start_seconds=START_SECONDS,
            folder=folder,
            log=folder / "api.log",
        )

    def signed(self, user: User) -> User:
        """The user with a token that the project's key has signed, and not its secret."""
        claims = jwt.decode(user.token, options={"verify_signature": False})
        key = jwt.PyJWK(stack_key(self.stack))
        token = jwt.encode(claims, key, "ES256", {"kid": key.key_id})
        return replace(user, token=token)

    @property
    def postgrest(self) -> Child:
        assert self.stack._postgrest is not None
        return self.stack._postgrest

    @property
    def postgres(self) -> Child:
        assert self.stack._postgres.server is not None
        return self.stack._postgres.server

    def workers(self) -> list[psutil.Process]:
        """The API's processes that serve."""
        children = psutil.Process(pid(self.api)).children(recursive=True)
        return [it for it in children if "spawn_main" in " ".join(it.cmdline())]


def address(stack: Stack, backend: str, second: Standby | None) -> str:
    """The address of direct connections; empty without them."""
    if backend != "postgres":
        return ""
    return login_url(stack.database_url) if second is None else of_both(stack, second)


def stack_key(stack: Stack) -> dict[str, Any]:
    """The private key of the stack, which its PostgREST trusts."""
    return signing_key(stack._key_file)


def asymmetric(stack: Stack, keys: JwksServer) -> dict[str, str]:
    """The settings of an API that knows no secret: as on a new hosted project."""
    return {
        "ENVIRONMENT": "production",
        "SUPABASE_JWT_SECRET": "",
        "SUPABASE_PUBLISHABLE_KEY": "",
        "SUPABASE_JWKS_URL": keys.url,
        "SESSION_API_SIGNING_KEY": json.dumps(stack_key(stack)),
    }


def pid(child: Child) -> int:
    assert child._process is not None
    return child._process.pid


def send(child: Child, number: signal.Signals) -> None:
    """Send a signal to a program and to all that it has started."""
    parent = psutil.Process(pid(child))
    for process in (parent, *parent.children(recursive=True)):
        process.send_signal(number)


@contextmanager
def site(backend: str, *, with_a_standby: bool = False) -> Iterator[Site]:
    """Start everything; stop it at the end, whatever has been done to it."""
    with ExitStack() as cleanup:
        folder = cleanup.enter_context(scratch_folder())
        # not a scratch one: those do not wait for the disk
        stack = cleanup.enter_context(Stack(folder / "stack", free_port(), free_port()))
        stack.migrate()
        redis = cleanup.enter_context(redis_server())
        keys = cleanup.enter_context(JwksServer(public_key(stack_key(stack))))
        second = cleanup.enter_context(standby(stack)) if with_a_standby else None
        running = Site(stack, redis, keys, folder, backend, second)
        cleanup.callback(running.api.stop)
        running.api.start()
        yield running
