"""Accounts: rows of `auth.users` and `auth.identities` as GoTrue writes them."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg

from local.auth.database import Database
from local.auth.errors import unprocessable

Row = asyncpg.Record
_USER = """
select u.*, (
  select coalesce(jsonb_agg(to_jsonb(i) order by i.created_at), '[]')
  from auth.identities i where i.user_id = u.id
) as identities
from auth.users u
"""
_INSTANCE = UUID(int=0)


async def find(db: Database, user_id: UUID) -> Row | None:
    """Return the user with this id."""
    return await db.fetchrow(_USER + "where u.id = $1 and u.deleted_at is null", user_id)


async def find_by_email(db: Database, email: str) -> Row | None:
    """Return the user with this address, given in lower case."""
    return await db.fetchrow(_USER + "where u.email = $1 and u.deleted_at is null", email)


async def create(db: Database, email: str, password_hash: str, data: dict[str, Any]) -> UUID:
    """Create a user whose address needs no confirmation, and return their id.

    Raises:
        AuthError: 422 `user_already_exists`.

    """
    user_id = uuid4()
    identity = {
        **data,
        "sub": str(user_id),
        "email": email,
        "email_verified": True,
        "phone_verified": False,
    }
    try:
        async with db.transaction():
            await db.execute(
                """
                insert into auth.users (
                  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
                  raw_app_meta_data, raw_user_meta_data, created_at, updated_at
                ) values ($1, $2, 'authenticated', 'authenticated', $3, $4, now(),
                  '{"provider": "email", "providers": ["email"]}', $5, now(), now())""",
                *(_INSTANCE, user_id, email, password_hash, identity),
            )
            await db.execute(
                """
                insert into auth.identities (
                  provider_id, user_id, identity_data, provider,
                  last_sign_in_at, created_at, updated_at
                ) values ($1, $2, $3, 'email', now(), now(), now())""",
                *(str(user_id), user_id, identity),
            )
    except asyncpg.UniqueViolationError as error:
        if error.schema_name != "auth":  # raised by a trigger of the project
            raise
        raise unprocessable("user_already_exists", "User already registered") from None
    return user_id


async def update(
    db: Database,
    user_id: UUID,
    email: str | None,
    password_hash: str | None,
    data: dict[str, Any],
) -> None:
    """Change the given values: `None` and absent members stay, null members are removed.

    Raises:
        AuthError: 422 `email_exists`.

    """
    removed = [name for name, value in data.items() if value is None]
    kept = {name: value for name, value in data.items() if value is not None}
    try:
        async with db.transaction():
            await db.execute(
                """
                update auth.users set
                  email = coalesce($2, email),
                  encrypted_password = coalesce($3, encrypted_password),
                  raw_user_meta_data = (coalesce(raw_user_meta_data, '{}') || $4) - $5::text[],
                  updated_at = now()
                where id = $1""",
                *(user_id, email, password_hash, kept, removed),
            )
            if email is not None:
                await db.execute(
                    """
                    update auth.identities
                    set identity_data = identity_data || jsonb_build_object('email', $2::text),
                        updated_at = now()
                    where user_id = $1 and provider = 'email'""",
                    *(user_id, email),
                )
    except asyncpg.UniqueViolationError as error:
        if error.schema_name != "auth":
            raise
        message = "A user with this email address has already been registered"
        raise unprocessable("email_exists", message) from None


def shown(user: Row) -> dict[str, Any]:
    """Return a user as shown in answers and tokens."""
    return {
        "id": str(user["id"]),
        "aud": user["aud"] or "authenticated",
        "role": user["role"] or "authenticated",
        "email": user["email"] or "",
        "email_confirmed_at": _time(user["email_confirmed_at"]),
        "phone": user["phone"] or "",
        "confirmed_at": _time(user["confirmed_at"]),
        "last_sign_in_at": _time(user["last_sign_in_at"]),
        "app_metadata": user["raw_app_meta_data"] or {},
        "user_metadata": user["raw_user_meta_data"] or {},
        "identities": [_identity(identity) for identity in user["identities"]],
        "created_at": _time(user["created_at"]),
        "updated_at": _time(user["updated_at"]),
        "is_anonymous": user["is_anonymous"],
    }


def _identity(identity: dict[str, Any]) -> dict[str, Any]:
    return {
        "identity_id": identity["id"],
        "id": identity["provider_id"],
        **{
            name: identity[name]
            for name in (
                *("user_id", "identity_data", "provider", "last_sign_in_at"),
                *("created_at", "updated_at", "email"),
            )
        },
    }


def _time(value: Any) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")
