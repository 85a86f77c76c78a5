"""A connection to the project's database, for the commands that look at it."""

import re

import psycopg

_CONNECT_SECONDS = 10


class UnreachableError(Exception):
    """The database cannot be asked; its text is one line without the password."""


def connect(database_url: str) -> psycopg.Connection:
    """Connect in a transaction that commits nothing by itself.

    Raises:
        UnreachableError: the URL is none, or nobody answers there, or refuses.

    """
    try:
        return psycopg.connect(
            database_url, connect_timeout=_CONNECT_SECONDS, application_name="session-api"
        )
    except psycopg.OperationalError as error:
        lines = str(error).strip().splitlines() or ["no connection"]
        raise UnreachableError(_without_password(lines[0], database_url)) from None
    except psycopg.Error:
        # what libpq says about a URL that it cannot read quotes pieces of it
        raise UnreachableError(
            "it is no connection string: copy it from the project's Connect page, "
            "and percent-encode what is special in the password"
        ) from None


def _without_password(message: str, database_url: str) -> str:
    authority = re.search(r"//[^:/@]*:(.*)@", database_url)
    secret = authority[1] if authority else ""
    # libpq never tells a password, unless it took a part of it for the host
    if re.search("[@:/?#]", secret):
        return "percent-encode what is special in the password: it reads as part of the address"
    return message
