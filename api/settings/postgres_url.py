"""Reads `API_DATABASE_URL`: a Postgres URL with libpq's parameters.

asyncpg reads such a URL too, but it ignores some parameters, sends unknown ones to the server,
and reports a mistake only when it connects.
"""

import os
import re
from typing import Final, NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from api.settings import postgres_tls as tls
from api.settings.values import is_private

OWNERS: Final = ("postgres", "supabase_admin", "service_role", "authenticator")
HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.%]+)\]|([^:\[\]]+))(?::(\d{1,5}))?")
WRITABLE: Final = ("read-write", "primary")
KNOWN: Final = frozenset(
    {
        *tls.WORDS,
        *("host", "port", "user", "password", "passfile", "dbname", "target_session_attrs"),
        "options",
    }
)


class PostgresUrl(NamedTuple):
    """A URL's parts. The password is not among them."""

    user: str
    hosts: tuple[tuple[str, int], ...]
    """Names or addresses with their ports; a name that begins with `/` is a socket's folder."""
    words: dict[str, str]
    """The parameters after the question mark."""

    @classmethod
    def read(cls, url: str, name: str) -> Self:
        """Read a URL; `name` is the setting that it comes from.

        Raises:
            ValueError: it cannot be read. The text says why, without any part of it but the names
                of parameters.

        """
        try:
            parts = urlsplit(url)
            words = dict(parse_qsl(parts.query, strict_parsing=True) if parts.query else ())
        except ValueError:
            parts, words = urlsplit(""), {}
        account, _, listed = parts.netloc.rpartition("@")
        user = unquote(account.partition(":")[0]) or words.get("user", "")
        if parts.scheme not in ("postgres", "postgresql") or not user:
            raise ValueError(
                f"{name} is not a Postgres URL with a user: write it as "
                "postgresql://session_api_login:password@host:5432/postgres."
            )
        if "@" in account:
            raise ValueError(f"{name} has an @ in its password: write it as %40.")
        if unknown := sorted(words.keys() - KNOWN):
            raise ValueError(
                f"{name} has {', '.join(unknown)}, which the API does not know: remove it. "
                f"It knows {', '.join(sorted(KNOWN))}."
            )
        return cls(user, hosts(listed or words.get("host", ""), words.get("port"), name), words)

    def unusable(self, name: str, *, is_written: bool) -> list[str]:
        """List what cannot work, with a remedy for each."""
        problems = []
        attributes = self.words.get("target_session_attrs", "any")
        if is_written and attributes not in (
            *WRITABLE,
            *(("any",) if len(self.hosts) == 1 else ()),
        ):
            problems.append(
                f"{name} needs target_session_attrs=read-write: the API writes, and a standby "
                "refuses that."
            )
        try:
            tls.context(self.words)
        except tls.UnusableError as error:
            problems.append(f"{name}: {error}")
        return problems

    def unsafe(self, name: str) -> list[str]:
        """List what is unsafe in production, with a remedy for each."""
        problems = []
        # a pooler's user is `role.project`
        user = self.user.partition(".")[0]
        if user in OWNERS:
            problems.append(
                f"{name} connects as {user}, which is not the API's own user: make the login role "
                "of docs/hosted.md."
            )
        is_inside = all(is_inside_network(host) for host, _ in self.hosts)
        if not is_inside and tls.mode(self.words) not in tls.ENCRYPTED:
            problems.append(
                f"{name} goes to a public host without sslmode=verify-full (or verify-ca or "
                "require): what is read there could be read on the way."
            )
        return problems


def hosts(listed: str, port: str | None, name: str) -> tuple[tuple[str, int], ...]:
    """Read the hosts, separated by commas, each with its port.

    Raises:
        ValueError: one cannot be read, or there is none.

    """
    default = port or os.environ.get("PGPORT", "5432")
    found = []
    for host in listed.split(","):
        parts = HOST.fullmatch(unquote(host))
        number = (parts and parts[3]) or default
        if parts is None or not number.isdecimal() or not 0 < int(number[:6]) < 65_536:
            raise ValueError(
                f"{name} has a host that cannot be read: write host:5432, or host1:5432,host2:5432."
            )
        found.append((parts[1] or parts[2], int(number)))
    return tuple(found)


def is_inside_network(host: str) -> bool:
    """Return whether a host is this machine or in a private network."""
    return host.startswith("/") or is_private(
        f"http://[{host}]" if ":" in host else f"http://{host}"
    )
