"""What the gateway does: PostgREST, sign-in and live changes, at Supabase's paths, by its keys.

`python -m local.proxy` serves it, as `gateway` sets the environment. Every other path is 404.
"""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from local.addresses import AUTH_PATH, HOST, REALTIME_PATH, REST_PATH
from local.auth.service import JWKS_PATH, create_auth
from local.auth.tokens import PUBLISHABLE_KEY_PREFIX, Tokens
from local.realtime.service import create_realtime

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_CHUNK_BYTES = 65_536
_LONGEST_ADDRESS = 65_536
_CONNECT_SECONDS = 2
_SHUTDOWN_SECONDS = 1
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS",
    "Access-Control-Max-Age": "3600",
}
_EVERY_ANSWER = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Location,Content-Range,Location,Preference-Applied,Retry-After,"
        "X-Supabase-Api-Version"
    ),
}
# they are about one connection, not about the message; the two clients set their own
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def create_gateway(
    postgrest_url: str,
    anon_key: str,
    service_role_key: str,
    services: Mapping[str, web.Application],
) -> web.Application:
    """Build the gateway in front of the PostgREST at `postgrest_url`.

    Args:
        postgrest_url: PostgREST's own address.
        anon_key: the stack's key for browsers.
        service_role_key: its key that bypasses every policy.
        services: what else it serves, by path.

    """
    gateway = _Gateway(postgrest_url, anon_key, service_role_key)
    # a body is passed through as it comes, whatever its size
    app = web.Application(
        middlewares=[_answer_preflights, gateway.require_key],
        client_max_size=0,
        handler_args={"max_line_size": _LONGEST_ADDRESS},
    )
    app.cleanup_ctx.append(gateway.session)
    app.on_response_prepare.append(_open_to_browsers)
    app.router.add_route("*", REST_PATH, gateway.forward)
    app.router.add_route("*", REST_PATH + "/{path:.*}", gateway.forward)
    for path, service in services.items():
        app.add_subapp(path, service)
    app.router.add_route("*", "/{path:.*}", _not_here)
    return app


class _Gateway:
    def __init__(self, postgrest: str, anon_key: str, service_role_key: str) -> None:
        self._postgrest = postgrest
        self._anon_key = anon_key
        self._keys = {anon_key, service_role_key}
        self._client: ClientSession

    async def session(self, _: web.Application) -> AsyncIterator[None]:
        timeout = ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
        async with ClientSession(
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
            timeout=timeout,
            # PostgREST repeats the address of a read in a header of its answer
            max_field_size=_LONGEST_ADDRESS,
        ) as self._client:
            yield

    @web.middleware
    async def require_key(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if request.path == AUTH_PATH + JWKS_PATH:
            return await handler(request)
        key = _key(request)
        if not key:
            return _refusal(
                HTTPStatus.UNAUTHORIZED,
                "No API key found in request",
                "No `apikey` request header or url param was found.",
            )
        if key not in self._keys and not key.startswith(PUBLISHABLE_KEY_PREFIX):
            return _refusal(
                HTTPStatus.UNAUTHORIZED,
                "Invalid API key",
                "Double check your Supabase `anon` or `service_role` API key.",
            )
        return await handler(request)

    async def forward(self, request: web.Request) -> web.StreamResponse:
        try:
            answer = await self._client.request(
                request.method,
                self._target(request),
                headers=self._headers(request, _key(request)),
                data=request.content.iter_chunked(_CHUNK_BYTES) if request.body_exists else None,
                allow_redirects=False,
            )
        except (ClientError, TimeoutError):
            return _refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "PostgREST does not answer",
                "The local stack is starting or stopping.",
            )
        async with answer:
            response = web.StreamResponse(
                status=answer.status, reason=answer.reason, headers=_end_to_end(answer.headers)
            )
            await response.prepare(request)
            async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
                await response.write(chunk)
            await response.write_eof()
            return response

    def _target(self, request: web.Request) -> URL:
        # as it was written: an encoded character in a filter must stay encoded
        path = request.rel_url.raw_path.removeprefix(REST_PATH) or "/"
        pairs = request.rel_url.raw_query_string.split("&")
        query = "&".join(pair for pair in pairs if not pair.startswith("apikey="))
        return URL(f"{self._postgrest}{path}?{query}".removesuffix("?"), encoded=True)

    def _headers(self, request: web.Request, key: str) -> CIMultiDict[str]:
        headers = _end_to_end(request.headers)
        bearer = headers.get("Authorization", "").removeprefix("Bearer ")
        # such a key is not a token: as a bearer it is treated as if it were absent
        if not bearer or bearer.startswith(PUBLISHABLE_KEY_PREFIX):
            bearer = self._anon_key if key.startswith(PUBLISHABLE_KEY_PREFIX) else key
            headers["Authorization"] = f"Bearer {bearer}"
        return headers


def _key(request: web.Request) -> str:
    return request.headers.get("apikey") or request.query.get("apikey", "")


def _end_to_end(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    return CIMultiDict(
        (name, value)
        for name, value in headers.items()
        if name.lower() not in _HOP_BY_HOP and not name.lower().startswith("access-control-")
    )


@web.middleware
async def _answer_preflights(request: web.Request, handler: _Handler) -> web.StreamResponse:
    # a browser asks before it sends a key, so it has none to show here
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        wanted = request.headers.get("Access-Control-Request-Headers", "")
        return web.Response(headers={**_PREFLIGHT, "Access-Control-Allow-Headers": wanted})
    return await handler(request)


async def _open_to_browsers(_: web.Request, response: web.StreamResponse) -> None:
    # keys and tokens guard the data; no cookie does, so that any page may ask
    if not isinstance(response, web.WebSocketResponse):
        response.headers.update(_EVERY_ANSWER)


async def _not_here(request: web.Request) -> web.StreamResponse:
    return _refusal(
        HTTPStatus.NOT_FOUND,
        f"{request.path} is not served here",
        f"The local stack serves {REST_PATH}, {AUTH_PATH} and {REALTIME_PATH}; `supabase start` "
        "has the other services.",
    )


def _refusal(status: HTTPStatus, message: str, hint: str) -> web.Response:
    return web.json_response({"message": message, "hint": hint}, status=status)


def _services() -> dict[str, web.Application]:
    if "GATEWAY_SIGNING_KEY" not in os.environ:
        return {}
    tokens = Tokens(
        json.loads(Path(os.environ["GATEWAY_SIGNING_KEY"]).read_text()),
        os.environ["GATEWAY_JWT_SECRET"],
        f"http://{HOST}:{os.environ['GATEWAY_PORT']}{AUTH_PATH}",
        int(os.environ["GATEWAY_JWT_EXPIRY"]),
    )
    return {
        AUTH_PATH: create_auth(os.environ["GATEWAY_AUTH_DATABASE_URL"], tokens),
        REALTIME_PATH: create_realtime(
            os.environ["GATEWAY_CHANGES_DATABASE_URL"],
            os.environ["GATEWAY_READER_DATABASE_URL"],
            tokens,
        ),
    }


def main() -> None:
    """Serve the gateway until a signal ends it."""
    web.run_app(
        create_gateway(
            os.environ["GATEWAY_POSTGREST_URL"],
            os.environ["GATEWAY_ANON_KEY"],
            os.environ["GATEWAY_SERVICE_ROLE_KEY"],
            _services(),
        ),
        host=HOST,
        port=int(os.environ["GATEWAY_PORT"]),
        shutdown_timeout=_SHUTDOWN_SECONDS,
        access_log=None,
        print=None,
    )


if __name__ == "__main__":
    main()
