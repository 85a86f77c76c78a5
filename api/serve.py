"""The server: uvicorn, with the options that this application needs."""

from typing import Final

import uvicorn

from api.settings import load_settings

DRAIN_SECONDS: Final = 10
"""How long requests under way may take once the process stops."""


def serve(host: str, port: int, *, workers: int | None = None, root_path: str = "") -> None:
    """Serve the API until a signal ends it.

    Args:
        host: The address to listen at.
        port: The port.
        workers: How many processes; `WEB_CONCURRENCY`, or one, unless given.
        root_path: The prefix that a proxy in front strips, and that links are to have.

    Raises:
        SystemExit: a setting is missing or wrong; its text says which.

    """
    load_settings()  # said once, and not by each worker
    uvicorn.run(
        "api.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        root_path=root_path,
        # an upgrade is a request like any other: limited, logged and answered
        ws="none",
        # whom to believe about the client, TRUSTED_PROXIES says
        proxy_headers=False,
        server_header=False,
        # the line per request is ours: uvicorn's names the raw path with its query
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
