"""The chat endpoints' work: pages of messages and new ones, without HTTP."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from api.database.caller import ConstraintError, Database
from api.errors import ApiError
from api.sessions import access
from api.sessions.chat.schemas import ChatSession, Message, MessageCreate, MessageQuery
from api.sessions.owned import OwnedSessions

SESSIONS: Final = OwnedSessions(
    "chat",
    owner="user_id",
    answer=ChatSession,
)


class MessagePage(BaseModel):
    """What `public.chat_message_page` returns."""

    items: list[Message]
    total: int


MESSAGE_PAGE: Final = TypeAdapter[MessagePage | None](MessagePage | None)


async def list_messages(
    database: Database, session_id: UUID, query: MessageQuery
) -> tuple[list[Message], int]:
    """Return one page of a session's messages, and how many it has, by one request.

    The page costs the same at every offset: `message_order` is dense, so it is an index range.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_OWNER`.

    """
    arguments = {
        "session_id": str(session_id),
        "page_offset": str(query.offset),
        "page_limit": str(query.limit),
        "newest_first": str(query.sort_order == "desc").lower(),
    }
    page = await database.call("chat_message_page", arguments, MESSAGE_PAGE)
    if page is None:
        raise await access.refusal(database, "chat", session_id)
    return page.items, page.total


async def post_message(database: Database, session_id: UUID, body: MessageCreate) -> Message:
    """Append a message. The database numbers it; that the session is the caller's is a foreign key.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_OWNER`.

    """
    row = {**body.model_dump(), "session_id": str(session_id), "user_id": str(database.caller_id)}
    try:
        posted = await database.row(database.table("chat_messages").insert(row))
    except ConstraintError as error:
        if error.name != "chat_messages_session_fkey":
            raise
        raise await access.refusal(database, "chat", session_id) from None
    if posted is None:
        raise ApiError("CONFLICT")
    return Message.model_validate(posted)
