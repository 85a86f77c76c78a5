"""Rejects settings that cannot work, and those that are unsafe in production."""

from collections.abc import Callable
from typing import Any, Final

import jwt
from pydantic import SecretStr, ValidationError

from api.identity.jwk import UnusableKeyError, private_key
from api.settings.postgres_url import PostgresUrl
from api.settings.table import SettingsTable
from api.settings.values import LOCAL_PUBLISHABLE_KEY, is_private

MIN_SECRET_BYTES: Final = 32
MIN_METRICS_TOKEN: Final = 16
MIN_READ_YOUR_WRITES: Final = 5
"""Seconds: some of them pass before a write is in the primary's log."""
PLACEHOLDERS: Final = (
    "super-secret-jwt-token",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
)
DEMO_KEYS: Final = (
    # printed by `supabase start` on every machine
    LOCAL_PUBLISHABLE_KEY,
    "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
)


def explain(error: ValidationError) -> str:
    """List what is wrong with the settings, one line per problem, without any value."""
    lines: list[str] = []
    for problem in error.errors(include_input=False, include_url=False):
        if problem["type"] == "default_factory_not_called":
            continue  # a consequence of another problem in the list
        if cause := problem.get("ctx", {}).get("error"):
            lines += str(cause).splitlines()
        else:
            lines.append(f"{str(problem['loc'][0]).upper()}: {problem['msg']}.")
    listed = "\n".join(f"  - {line}" for line in lines)
    return (
        f"Invalid settings:\n{listed}\n"
        "They come from environment variables and the file `.env`. ENVIRONMENT is `production` "
        "unless it says `development`; `make run` starts a local stack with everything set."
    )


def unusable(settings: SettingsTable) -> list[str]:
    """List settings that cannot work."""
    problems: list[str] = []
    secret = _value(settings.supabase_jwt_secret)
    if secret is not None:
        if len(secret.encode()) < MIN_SECRET_BYTES:
            problems.append(
                f"SUPABASE_JWT_SECRET has fewer than {MIN_SECRET_BYTES} bytes, so it can be "
                "guessed: copy the project's JWT secret from its API settings."
            )
        if secret != secret.strip():
            problems.append("SUPABASE_JWT_SECRET starts or ends with white space: remove it.")
        if not _can_sign(secret):
            problems.append(
                "SUPABASE_JWT_SECRET is a key pair or a certificate, not a secret: put a private "
                "key into SESSION_API_SIGNING_KEY."
            )
    key = _value(settings.session_api_signing_key)
    if key is not None:
        try:
            private_key(key)
        except UnusableKeyError as error:
            problems.append(f"SESSION_API_SIGNING_KEY {error}")
    if (
        "root_sessions" in settings.model_fields_set
        and settings.root_sessions not in settings.kinds
    ):
        problems.append(
            f"ROOT_SESSIONS is {settings.root_sessions}, which is not in KINDS: add it there, or "
            "remove ROOT_SESSIONS."
        )
    if _role(settings.supabase_publishable_key) == "service_role":
        problems.append(
            "SUPABASE_PUBLISHABLE_KEY is a secret key, which bypasses row-level security: use the "
            "publishable (anon) key."
        )
    token = _value(settings.metrics_token)
    if token is not None and (len(token) < MIN_METRICS_TOKEN or not token.isascii()):
        problems.append(
            f"METRICS_TOKEN is shorter than {MIN_METRICS_TOKEN} characters or not ASCII: make one "
            "with `openssl rand -hex 24`."
        )
    if settings.client_address_header != "X-Forwarded-For" and not (
        settings.trusted_proxies or settings.trusted_hops
    ):
        problems.append(
            "CLIENT_ADDRESS_HEADER needs TRUSTED_PROXIES or TRUSTED_HOPS: without them any client "
            "could write that header."
        )
    problems += _unusable_replicas(settings)
    url = _value(settings.api_database_url)
    if url is not None:
        problems += _unusable_database_url("API_DATABASE_URL", url)
        if settings.cells:
            problems.append("API_DATABASE_URL and CELLS are both set: each cell has its own.")
    elif secret is None and key is None and not settings.cells:
        problems.append(
            "SUPABASE_JWT_SECRET or SESSION_API_SIGNING_KEY is needed to sign the API's own "
            "tokens: set one, or API_DATABASE_URL."
        )
    return problems + _of_cells(settings, unusable, problems)


def _of_cells(
    settings: SettingsTable, check: Callable[[SettingsTable], list[str]], known: list[str]
) -> list[str]:
    """List what is wrong with single cells."""
    return [
        f"CELLS, {name}: {problem}"
        for name in settings.cells
        for problem in check(settings.of_cell(name))
        if problem not in known
    ]


def _unusable_replicas(settings: SettingsTable) -> list[str]:
    if not settings.replica_urls:
        return []
    problems: list[str] = []
    if settings.api_database_url is None:
        problems.append(
            "API_READ_DATABASE_URL needs API_DATABASE_URL: replicas are read by direct connections "
            "alone, never through PostgREST."
        )
    for url in settings.replica_urls:
        problems += _unusable_database_url("API_READ_DATABASE_URL", url, is_written=False)
    seconds = settings.read_your_writes
    if seconds and settings.rate_limit_storage == "memory":
        problems.append(
            "API_READ_DATABASE_URL needs RATE_LIMIT_STORAGE=redis://…, where each user's last "
            "writes are noted; with READ_YOUR_WRITES=0 users may miss what they have just written."
        )
    if 0 < seconds < MIN_READ_YOUR_WRITES:
        problems.append(
            f"READ_YOUR_WRITES is shorter than {MIN_READ_YOUR_WRITES} seconds: no replica would be "
            "read. Make it longer, or 0."
        )
    return problems


def _unusable_database_url(name: str, url: str, *, is_written: bool = True) -> list[str]:
    try:
        return PostgresUrl.read(url, name).unusable(name, is_written=is_written)
    except ValueError as error:
        return [str(error)]


def _unsafe_database_url(name: str, url: str) -> list[str]:
    try:
        return PostgresUrl.read(url, name).unsafe(name)
    except ValueError:  # it is unusable
        return []


def unsafe(settings: SettingsTable) -> list[str]:
    """List settings that are unsafe in production."""
    problems: list[str] = []
    secret = _value(settings.supabase_jwt_secret)
    if secret is not None and _is_placeholder(secret):
        problems.append(
            "SUPABASE_JWT_SECRET is a placeholder or a public demo value: copy the "
            "project's own from its API settings."
        )
    if settings.supabase_publishable_key and _is_placeholder(settings.supabase_publishable_key):
        problems.append(
            "SUPABASE_PUBLISHABLE_KEY is a placeholder or a demo key: copy the project's own from "
            "its API settings."
        )
    token = _value(settings.metrics_token)
    if token is not None and _is_placeholder(token):
        problems.append("METRICS_TOKEN is a placeholder: make one with `openssl rand -hex 24`.")
    if settings.enable_test_auth:
        problems.append(
            "ENABLE_TEST_AUTH lets anyone be any user: remove it, or set ENVIRONMENT=development."
        )
    if "supabase_url" not in settings.model_fields_set:
        problems.append("SUPABASE_URL is missing: set the project's URL.")
    elif (
        "postgrest_url" not in settings.model_fields_set
        and not settings.supabase_publishable_key
        and settings.api_database_url is None
        and not settings.cells
    ):
        problems.append(
            "SUPABASE_PUBLISHABLE_KEY is missing, and Supabase's gateway refuses requests without "
            "it: set it, or set POSTGREST_URL to PostgREST's own address."
        )
    problems += [
        f"{name} is http:// to a public host, which sends tokens in the clear: use https://."
        for name, url in (
            ("SUPABASE_URL", settings.supabase_url),
            ("POSTGREST_URL", settings.postgrest_url),
            ("SUPABASE_JWKS_URL", settings.supabase_jwks_url),
        )
        if name.lower() in settings.model_fields_set
        and url.startswith("http://")
        and not is_private(url)
    ]
    if settings.api_database_url is not None:
        url = settings.api_database_url.get_secret_value()
        problems += _unsafe_database_url("API_DATABASE_URL", url)
    for url in settings.replica_urls:
        problems += _unsafe_database_url("API_READ_DATABASE_URL", url)
    if "*" in settings.cors_origins:
        problems.append(
            "CORS_ORIGINS=* lets any site call the API with its visitors' tokens: list your "
            "frontends."
        )
    return problems + _of_cells(settings, unsafe, problems)


def _value(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _can_sign(secret: str) -> bool:
    # PyJWT refuses what looks like a JWK, a PEM or an SSH key
    try:
        jwt.get_algorithm_by_name("HS256").prepare_key(secret)
    except jwt.InvalidKeyError:
        return False
    return True


def _is_placeholder(value: str) -> bool:
    folded = value.lower()
    return (
        value in DEMO_KEYS
        or any(placeholder in folded for placeholder in PLACEHOLDERS)
        or len(set(value)) < 8  # "aaaa…" and "123123…" are long enough and still no secret
        or _unverified_claims(value).get("iss") == "supabase-demo"
    )


def _role(key: str | None) -> object:
    if key is None:
        return None
    return "service_role" if key.startswith("sb_secret_") else _unverified_claims(key).get("role")


def _unverified_claims(key: str) -> dict[str, Any]:
    try:
        return dict(jwt.decode(key, options={"verify_signature": False}))
    except (jwt.PyJWTError, UnicodeError):
        return {}
