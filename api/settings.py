"""Every setting, with its default and what it is for. A wrong one stops the start."""

import importlib.util
import ipaddress
import json
import os
import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

import jwt
import limits
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from api.sessions.kinds import KINDS, KindName

LOCAL_JWT_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"  # noqa: S105 - public
"""The secret of every local Supabase, known to everybody. Never good outside development."""

LOCAL_PUBLISHABLE_KEY = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH"
"""The publishable key of every local Supabase."""

_MIN_SECRET_BYTES = 32
_MIN_METRICS_TOKEN = 16
_LONGEST_RATE = 86_400
_MIN_RSA_BITS = 2048
_PLACEHOLDERS = ("super-secret-jwt-token", "changeme", "change-me", "change_me", "placeholder")
_DEMO_KEYS = (
    # what `supabase start` prints on every machine
    LOCAL_PUBLISHABLE_KEY,
    "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
)
_TLS_MODES = ("require", "verify-ca", "verify-full")
_OWNERS = ("postgres", "supabase_admin", "service_role", "authenticator")
# origins that no pattern for one team's previews matches
_STRANGERS = (
    "https://evil.example",
    "http://evil.example",
    "https://a.b.evil.example",
    "https://evil.example:8443",
    "null",
)
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".cluster.local")


def _http_url(url: str, info: ValidationInfo) -> str:
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
        raise ValueError(f"{name} has a user name, a query or a fragment: leave that off.")
    if name == "SUPABASE_URL" and parts.path.startswith("/rest/"):
        raise ValueError(f"{name} has PostgREST's path: leave that off, or set POSTGREST_URL.")
    return url


def _origins(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(_origin(item.strip()) for item in value.split(",") if item.strip())


def _origin(origin: str) -> str:
    if origin == "*":
        return origin
    # a browser sends scheme, host and port in lower case and nothing else: anything more never fits
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
            "CORS_ORIGINS has an entry that is no origin: write each as https://app.example.com, "
            "without a path, separated by commas."
        )
    return canonical


def _kinds(value: object) -> object:
    if not isinstance(value, str):
        return value
    names = dict.fromkeys(item.strip() for item in value.split(",") if item.strip())
    if not names or not names.keys() <= KINDS.keys():
        raise ValueError(
            "KINDS has an entry that is no kind of session: list some of "
            f"{', '.join(KINDS)}, separated by commas, or leave it out for all."
        )
    return tuple(names)


def _origin_regex(pattern: str | None) -> str | None:
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
    if any(compiled.search(origin) for origin in _STRANGERS):
        raise ValueError(
            "CORS_ORIGIN_REGEX lets any site call the API with its visitors' tokens: name the host "
            r"of your previews, with \. for each dot."
        )
    return pattern


def _header_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", name):
        raise ValueError("CLIENT_ADDRESS_HEADER is not a header's name: write X-Forwarded-For.")
    return name


def _rate(rate: str, info: ValidationInfo) -> str:
    try:
        items = limits.parse_many(rate)
    except ValueError:
        items = []
    if len(items) != 1 or items[0].amount < 1 or items[0].get_expiry() > _LONGEST_RATE:
        name = str(info.field_name).upper()
        raise ValueError(f"{name} is not a rate of at most a day: write it as 60/minute.")
    return rate


def _rate_limit_storage(storage: str) -> str:
    if storage in ("memory", "memory://"):
        return "memory"
    try:
        parts = urlsplit(storage)
        # the library that counts wants the port said
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
    return storage


def _networks(value: object) -> object:
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


def _is_local(data: dict[str, Any]) -> bool:
    # A developer's API in front of a hosted project must not accept tokens that anybody can sign.
    return data["environment"] == "development" and _is_private(data["supabase_url"])


def _local_secret(data: dict[str, Any]) -> SecretStr | None:
    return SecretStr(LOCAL_JWT_SECRET) if _is_local(data) else None


def _local_key(data: dict[str, Any]) -> str | None:
    return LOCAL_PUBLISHABLE_KEY if _is_local(data) else None


def _local_origins(data: dict[str, Any]) -> tuple[str, ...]:
    if data["environment"] == "development":
        return ("http://localhost:3000", "http://127.0.0.1:3000")
    return ()


_Url = Annotated[str, AfterValidator(_http_url)]
_Rate = Annotated[str, AfterValidator(_rate)]


class Settings(BaseSettings):
    """The process's settings: environment variables, then `.env`, then these defaults.

    An empty variable is an unset setting, whatever `.env` says of it. Immutable. Secure by
    default: without `ENVIRONMENT=development` there is no secret that was not given, and one that
    everybody knows is refused.

    Raises:
        pydantic.ValidationError: a setting is missing or wrong. Each message names the setting and
            says what to do; none contains a value.

    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",  # a `.env` shared with a frontend holds its variables too
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        validate_default=True,
    )

    # --- where it runs -----------------------------------------------------------------------
    environment: Literal["development", "production"] = Field(
        "production",
        description="`development` allows the well-known local secret and test authentication; "
        "`production` refuses to start with either.",
    )

    # --- the Supabase project ----------------------------------------------------------------
    supabase_url: _Url = Field(
        "http://127.0.0.1:54321",
        description="The project's URL, `https://<ref>.supabase.co`. The default is a local "
        "stack; production has to say it.",
    )
    postgrest_url: _Url = Field(
        default_factory=lambda data: f"{data['supabase_url']}/rest/v1",
        description="PostgREST's own address, where it can be reached without the gateway. "
        "Default: `SUPABASE_URL` + `/rest/v1`.",
    )
    api_database_url: SecretStr | None = Field(
        None,
        description="Postgres's address for connections of the API's own, "
        "`postgresql://session_api_login:…@host:5432/postgres?sslmode=verify-full`: then PostgREST "
        "is not asked. libpq's words for TLS and for several hosts are understood. The user may "
        "become `session_api` and nothing else: see `docs/hosted.md`.",
    )
    supabase_publishable_key: str | None = Field(
        default_factory=_local_key,
        validation_alias=AliasChoices("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY"),
        repr=False,
        description="The `apikey` header that Supabase's gateway asks for (`SUPABASE_ANON_KEY` is "
        "accepted too). Never the secret or service-role key. Development on a local stack knows "
        "the local one.",
    )

    # --- who calls: users' tokens ------------------------------------------------------------
    supabase_jwt_secret: SecretStr | None = Field(
        default_factory=_local_secret,
        description="The project's legacy JWT secret (HS256, at least 32 bytes): verifies users' "
        "tokens and, without a signing key, signs the API's own. Leave it out where users' tokens "
        "are ES256 or RS256. Development on a local stack knows the local one.",
    )
    supabase_jwks_url: _Url = Field(
        default_factory=lambda data: f"{data['supabase_url']}/auth/v1/.well-known/jwks.json",
        description="Where the public keys are that verify ES256 and RS256 tokens. "
        "Default: `SUPABASE_URL` + `/auth/v1/.well-known/jwks.json`.",
    )
    enable_test_auth: bool = Field(
        False,
        description="`true` lets the header `X-Test-User-ID` name the caller. Development only.",
    )

    # --- the API's own tokens ----------------------------------------------------------------
    session_api_signing_key: SecretStr | None = Field(
        None,
        description="A private JWK (ES256 or RS256, with its `kid`) that signs the API's own "
        "tokens, from `supabase gen signing-key --algorithm ES256` and imported into the project. "
        "Without it `SUPABASE_JWT_SECRET` signs them.",
    )

    # --- what callers see --------------------------------------------------------------------
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = Field(
        default_factory=_local_origins,
        description="The frontends' origins, separated by commas: `https://app.example.com`. "
        "Development: `http://localhost:3000` and `http://127.0.0.1:3000`; production: none.",
    )
    cors_origin_regex: Annotated[str | None, AfterValidator(_origin_regex)] = Field(
        None,
        description="A pattern for further origins, such as those of preview deployments: "
        r"`^https://my-app-[a-z0-9-]+\.vercel\.app$`. It must match whole origins.",
    )
    conceal_existence: bool = Field(
        False,
        description="`true` answers 404 for another user's session, instead of 403.",
    )
    kinds: Annotated[tuple[KindName, ...], NoDecode, BeforeValidator(_kinds)] = Field(
        default_factory=lambda: tuple(KINDS),
        description="Which kinds of session are served, separated by commas: `wingman,chat`. "
        "Nothing else has to be in the database. Default: all.",
    )
    root_sessions: Literal["study", "chat"] = Field(
        "study",
        description="Which kind the published path `/sessions` serves, if `KINDS` has it.",
    )

    # --- limits ------------------------------------------------------------------------------
    max_body_bytes: int = Field(
        65_536,
        ge=1_024,
        le=16_777_216,
        description="The largest request body; a larger one is 413 before it is read.",
    )
    database_timeout: float = Field(
        2.5,
        gt=0,
        le=10,
        description="Seconds that a request's queries may take together before the answer is 503.",
    )
    database_connections: int = Field(
        64,
        ge=1,
        le=1_000,
        description="Most connections to PostgREST at a time, for each worker.",
    )

    api_database_connections: int = Field(
        10,
        ge=1,
        le=1_000,
        description="With `API_DATABASE_URL`: most connections to Postgres, for each worker.",
    )
    api_database_prepared_statements: bool = Field(
        True,
        description="With `API_DATABASE_URL`: `false` where it is a pooler in transaction mode, "
        "which loses prepared statements (pgbouncer before 1.21, Supavisor's port 6543).",
    )

    max_requests_in_progress: int = Field(
        200,
        ge=1,
        description="Requests that a worker answers at a time; one more is 503 at once.",
    )

    shutdown_delay: float = Field(
        0,
        ge=0,
        le=300,
        description="Seconds that `/readyz` is 503 while requests are still served, after SIGTERM: "
        "as long as the balancer needs to notice.",
    )

    # --- limits on rates: `60/minute`, `1000/hour`, `10/second` ------------------------------
    rate_limits: bool = Field(
        True,
        description="`off` lifts every limit below.",
    )
    rate_limit_storage: Annotated[str, AfterValidator(_rate_limit_storage)] = Field(
        "memory",
        repr=False,  # a Redis URL may hold a password
        description="Where requests are counted: `memory`, each worker by itself, or "
        "`redis://host:6379/0`, all workers and machines together (needs "
        "the extra `redis`).",
    )
    rate_limit_read: _Rate = Field("1200/minute", description="Reads, for each user.")
    rate_limit_create: _Rate = Field("60/minute", description="Sessions created, for each user.")
    rate_limit_message: _Rate = Field("120/minute", description="Messages posted, for each user.")
    rate_limit_confirm: _Rate = Field("60/minute", description="Confirmations, for each user.")
    rate_limit_write: _Rate = Field("240/minute", description="Other writes, for each user.")
    rate_limit_address: _Rate = Field(
        "6000/minute",
        description="All requests of one address (IPv6: of one /64 network), signed in or not.",
    )
    rate_limit_failed_auth: _Rate = Field(
        "60/minute",
        description="Requests of one address that end with 401; valid tokens are not affected.",
    )
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)
    ] = Field(
        (),
        description="The proxies in front, as addresses or networks separated by commas: "
        "`10.0.0.0/8`. Only what they write is believed; without them the address is the "
        "connection's.",
    )
    trusted_hops: int = Field(
        0,
        ge=0,
        le=20,
        description="How many proxies are in front, where their addresses are not known: the "
        "address is that many entries from the right of the header, whoever connects.",
    )
    client_address_header: Annotated[str, AfterValidator(_header_name)] = Field(
        "X-Forwarded-For",
        description="The header in which the proxies name the client, for example "
        "`CF-Connecting-IP` or `X-Real-IP`.",
    )

    # --- what operators see ------------------------------------------------------------------
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="`info`: one line a request; `warning`: faults only.",
    )
    log_format: Literal["json", "text"] = Field(
        default_factory=lambda data: "json" if data["environment"] == "production" else "text",
        description="One JSON object a line, or lines for people. Default: `json` in production, "
        "`text` in development.",
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="The bearer token (at least 16 characters) with which Prometheus reads "
        "`/metrics`. Without it there is no `/metrics`.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave out of `.env` what the environment names, even where it says nothing."""
        if isinstance(dotenv_settings, DotEnvSettingsSource):
            named = {name.lower() for name in os.environ}
            found = dotenv_settings.env_vars.items()
            dotenv_settings.env_vars = {name: it for name, it in found if name not in named}
        return init_settings, env_settings, dotenv_settings

    @property
    def signing_key(self) -> jwt.PyJWK | None:
        """The private key that signs the API's own tokens, or `None` where the secret does."""
        if self.session_api_signing_key is None:
            return None
        return _private_key(self.session_api_signing_key.get_secret_value())

    @model_validator(mode="after")
    def _usable(self) -> Self:
        """Refuse what cannot work anywhere, then what must not work in production."""
        problems = _unusable(self)
        if self.environment == "production":
            problems += _unsafe(self)
        if problems:
            raise ValueError("\n".join(problems))
        return self


def load_settings() -> Settings:
    """Read the settings as a process does when it starts.

    Raises:
        SystemExit: a setting is missing or wrong; its text is a list of them, for the terminal.

    """
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(explain(error)) from None


def explain(error: ValidationError) -> str:
    """Say what is wrong with the settings, one line a problem, without any value."""
    lines: list[str] = []
    for problem in error.errors(include_input=False, include_url=False):
        if problem["type"] == "default_factory_not_called":
            continue  # follows from another problem in the list
        if cause := problem.get("ctx", {}).get("error"):
            lines += str(cause).splitlines()
        else:
            lines.append(f"{str(problem['loc'][0]).upper()}: {problem['msg']}.")
    listed = "\n".join(f"  - {line}" for line in lines)
    return (
        f"The settings do not allow a start:\n{listed}\n"
        "They come from environment variables and the file `.env`. ENVIRONMENT is `production` "
        "unless it says `development`; `make run` starts a local stack with everything set."
    )


def _unusable(settings: Settings) -> list[str]:
    problems: list[str] = []
    secret = _value(settings.supabase_jwt_secret)
    if secret is not None:
        if len(secret.encode()) < _MIN_SECRET_BYTES:
            problems.append(
                f"SUPABASE_JWT_SECRET is shorter than {_MIN_SECRET_BYTES} bytes, so that it can be "
                "guessed: copy the project's JWT secret from its API settings."
            )
        if secret != secret.strip():
            problems.append("SUPABASE_JWT_SECRET starts or ends with white space: copy it without.")
    key = _value(settings.session_api_signing_key)
    if key is not None:
        try:
            _private_key(key)
        except ValueError as error:
            problems.append(f"SESSION_API_SIGNING_KEY {error}")
    if (
        "root_sessions" in settings.model_fields_set
        and settings.root_sessions not in settings.kinds
    ):
        problems.append(
            f"ROOT_SESSIONS is {settings.root_sessions}, which KINDS leaves out: add it there, or "
            "remove ROOT_SESSIONS."
        )
    if _role(settings.supabase_publishable_key) == "service_role":
        problems.append(
            "SUPABASE_PUBLISHABLE_KEY is a secret key, which bypasses row-level security: give the "
            "publishable (anon) key."
        )
    token = _value(settings.metrics_token)
    if token is not None and (len(token) < _MIN_METRICS_TOKEN or not token.isascii()):
        problems.append(
            f"METRICS_TOKEN is shorter than {_MIN_METRICS_TOKEN} characters or not ASCII: make one "
            "with `openssl rand -hex 24`."
        )
    if settings.client_address_header != "X-Forwarded-For" and not (
        settings.trusted_proxies or settings.trusted_hops
    ):
        problems.append(
            "CLIENT_ADDRESS_HEADER needs TRUSTED_PROXIES or TRUSTED_HOPS: without them any client "
            "could write that header."
        )
    url = _value(settings.api_database_url)
    if url is not None:
        problems += _unusable_database_url(url)
    elif secret is None and key is None:
        problems.append(
            "SUPABASE_JWT_SECRET or SESSION_API_SIGNING_KEY is needed to sign the API's own "
            "tokens: set one, or API_DATABASE_URL."
        )
    return problems


def _unusable_database_url(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("postgres", "postgresql") or not parts.netloc.rpartition("@")[0]:
        return [
            "API_DATABASE_URL is not a Postgres URL with a user: write it as "
            "postgresql://session_api_login:password@host:5432/postgres."
        ]
    return []


def _unsafe_database_url(url: str) -> list[str]:
    problems = []
    parts = urlsplit(url)
    account, _, hosts = parts.netloc.rpartition("@")
    # a pooler's user is `role.project`
    user = account.partition(":")[0].partition(".")[0]
    if user in _OWNERS:
        problems.append(
            f"API_DATABASE_URL connects as {user}, who is no user of the API: make the login role "
            "of docs/hosted.md."
        )
    names = [host.rpartition(":")[0] or host for host in hosts.split(",") if host]
    words = dict(parse_qsl(parts.query))
    is_private = all(_is_private(f"http://{name}") for name in names)
    if not is_private and words.get("sslmode") not in _TLS_MODES:
        problems.append(
            "API_DATABASE_URL goes to a public host without sslmode=verify-full (or verify-ca or "
            "require): what is read there could be read on the way."
        )
    return problems


def _unsafe(settings: Settings) -> list[str]:
    problems: list[str] = []
    secret = _value(settings.supabase_jwt_secret)
    if secret is not None and _is_placeholder(secret):
        problems.append(
            "SUPABASE_JWT_SECRET is a placeholder or a demo value that everybody knows: copy the "
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
            "ENABLE_TEST_AUTH lets anybody be any user: remove it, or set ENVIRONMENT=development."
        )
    if "supabase_url" not in settings.model_fields_set:
        problems.append("SUPABASE_URL is missing: set the project's URL.")
    elif (
        "postgrest_url" not in settings.model_fields_set
        and not settings.supabase_publishable_key
        and settings.api_database_url is None
    ):
        problems.append(
            "SUPABASE_PUBLISHABLE_KEY is missing, without which Supabase's gateway refuses every "
            "request: set it, or POSTGREST_URL to PostgREST's own address."
        )
    problems += [
        f"{name} is http:// to a public host, where tokens could be read on the way: use https://."
        for name, url in (
            ("SUPABASE_URL", settings.supabase_url),
            ("POSTGREST_URL", settings.postgrest_url),
            ("SUPABASE_JWKS_URL", settings.supabase_jwks_url),
        )
        if name.lower() in settings.model_fields_set
        and url.startswith("http://")
        and not _is_private(url)
    ]
    if settings.api_database_url is not None:
        problems += _unsafe_database_url(settings.api_database_url.get_secret_value())
    if "*" in settings.cors_origins:
        problems.append(
            "CORS_ORIGINS is `*`, with which any web site may call with its visitor's token: list "
            "the frontends' origins."
        )
    return problems


def _is_private(url: str) -> bool:
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # one label is a name of this machine or of a container network
        return "." not in host or host.endswith(_PRIVATE_SUFFIXES)
    return not address.is_global


def _value(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _is_placeholder(value: str) -> bool:
    folded = value.lower()
    return (
        value in _DEMO_KEYS
        or any(placeholder in folded for placeholder in _PLACEHOLDERS)
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


def _private_key(text: str) -> jwt.PyJWK:
    """Read a private JWK.

    Raises:
        ValueError: not a JWK that can sign; the message goes on after the setting's name.

    """
    try:
        jwk = json.loads(text)
    except (ValueError, RecursionError):
        jwk = None
    if not isinstance(jwk, dict):
        raise ValueError(  # noqa: TRY004 - pydantic knows ValueError
            "is not a JSON object: paste one private JWK, as `supabase gen signing-key` prints it."
        )
    algorithm = {"EC": "ES256", "RSA": "RS256"}.get(str(jwk.get("kty")))
    if algorithm is None or jwk.get("alg", algorithm) != algorithm:
        raise ValueError("is neither ES256 nor RS256: make one with `supabase gen signing-key`.")
    if not isinstance(jwk.get("kid"), str) or not jwk["kid"]:
        raise ValueError("has no `kid`, by which PostgREST finds the public key: add it.")
    if "d" not in jwk:
        raise ValueError("is a public key, which cannot sign: paste the private JWK.")
    try:
        key = jwt.PyJWK(jwk, algorithm)
    except jwt.PyJWTError:
        raise ValueError("is not a valid private JWK: copy it again.") from None
    if algorithm == "ES256" and key.key.curve.name != "secp256r1":
        raise ValueError("is not on the curve P-256, which ES256 needs: make another.")
    if algorithm == "RS256" and key.key.key_size < _MIN_RSA_BITS:
        raise ValueError(f"has fewer than {_MIN_RSA_BITS} bits: make a longer one.")
    return key
