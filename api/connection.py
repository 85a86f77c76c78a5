"""Connects to the project's database, for the commands that inspect it."""

import re

import psycopg

CONNECT_SECONDS = 10


class UnreachableError(Exception):
    """The database cannot be queried; the text is one line without the password."""


def connect(database_url: str, *, prepares: bool = True) -> psycopg.Connection:
    """Connect, in a transaction that is not committed automatically.

    `prepares`: whether repeated statements are prepared, which a pooler in transaction mode loses.

    Raises:
        UnreachableError: the URL is invalid, or the server does not answer or refuses.

    """
    if _is_cut_short(database_url):
        raise UnreachableError(_ENCODE)
    try:
        return psycopg.connect(
            database_url,
            connect_timeout=CONNECT_SECONDS,
            application_name="session-api",
            prepare_threshold=5 if prepares else None,
        )
    except psycopg.OperationalError as error:
        lines = str(error).strip().splitlines() or ["no connection"]
        if any(secret in lines[0] for secret in _secrets(database_url)):
            raise UnreachableError(_ENCODE) from None
        raise UnreachableError(lines[0]) from None
    except (psycopg.Error, ValueError):
        # libpq's message about a URL that it cannot parse quotes pieces of it
        raise UnreachableError(_why_unreadable(database_url)) from None


def _is_cut_short(database_url: str) -> bool:
    """Whether libpq would take the end of the password, after an @ or a /, for the host."""
    account, _, _ = database_url.partition("://")[2].partition("?")[0].rpartition("@")
    return "@" in account or "/" in account


def _why_unreadable(database_url: str) -> str:
    scheme, separator, rest = database_url.partition("://")
    if separator and scheme not in ("postgres", "postgresql"):
        return "it must begin with postgresql://, without a driver's name or quotes"
    words = {word.partition("=")[0] for word in rest.partition("?")[2].split("&")}
    if unknown := words & {"pgbouncer", "connection_limit", "pool_timeout", "schema"}:
        return f"leave off {', '.join(sorted(unknown))}, which Postgres does not know"
    if not separator and "=" not in database_url:
        return "it has no scheme: write it as postgresql://user:password@host:5432/postgres"
    return _ENCODE


_ENCODE = "it is not a connection string; percent-encode special characters in the password"


def _secrets(database_url: str) -> list[str]:
    """Cut what may be the password into the pieces that libpq could take for something else."""
    _, _, account = database_url.partition("://")
    candidates = [(account or database_url).partition(":")[2]]
    candidates += re.findall(r"(?:password|passfile|sslpassword)\s*=\s*(.*)", database_url)
    # a host or a database name after the last @ is no secret
    pieces = [it for text in candidates for it in re.split(r"[@:/?#&=%\s\'\"]+", text)]
    named = set(re.split(r"[@:/?#&=%\s]+", database_url.rpartition("@")[2]))
    return [it for it in pieces if len(it) > 2 and it not in named]
