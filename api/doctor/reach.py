"""Why a server does not answer, in plain words, and what to do about it."""

import re
import socket
import ssl
from collections.abc import Iterator

import httpx

from api.doctor.findings import Finding
from api.settings import Settings

_ADDRESS = "SUPABASE_URL and POSTGREST_URL"
_REASONS: tuple[tuple[type[Exception], str, str], ...] = (
    (
        socket.gaierror,
        "its name does not resolve",
        f"check the spelling of {_ADDRESS}, and that the project is neither paused nor removed",
    ),
    (
        ConnectionRefusedError,
        "it refuses the connection",
        f"check the port in {_ADDRESS}, and that PostgREST or its gateway is running",
    ),
    (
        ssl.SSLError,
        "TLS fails",
        f"check https:// in {_ADDRESS}, and that the server's certificate is valid",
    ),
    (
        TimeoutError,
        "it does not answer in time",
        f"check {_ADDRESS}, the network, and that the project is not paused",
    ),
)
_HOSTED = re.compile(r"([a-z0-9]+)-(?:all|lb|rr-[a-z0-9-]+)\.(supabase\.[a-z]+)")
"""Hosted Supabase's addresses of a project's load balancer and of its replicas."""
_LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
_LOCAL_PORT = 54321


def reason(error: Exception) -> str:
    """Return why there was no answer; if unknown, the kind of error."""
    return _found(error)[0]


def next_step(url: str, error: Exception) -> str:
    """Return what to do if PostgREST or its gateway does not answer at `url`."""
    address = httpx.URL(url)
    if address.host in _LOCAL_HOSTS and address.port == _LOCAL_PORT:
        return "start the local stack with `make run`, or set SUPABASE_URL if it has another port"
    return _found(error)[1]


def same_server(url: str, other: str) -> bool:
    """Whether two addresses belong to the same server."""
    one, two = httpx.URL(url), httpx.URL(other)
    return (one.scheme, one.host, one.port) == (two.scheme, two.host, two.port)


def replicated(settings: Settings) -> Iterator[Finding]:
    """Find an address of PostgREST at which reads are answered by replicas."""
    for name, url in (
        ("POSTGREST_URL", settings.postgrest_url),
        ("SUPABASE_URL", settings.supabase_url),
    ):
        found = _HOSTED.fullmatch(httpx.URL(url).host)
        if found is not None:
            yield Finding(
                "reads-replicated",
                f"{name} leads to replicas ({found[0]}): what was just written is not found there",
                f"set it to the primary's address, with the host {found[1]}.{found[2]}; replicas "
                "are read with API_DATABASE_URL and API_READ_DATABASE_URL",
            )
            return


def _found(error: Exception) -> tuple[str, str]:
    for cause in _causes(error):
        for kind, words, step in _REASONS:
            if isinstance(cause, kind):
                return words, step
    return type(error).__name__, _REASONS[-1][2]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
