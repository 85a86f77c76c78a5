"""Runs uvicorn with the options that this application needs."""

from typing import Final

import uvicorn

from api.settings import load_settings

DRAIN_SECONDS: Final = 10
"""How long running requests may take once the process stops."""


def serve(host: str, port: int, *, workers: int | None = None, root_path: str = "") -> None:
    """Serve the API until a signal ends it.

    Args:
        host: The address to listen on.
        port: The port.
        workers: How many processes; `WEB_CONCURRENCY`, or one, by default.
        root_path: The prefix that a proxy in front strips, and that links must have.

    Raises:
        SystemExit: a setting is missing or wrong; its text says which.

    """
    load_settings()  # checked once, and not by each worker
    uvicorn.run(
        "api.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        root_path=root_path,
        # an upgrade request is handled like any other: limited, logged and answered
        ws="none",
        # TRUSTED_PROXIES decides which headers about the client to trust
        proxy_headers=False,
        server_header=False,
        # we write the line per request: uvicorn's has the raw path with its query
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
