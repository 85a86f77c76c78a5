"""Where the parts of the stack listen."""

import errno
import http.client
import socket

from local.errors import LocalError

HOST = "127.0.0.1"
"""The address every part of the stack listens on: reachable from this machine only."""

REST_PATH = "/rest/v1"
"""The path of PostgREST at Supabase's gateway."""

AUTH_PATH = "/auth/v1"
"""The path of sign-in."""

REALTIME_PATH = "/realtime/v1"
"""The path of live changes."""


_TAKEN = (
    "Port {port} is taken by another program: stop that, or choose another port with {setting}=…"
)


def free_port() -> int:
    """Return a port that is free, and that the system gives to no other program for a minute.

    A server can listen there; programs that ask the system for any free port get another one.
    """
    with socket.create_server((HOST, 0)) as server:
        with socket.create_connection(server.getsockname()):
            server.accept()[0].close()  # the side that closes first keeps the port in TIME_WAIT
        return int(server.getsockname()[1])


def answers(port: int) -> bool:
    """Return whether a server listens on `port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def is_healthy(port: int, path: str) -> bool:
    """Return whether the server on `port` answers `GET path` with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def require_different(**ports: int) -> None:
    """Make sure that no two of these are the same.

    Raises:
        LocalError: two are; the message names their settings.

    """
    settings: dict[int, str] = {}
    for setting, port in ports.items():
        other = settings.setdefault(port, setting)
        if other != setting:
            raise LocalError(
                f"{other} and {setting} are both {port}: choose another port with {setting}=…"
            )


def require_free(port: int, setting: str) -> None:
    """Make sure that a server can listen on `port`.

    Raises:
        LocalError: it cannot; the message names `setting`, which changes the port.

    """
    if answers(port):  # macOS would let us bind beside a listener on all addresses
        raise LocalError(_TAKEN.format(port=port, setting=setting))
    with socket.socket() as probe:
        # like servers do: ignores connections that are still closing
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise LocalError(_TAKEN.format(port=port, setting=setting)) from None
            raise LocalError(
                f"Port {port} cannot be used ({error.strerror}): choose another with {setting}=…"
            ) from None
