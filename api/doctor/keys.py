"""The keys that verify users' tokens."""

from collections.abc import Iterator

import httpx

from api.doctor import reach
from api.doctor.findings import Finding
from api.doctor.probe import Probe
from api.identity.jwk import public_keys
from api.settings import Settings


def findings(settings: Settings, probe: Probe) -> Iterator[Finding]:
    """Fetch the project's public keys as the API does."""
    url = settings.supabase_jwks_url
    by_secret = settings.supabase_jwt_secret is not None
    try:
        answer = probe.document(url)
        if answer.status_code == httpx.codes.NOT_FOUND and by_secret:
            return  # the project signs with its secret only, which the settings have
        answer.raise_for_status()
        keys = public_keys(answer.json())
    except (httpx.HTTPError, ValueError) as error:
        yield Finding(
            "jwks-unreachable",
            f"cannot get public keys from {url} ({_reason(error)}): "
            "users' tokens that need one are refused",
            "check SUPABASE_URL and SUPABASE_JWKS_URL",
        )
        return
    if not keys and not by_secret:
        yield Finding(
            "jwks-empty",
            f"{url} has no public key for ES256 or RS256, so no user's token can be verified",
            "rotate the project to an ES256 signing key, or set SUPABASE_JWT_SECRET",
        )


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"it answers {error.response.status_code}"
    return reach.reason(error) if isinstance(error, httpx.HTTPError) else "it is not a JWKS"
