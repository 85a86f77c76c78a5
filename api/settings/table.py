"""The table of settings: each with its type, its default and its description."""

import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal, Self

import jwt
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from api.identity.jwk import private_key
from api.kinds import KINDS, KindName
from api.settings import values
from api.settings.cells import Cell, read_cells


def _is_local(data: dict[str, Any]) -> bool:
    # Even in development, an API in front of a hosted project must not accept tokens that anyone
    # can sign.
    return data["environment"] == "development" and values.is_private(data["supabase_url"])


def _local_secret(data: dict[str, Any]) -> SecretStr | None:
    return SecretStr(values.LOCAL_JWT_SECRET) if _is_local(data) else None


def _local_key(data: dict[str, Any]) -> str | None:
    return values.LOCAL_PUBLISHABLE_KEY if _is_local(data) else None


def _local_origins(data: dict[str, Any]) -> tuple[str, ...]:
    if data["environment"] == "development":
        return ("http://localhost:3000", "http://127.0.0.1:3000")
    return ()


_Url = Annotated[str, AfterValidator(values.http_url)]
_Rate = Annotated[str, AfterValidator(values.rate)]


class SettingsTable(BaseSettings):
    """Environment variables, then `.env`, then these defaults. `Settings` checks them together."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",  # a `.env` shared with a frontend has other variables too
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
        "stack; production must set it.",
    )
    postgrest_url: _Url = Field(
        default_factory=lambda data: f"{data['supabase_url']}/rest/v1",
        description="PostgREST's own address, where it can be reached without the gateway. "
        "Default: `SUPABASE_URL` + `/rest/v1`.",
    )
    api_database_url: SecretStr | None = Field(
        None,
        description="Postgres's URL, for direct connections instead of PostgREST: "
        "`postgresql://session_api_login:…@host:5432/postgres?sslmode=verify-full&sslrootcert=…`. "
        "TLS options and several hosts have libpq's syntax; the user can switch to `session_api` "
        "and nothing else: see [hosted.md](hosted.md#the-address).",
    )
    api_read_database_url: SecretStr | None = Field(
        None,
        description="With `API_DATABASE_URL`: the addresses of read replicas, separated by commas. "
        "Requests that only read are sent there: see `docs/machines.md`.",
    )
    read_your_writes: int = Field(
        30,
        ge=0,
        le=3600,
        description="With `API_READ_DATABASE_URL`: seconds for which `RATE_LIMIT_STORAGE`, which "
        "must be Redis, remembers which users must see which writes. A replica that lags by more "
        "is not read. `0`: no Redis is needed, and users may miss what they have just written.",
    )
    supabase_publishable_key: str | None = Field(
        default_factory=_local_key,
        validation_alias=AliasChoices("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY"),
        repr=False,
        description="The `apikey` header that Supabase's gateway asks for (`SUPABASE_ANON_KEY` is "
        "accepted too). Never the secret or service-role key. In development on a local stack, the "
        "well-known local key.",
    )

    # --- cells: several projects, each with the database of its own users ----------------------
    cells: Annotated[Mapping[str, Cell], NoDecode, BeforeValidator(read_cells)] = Field(
        {},
        repr=False,  # an address may contain a password
        description='Several databases instead of one: `{"eu": {"API_DATABASE_URL": '
        '"postgresql://…"}, "us": {…}}`. Each has an `API_DATABASE_URL` and perhaps an '
        "`API_READ_DATABASE_URL`, or a `POSTGREST_URL` and perhaps a `SUPABASE_PUBLISHABLE_KEY`. "
        "See `docs/decisions/0015-cells.md`.",
    )
    cell_claim: Annotated[str, AfterValidator(values.cell_claim)] = Field(
        "app_metadata.cell",
        description="With `CELLS`: the claim of the user's token that names their cell. Users must "
        "not be able to change it.",
    )

    # --- who calls: users' tokens ------------------------------------------------------------
    supabase_jwt_secret: SecretStr | None = Field(
        default_factory=_local_secret,
        description="The project's legacy JWT secret (HS256, at least 32 bytes): verifies users' "
        "tokens and, without a signing key, signs the API's own. Leave it out where users' tokens "
        "are ES256 or RS256. In development on a local stack, the well-known local secret.",
    )
    supabase_jwks_url: _Url = Field(
        default_factory=lambda data: f"{data['supabase_url']}/auth/v1/.well-known/jwks.json",
        description="The URL of the public keys that verify ES256 and RS256 tokens. "
        "Default: `SUPABASE_URL` + `/auth/v1/.well-known/jwks.json`.",
    )
    allow_anonymous_users: bool = Field(
        True,
        description="`false` refuses anonymous sign-ins (their `is_anonymous` is true) with 403 "
        "`ANONYMOUS_USER`.",
    )
    require_second_factor: bool = Field(
        False,
        description="`true` refuses users who have not verified a second factor (`aal` is not "
        "`aal2`) with 403 `SECOND_FACTOR_REQUIRED`.",
    )
    forwarded_claims: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.claims)] = Field(
        (),
        description="Further claims of the user's token, separated by commas, that your policies "
        "read from `request.jwt.claims`. Always forwarded: `aal`, `is_anonymous`, `session_id` and "
        "`app_metadata`. All claims together may take 4096 bytes of JSON.",
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
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.origins)] = Field(
        default_factory=_local_origins,
        description="The frontends' origins, separated by commas: `https://app.example.com`. "
        "Development: `http://localhost:3000` and `http://127.0.0.1:3000`; production: none.",
    )
    cors_origin_regex: Annotated[str | None, AfterValidator(values.origin_regex)] = Field(
        None,
        description="A pattern for further origins, such as those of preview deployments: "
        r"`^https://my-app-[a-z0-9-]+\.vercel\.app$`. It must match whole origins.",
    )
    conceal_existence: bool = Field(
        False,
        description="`true` answers 404 for another user's session, instead of 403.",
    )
    kinds: Annotated[tuple[KindName, ...], NoDecode, BeforeValidator(values.kinds)] = Field(
        default_factory=lambda: tuple(KINDS),
        description="The kinds of session to serve, separated by commas: `wingman,chat`. The "
        "database needs the tables of these kinds only. Default: all.",
    )
    root_sessions: Literal["study", "chat"] = Field(
        "study",
        description="Which kind the published path `/sessions` serves, if `KINDS` includes it.",
    )

    # --- limits ------------------------------------------------------------------------------
    max_body_bytes: int = Field(
        393_216,
        ge=1_024,
        le=16_777_216,
        description="The largest request body; a larger one gets a 413 before it is read. The "
        "default has room for a message of 32,000 characters in any encoding of JSON.",
    )
    database_timeout: float = Field(
        2.5,
        gt=0,
        le=10,
        description="Seconds that all queries of a request may take before it gets a 503.",
    )
    database_connections: int = Field(
        64,
        ge=1,
        le=1_000,
        description="The most connections to PostgREST that each worker may have open.",
    )
    api_database_connections: int = Field(
        10,
        ge=1,
        le=1_000,
        description="With `API_DATABASE_URL`: the most connections to Postgres that each worker "
        "may have open. One user's requests use at most half of them at a time.",
    )
    api_database_prepared_statements: bool = Field(
        True,
        description="With `API_DATABASE_URL`: `false` if it points at a pooler in transaction "
        "mode, which loses prepared statements (pgbouncer before 1.21, Supavisor's port 6543).",
    )

    max_requests_in_progress: int = Field(
        200,
        ge=1,
        description="Requests that a worker handles at a time; further ones get a 503 at once.",
    )
    shutdown_delay: float = Field(
        0,
        ge=0,
        le=300,
        description="Seconds after SIGTERM in which `/readyz` is 503 and requests are still "
        "served: as long as the balancer needs to notice.",
    )

    # --- limits on rates: `60/minute`, `1000/hour`, `10/second` ------------------------------
    rate_limits: bool = Field(
        True,
        description="`off` lifts every limit below.",
    )
    rate_limit_storage: Annotated[str, AfterValidator(values.rate_limit_storage)] = Field(
        "memory",
        repr=False,  # a Redis URL may contain a password
        description="Where requests are counted: `memory`, separately in each worker, or "
        "`redis://host:6379/0`, shared by all workers and machines (needs "
        "the extra `redis`).",
    )
    rate_limit_read: _Rate = Field("1200/minute", description="Reads, per user.")
    rate_limit_create: _Rate = Field("60/minute", description="Sessions created, per user.")
    rate_limit_message: _Rate = Field("120/minute", description="Messages posted, per user.")
    rate_limit_confirm: _Rate = Field("60/minute", description="Confirmations, per user.")
    rate_limit_write: _Rate = Field("240/minute", description="Other writes, per user.")
    rate_limit_address: _Rate = Field(
        "6000/minute",
        description="All requests from one address (IPv6: one /64 network), signed in or not.",
    )
    rate_limit_failed_auth: _Rate = Field(
        "60/minute",
        description="Requests from one address whose token is refused or cannot be verified; "
        "valid tokens are not affected.",
    )
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(values.networks)
    ] = Field(
        (),
        description="The proxies in front, as addresses or networks separated by commas: "
        "`10.0.0.0/8`. Only headers from these are trusted; without this setting, the client's "
        "address is the connection's.",
    )
    trusted_hops: int = Field(
        0,
        ge=0,
        le=20,
        description="How many proxies are in front, if their addresses are not known: the "
        "client's address is that many entries from the right of the header, whoever connects.",
    )
    client_address_header: Annotated[str, AfterValidator(values.header_name)] = Field(
        "X-Forwarded-For",
        description="The header in which the proxies name the client, for example "
        "`CF-Connecting-IP` or `X-Real-IP`.",
    )

    # --- what operators see ------------------------------------------------------------------
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="`info`: one line per request; `warning`: faults only.",
    )
    log_format: Literal["json", "text"] = Field(
        default_factory=lambda data: "json" if data["environment"] == "production" else "text",
        description="`json`: one object per line; `text`: readable lines. Default: `json` in "
        "production, `text` in development.",
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="The bearer token (at least 16 characters) that Prometheus sends to read "
        "`/metrics`. Without this setting there is no `/metrics`.",
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
        """Ignore variables of `.env` that the environment sets, even to an empty value."""
        if isinstance(dotenv_settings, DotEnvSettingsSource):
            named = {name.lower() for name in os.environ}
            found = dotenv_settings.env_vars.items()
            dotenv_settings.env_vars = {name: it for name, it in found if name not in named}
        return init_settings, env_settings, dotenv_settings

    @property
    def signing_key(self) -> jwt.PyJWK | None:
        """The private key that signs the API's own tokens; `None` if the secret signs them."""
        if self.session_api_signing_key is None:
            return None
        return private_key(self.session_api_signing_key.get_secret_value())

    @property
    def accepts_test_users(self) -> bool:
        """Whether `X-Test-User-ID` names the caller: never outside development."""
        return self.environment == "development" and self.enable_test_auth

    @property
    def replica_urls(self) -> list[str]:
        """The addresses of the read replicas."""
        if self.api_read_database_url is None:
            return []
        return values.database_urls(self.api_read_database_url.get_secret_value())

    @property
    def cell_path(self) -> tuple[str, ...]:
        """Where in a token the user's cell is named: the names of the claims, outermost first."""
        return tuple(self.cell_claim.split(".")) if self.cells else ()

    def of_cell(self, name: str) -> Self:
        """Return these settings with the cell's database as the project's."""
        of_one_database: dict[str, Any] = {
            "cells": {},
            "api_database_url": None,
            "api_read_database_url": None,
        }
        given = self.cells[name].model_dump(exclude_none=True)
        return self.model_copy(update={**of_one_database, **given})
