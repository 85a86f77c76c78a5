"""The endpoints of `/auth/v1`."""

import ipaddress
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from aiohttp import web

from local.auth import accounts, sessions
from local.auth.body import email, metadata, new_password, read_object, text
from local.auth.database import Database, Pool, connections
from local.auth.errors import AuthError, forbidden, invalid, unprocessable
from local.auth.passwords import Passwords
from local.auth.tokens import Tokens, user_and_session

JWKS_PATH = "/.well-known/jwks.json"
"""Open to everybody: keys are published there."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)
_SCOPES = ("global", "local", "others")
_LONGEST_AGENT = 500
logger = logging.getLogger(__name__)


class Caller(NamedTuple):
    """The user and session of a request's token."""

    user: asyncpg.Record
    session_id: UUID | None


def create_auth(database_url: str, tokens: Tokens) -> web.Application:
    """Build the application served at `/auth/v1`.

    Args:
        database_url: the database, for `supabase_auth_admin`.
        tokens: what makes and verifies access tokens.

    """
    auth = _Auth(database_url, tokens)
    app = web.Application(middlewares=[_say_errors])
    app.cleanup_ctx.append(auth.connections)
    app.router.add_post("/signup", auth.sign_up)
    app.router.add_post("/token", auth.token)
    app.router.add_get("/user", auth.user)
    app.router.add_put("/user", auth.update_user)
    app.router.add_post("/logout", auth.log_out)
    app.router.add_get("/health", auth.health)
    app.router.add_get("/settings", auth.settings)
    app.router.add_get(JWKS_PATH, auth.jwks)
    app.router.add_route("*", "/{path:.*}", _not_here)
    return app


class _Auth:
    def __init__(self, database_url: str, tokens: Tokens) -> None:
        self._database_url = database_url
        self._tokens = tokens
        self._passwords = Passwords()
        self._pool: Pool

    async def connections(self, _: web.Application) -> AsyncIterator[None]:
        async with connections(self._database_url) as self._pool:
            yield

    async def sign_up(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        address, password, data = email(body), new_password(body), metadata(body)
        password_hash = await self._passwords.hash(password)
        async with self._pool.acquire() as db:
            user_id = await accounts.create(db, address, password_hash, data)
            return await self._signed_in(db, request, user_id)

    async def token(self, request: web.Request) -> web.Response:
        grant = request.query.get("grant_type")
        body = await read_object(request)
        if grant == "password":
            return await self._by_password(request, body)
        if grant == "refresh_token":
            return await self._by_refresh_token(body)
        raise invalid("unsupported_grant_type", "invalid_credentials")

    async def _by_password(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        address, password = email(body), text(body, "password")
        async with self._pool.acquire() as db:
            user = await accounts.find_by_email(db, address)
        stored = None if user is None else user["encrypted_password"]
        # hold no connection while this waits for its turn
        is_right = await self._passwords.matches(address, password, stored)
        if user is None or not is_right:
            raise invalid("Invalid login credentials", "invalid_credentials")
        async with self._pool.acquire() as db:
            return await self._signed_in(db, request, user["id"])

    async def _by_refresh_token(self, body: dict[str, Any]) -> web.Response:
        given = text(body, "refresh_token")
        if not given:
            raise invalid("refresh_token required")
        async with self._pool.acquire() as db:
            refreshed = await sessions.refresh(db, given)
            return await self._session(db, *refreshed)

    async def _signed_in(self, db: Database, request: web.Request, user_id: UUID) -> web.Response:
        agent = request.headers.get("User-Agent", "")[:_LONGEST_AGENT]
        agent = agent.encode(errors="replace").decode()
        session_id, token = await sessions.open_session(db, user_id, agent, _address(request))
        return await self._session(db, user_id, session_id, token)

    async def _session(
        self, db: Database, user_id: UUID, session_id: UUID, refresh_token: str
    ) -> web.Response:
        user = await accounts.find(db, user_id)
        if user is None:
            raise forbidden("user_not_found", "User from sub claim in JWT does not exist")
        shown = accounts.shown(user)
        access_token, expires_at = self._tokens.issue(shown, session_id)
        return web.json_response(
            {
                "access_token": access_token,
                "token_type": "bearer",
                "expires_in": self._tokens.lifetime,
                "expires_at": expires_at,
                "refresh_token": refresh_token,
                "user": shown,
            }
        )

    async def _caller(self, db: Database, request: web.Request) -> Caller:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            message = "This endpoint requires a valid Bearer token"
            raise AuthError(HTTPStatus.UNAUTHORIZED, "no_authorization", message)
        user_id, session_id = user_and_session(self._tokens.verify(token.strip()))
        user = await accounts.find(db, user_id)
        if user is None:
            raise forbidden("user_not_found", "User from sub claim in JWT does not exist")
        if session_id is not None and not await sessions.exists(db, session_id, user_id):
            message = "Session from session_id claim in JWT does not exist"
            raise forbidden("session_not_found", message)
        return Caller(user, session_id)

    async def user(self, request: web.Request) -> web.Response:
        async with self._pool.acquire() as db:
            caller = await self._caller(db, request)
        return web.json_response(accounts.shown(caller.user))

    async def update_user(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        data = metadata(body)
        address = email(body) if body.get("email") is not None else None
        password = new_password(body) if body.get("password") is not None else None
        async with self._pool.acquire() as db:
            caller = await self._caller(db, request)
        user_id, password_hash = caller.user["id"], None
        if password is not None:
            if await self._passwords.is_same(password, caller.user["encrypted_password"]):
                message = "New password should be different from the old password."
                raise unprocessable("same_password", message)
            password_hash = await self._passwords.hash(password)
        async with self._pool.acquire() as db:
            await accounts.update(db, user_id, address, password_hash, data)
            if password_hash is not None:  # sign out everybody who used the old one
                await sessions.end(db, user_id, caller.session_id, "others")
            user = await accounts.find(db, user_id)
        if user is None:
            raise forbidden("user_not_found", "User from sub claim in JWT does not exist")
        return web.json_response(accounts.shown(user))

    async def log_out(self, request: web.Request) -> web.Response:
        scope = request.query.get("scope", "global")
        if scope not in _SCOPES:
            raise invalid(f"Unsupported logout scope {json.dumps(scope[:20])}")
        async with self._pool.acquire() as db:
            caller = await self._caller(db, request)
            await sessions.end(db, caller.user["id"], caller.session_id, scope)
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def health(self, _: web.Request) -> web.Response:
        # not GoTrue's name, which identifies a `supabase start`
        return web.json_response(
            {"name": "session-api", "description": "Sign-in of the local stack"}
        )

    async def settings(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "external": {"email": True, "phone": False, "anonymous_users": False},
                "disable_signup": False,
                "mailer_autoconfirm": True,
                "phone_autoconfirm": False,
                "sms_provider": "",
                "saml_enabled": False,
            }
        )

    async def jwks(self, _: web.Request) -> web.Response:
        return web.json_response(self._tokens.jwks)


@web.middleware
async def _say_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except AuthError as error:
        answer = error.answer(request)
        if error.status == HTTPStatus.TOO_MANY_REQUESTS:
            answer.headers["Retry-After"] = "60"
        return answer
    except _AWAY as error:
        logger.warning("the database does not answer: %s", error)
        # clients retry on this status, but end the session on a 500
        status, message = HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer"
    except asyncpg.PostgresError as error:
        # usually raised by a trigger of the project
        logger.exception("a statement failed")
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        message = f"Database error: the gateway's log has it ({type(error).__name__})"
    return AuthError(status, "unexpected_failure", message).answer(request)


async def _not_here(request: web.Request) -> web.Response:
    message = f"{request.method} {request.path} is not served by the local stack's sign-in"
    return AuthError(HTTPStatus.NOT_FOUND, "not_found", message).answer(request)


def _address(request: web.Request) -> str | None:
    try:
        return str(ipaddress.ip_address(request.remote or ""))
    except ValueError:
        return None
