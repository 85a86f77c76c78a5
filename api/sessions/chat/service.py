"""The chat endpoints' work: pages of messages and new ones, without HTTP."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from api.database.caller import Database
from api.database.query import Shape, function, parameter, table
from api.database.refusals import ConstraintError
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

PAGE: Final = function(
    "chat_message_page", "session_id", "page_offset", "page_limit", "newest_first", only_reads=True
)
POST: Final = Shape.of(
    table("chat_messages").insert(
        {name: parameter(name) for name in ("session_id", "user_id", "role", "content")}
    )
)


async def list_messages(
    database: Database, session_id: UUID, query: MessageQuery
) -> tuple[list[Message], int]:
    """Return one page of a session's messages, and how many it has, by one request.

    The page costs the same at every offset: `message_order` is dense, so it is an index range.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_OWNER`.

    """
    page = await database.value(
        PAGE.query(
            session_id=session_id,
            page_offset=query.offset,
            page_limit=query.limit,
            newest_first=query.sort_order == "desc",
        ),
        MESSAGE_PAGE,
    )
    if page is None:
        raise await access.refusal(database, "chat", session_id)
    return page.items, page.total


async def post_message(database: Database, session_id: UUID, body: MessageCreate) -> Message:
    """Append a message. The database numbers it; that the session is the caller's is a foreign key.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_OWNER`.

    """
    message = POST.query(session_id=session_id, user_id=database.caller_id, **body.model_dump())
    try:
        posted = await database.insert(message)
    except ConstraintError as error:
        if error.name != "chat_messages_session_fkey":
            raise
        raise await access.refusal(database, "chat", session_id) from None
    return Message.model_validate(posted)
