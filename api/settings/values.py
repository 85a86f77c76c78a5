"""Reads single settings: each function takes one value and says what is wrong with it."""

import importlib.util
import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

import limits
from pydantic import ValidationInfo

from api.identity.claims import OURS
from api.kinds import KINDS

LOCAL_JWT_SECRET: Final = "super-secret-jwt-token-with-at-least-32-characters-long"  # noqa: S105 - public
"""The public secret of every local Supabase. Never valid outside development."""
LOCAL_PUBLISHABLE_KEY: Final = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH"
"""The publishable key of every local Supabase."""
LONGEST_RATE: Final = 86_400
"""Seconds."""
PRIVATE_SUFFIXES: Final = (
    ".localhost",
    ".local",
    ".internal",
    ".lan",
    ".home.arpa",
    ".cluster.local",
)
# origins that a pattern for one team's previews must not match
STRANGERS: Final = (
    "https://evil.example",
    "http://evil.example",
    "https://a.b.evil.example",
    "https://evil.example:8443",
    "null",
)
CLAIM: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,99}")


def http_url(url: str, info: ValidationInfo) -> str:
    """Read an http or https URL, and remove a trailing slash."""
    name = str(info.field_name).upper()
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in url):
        raise ValueError(f"{name} is not a URL: write it as https://host.")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{name} must not contain a user name, a query or a fragment.")
    if name == "SUPABASE_URL" and parts.path.startswith("/rest/"):
        raise ValueError(f"{name} must not contain PostgREST's path: use POSTGREST_URL for that.")
    return url


def origins(value: object) -> object:
    """Read comma-separated origins."""
    if not isinstance(value, str):
        return value
    return tuple(_origin(item.strip()) for item in value.split(",") if item.strip())


def _origin(origin: str) -> str:
    if origin == "*":
        return origin
    # browsers send scheme, host and port in lower case: nothing else would match
    canonical = origin.lower().rstrip("/")
    try:
        parts = urlsplit(canonical)
        if parts.port == {"http": 80, "https": 443}.get(parts.scheme):
            canonical = canonical.removesuffix(f":{parts.port}")
        usable = bool(parts.hostname)
    except ValueError:
        usable = False
    # the scheme may be an app's: capacitor://localhost
    if not usable or not re.fullmatch(r"[a-z][a-z0-9+.-]*://[a-z0-9._:\[\]-]+", canonical):
        raise ValueError(
            "CORS_ORIGINS has an entry that is not an origin: write each as "
            "https://app.example.com, without a path, separated by commas."
        )
    return canonical


def kinds(value: object) -> object:
    """Read comma-separated kinds of session."""
    if not isinstance(value, str):
        return value
    names = dict.fromkeys(item.strip() for item in value.split(",") if item.strip())
    if not names or not names.keys() <= KINDS.keys():
        raise ValueError(
            "KINDS has an entry that is not a kind of session: list some of "
            f"{', '.join(KINDS)}, separated by commas, or leave it out for all."
        )
    return tuple(names)


def origin_regex(pattern: str | None) -> str | None:
    """Read a pattern that matches whole origins of one site."""
    if not pattern:
        return None
    try:
        compiled = re.compile(pattern)
    except re.error:
        compiled = None
    anchored = re.fullmatch(r"\^[a-z][a-z0-9+.-]*(s\?)?://.+\$", pattern)
    if compiled is None or anchored is None:
        raise ValueError(
            "CORS_ORIGIN_REGEX is not a pattern for whole origins: write it as "
            r"^https://my-app-[a-z0-9]+\.example\.app$, from ^ and the scheme to $."
        )
    if any(compiled.search(origin) for origin in STRANGERS):
        raise ValueError(
            "CORS_ORIGIN_REGEX lets any site call the API with its visitors' tokens: name the host "
            r"of your previews, with \. for each dot."
        )
    return pattern


def header_name(name: str) -> str:
    """Read a header's name."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", name):
        raise ValueError("CLIENT_ADDRESS_HEADER is not a header name: write X-Forwarded-For.")
    return name


def rate(text: str, info: ValidationInfo) -> str:
    """Read a rate, such as `60/minute`."""
    try:
        items = limits.parse_many(text)
    except ValueError:
        items = []
    if len(items) != 1 or items[0].amount < 1 or items[0].get_expiry() > LONGEST_RATE:
        name = str(info.field_name).upper()
        raise ValueError(f"{name} is not a rate over at most a day: write it as 60/minute.")
    return text


def rate_limit_storage(storage: str) -> str:
    """Read `memory` or a Redis URL."""
    if storage in ("memory", "memory://"):
        return "memory"
    try:
        parts = urlsplit(storage)
        # `limits` does not know Redis's default port
        usable = parts.scheme in ("redis", "rediss") and bool(parts.hostname and parts.port)
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(
            "RATE_LIMIT_STORAGE is neither `memory` nor a Redis URL: write it as "
            "redis://host:6379/0, or rediss:// with TLS."
        )
    if importlib.util.find_spec("redis") is None:
        raise ValueError("RATE_LIMIT_STORAGE needs the Redis client: pip install '.[redis]'.")
    from redis import ConnectionPool, RedisError  # an extra: installed only where Redis is used

    try:
        ConnectionPool.from_url(storage).make_connection()  # which does not connect yet
    except (ValueError, TypeError, RedisError):
        raise ValueError(
            "RATE_LIMIT_STORAGE has a database or an option that Redis does not know: write it as "
            "redis://host:6379/0."
        ) from None
    return storage


def database_urls(text: str) -> list[str]:
    """Split addresses of Postgres, each of which may itself list hosts, at their commas."""
    return [it.strip() for it in re.split(r",\s*(?=[a-z]+://)", text)]


def networks(value: object) -> object:
    """Read comma-separated addresses and networks."""
    if not isinstance(value, str):
        return value
    try:
        return tuple(
            ipaddress.ip_network(item.strip()) for item in value.split(",") if item.strip()
        )
    except ValueError:
        raise ValueError(
            "TRUSTED_PROXIES has an entry that is neither an address nor a network: write each as "
            "10.0.0.5 or 10.0.0.0/8, separated by commas."
        ) from None


def claims(value: object) -> object:
    """Read comma-separated names of claims."""
    if not isinstance(value, str):
        return value
    names = tuple(item.strip() for item in value.split(",") if item.strip())
    if not all(CLAIM.fullmatch(name) for name in names):
        raise ValueError("FORWARDED_CLAIMS has an entry that is not the name of a claim.")
    if OURS & set(names):
        raise ValueError(
            f"FORWARDED_CLAIMS must not contain {', '.join(sorted(OURS))}: the API sets them."
        )
    return names


def cell_claim(path: str) -> str:
    """Read the name of the claim that holds a user's cell: one name, or two joined by a dot."""
    if not re.fullmatch(r"\w{1,100}(\.\w{1,100})?", path, re.ASCII):
        raise ValueError("CELL_CLAIM is not the name of a claim: write app_metadata.cell.")
    if path.split(".")[0] in ("user_metadata", "raw_user_meta_data"):
        raise ValueError(
            "CELL_CLAIM is in user_metadata, which users change themselves: use app_metadata."
        )
    return path


def is_private(url: str) -> bool:
    """Whether a URL's host is this machine's or a private network's."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # one label is a name of this machine or of a container network
        return "." not in host or host.endswith(PRIVATE_SUFFIXES)
    return not address.is_global
