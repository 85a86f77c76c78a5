"""The project's keys are fetched from their own address, whatever proxy the environment names."""

import jwt

from tests.conftest import Serve, get
from tests.identity.door import EC_JWK, EC_KEY, claims
from tests.identity.jwks_server import JwksServer

NOBODY_LISTENS = "http://127.0.0.1:9"


def test_no_proxy_is_asked(serve: Serve) -> None:
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), NOBODY_LISTENS)
    token = jwt.encode(claims(), EC_KEY, "ES256", {"kid": EC_JWK["kid"]})
    with JwksServer(EC_JWK) as server:
        address = serve(SUPABASE_JWKS_URL=server.url, **proxies)
        answer = get(f"{address}/api/v1/study/sessions", Authorization=f"Bearer {token}")
        assert answer.status_code == 200, answer.text
