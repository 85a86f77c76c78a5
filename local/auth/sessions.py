"""Sessions and their refresh tokens: each token is used once."""

import secrets
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg

from local.auth.database import Database
from local.auth.errors import AuthError, forbidden, invalid

REUSE_SECONDS = 10
"""How long a used token returns its successor again, in case two tabs refresh at once."""
_TOKEN_BYTES = 18


class Refreshed(NamedTuple):
    """A session whose refresh token was used."""

    user_id: UUID
    session_id: UUID
    token: str


async def open_session(
    db: Database, user_id: UUID, agent: str, address: str | None
) -> tuple[UUID, str]:
    """Begin a session, and return it with its first refresh token.

    Raises:
        AuthError: 403, the user was removed meanwhile.

    """
    session_id = uuid4()
    try:
        async with db.transaction():
            await db.execute(
                """
                insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
                values ($1, $2, now(), now(), 'aal1', $3, $4::text::inet)""",
                *(session_id, user_id, agent, address),
            )
            await db.execute(
                "update auth.users set last_sign_in_at = now(), updated_at = now() where id = $1",
                user_id,
            )
            return session_id, await _add_token(db, user_id, session_id, None)
    except asyncpg.ForeignKeyViolationError:
        raise forbidden("user_not_found", "User from sub claim in JWT does not exist") from None


async def refresh(db: Database, token: str) -> Refreshed:
    """Use a refresh token, and return its successor.

    The latest used token may be used again while its successor is not: a client that could not
    store the successor, such as a server component, gets it once more. Another token that was used
    longer than `REUSE_SECONDS` ago may be stolen, or its successor is: the whole session ends.

    Raises:
        AuthError: 400, there is no such token, or it was used.

    """
    session_id = await db.fetchval(
        "select session_id from auth.refresh_tokens where token = $1", token
    )
    async with db.transaction():
        # one refresh of a session at a time: each sees the writes of the one before
        owner = await db.fetchval(
            "select user_id from auth.sessions where id = $1 for update", session_id
        )
        found = await db.fetchrow(
            """
            select revoked, updated_at > now() - make_interval(secs => $2) as is_fresh
            from auth.refresh_tokens where token = $1""",
            *(token, REUSE_SECONDS),
        )
        if owner is None or found is None:
            raise invalid(
                "Invalid Refresh Token: Refresh Token Not Found", "refresh_token_not_found"
            )
        if not found["revoked"]:
            await _revoke(db, session_id)
            return Refreshed(owner, session_id, await _add_token(db, owner, session_id, token))
        active = await db.fetchrow(
            "select token, parent from auth.refresh_tokens where session_id = $1 and not revoked",
            session_id,
        )
        if active is not None and (found["is_fresh"] or active["parent"] == token):
            return Refreshed(owner, session_id, active["token"])
        await _revoke(db, session_id)
    raise AuthError(
        HTTPStatus.BAD_REQUEST,
        "refresh_token_already_used",
        "Invalid Refresh Token: Already Used",
    )


async def exists(db: Database, session_id: UUID, user_id: UUID) -> bool:
    """Return whether a user's session has not ended."""
    return bool(
        await db.fetchval(
            "select exists (select from auth.sessions where id = $1 and user_id = $2)",
            *(session_id, user_id),
        )
    )


async def end(db: Database, user_id: UUID, session_id: UUID | None, scope: str) -> None:
    """End sessions of a user, with their refresh tokens.

    Args:
        db: the connection.
        user_id: whose.
        session_id: the one that asks; `None` for a token that no sign-in made.
        scope: `global` for all, `local` for the one that asks, `others` for all but that.

    """
    await db.execute(
        """
        delete from auth.sessions where user_id = $1 and case $3::text
          when 'global' then true
          when 'local' then id = $2
          when 'others' then id is distinct from $2
        end""",
        *(user_id, session_id, scope),
    )


async def _revoke(db: Database, session_id: UUID) -> None:
    await db.execute(
        """
        update auth.refresh_tokens set revoked = true, updated_at = now()
        where session_id = $1 and not revoked""",
        session_id,
    )


async def _add_token(db: Database, user_id: UUID, session_id: UUID, parent: str | None) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await db.execute(
        """
        insert into auth.refresh_tokens
          (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
        values ($1, $2, $3, false, clock_timestamp(), clock_timestamp(), $4, $5)""",
        *(UUID(int=0), token, str(user_id), parent, session_id),
    )
    await db.execute(
        "update auth.sessions set refreshed_at = now(), updated_at = now() where id = $1",
        session_id,
    )
    return token
