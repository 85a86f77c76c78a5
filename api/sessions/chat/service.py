"""The chat endpoints' work: pages of messages and new ones, without HTTP."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from api.database.caller import Database
from api.database.query import Shape, function, parameter, table
from api.database.refusals import ConstraintError
from api.schemas.pagination import Stretch, stretch_at
from api.sessions import access
from api.sessions.chat.schemas import ChatSession, Message, MessageCreate, MessageQuery
from api.sessions.owned import OwnedSessions

SESSIONS: Final = OwnedSessions(
    "chat",
    answer=ChatSession,
    version=("title", "message_count"),
)


class MessagePage(BaseModel):
    """What `public.chat_message_page` returns."""

    items: list[Message]
    total: int


MESSAGE_PAGE: Final = TypeAdapter[MessagePage | None](MessagePage | None)


def page_shape(start: str) -> Shape:
    """Make the call for a page of messages at an offset or a cursor."""
    return function(
        "chat_message_page", "session_id", "page_limit", "newest_first", start, only_reads=True
    )


BY_OFFSET: Final = page_shape("page_offset")
BEFORE: Final = page_shape("before_order")
AFTER: Final = page_shape("after_order")

POST: Final = Shape.of(
    table("chat_messages")
    .insert({name: parameter(name) for name in ("session_id", "user_id", "role", "content")})
    # by name: the API may not read columns that a project has added
    .select(",".join(Message.model_fields))
)


async def list_messages(
    database: Database, session_id: UUID, query: MessageQuery
) -> tuple[list[Message], int]:
    """Return one page of a session's messages, and their total, with a single query.

    Every page costs the same: `message_order` is dense, so a page is an index range.

    Raises:
        ApiError: `SESSION_NOT_FOUND` or `NOT_OWNER`.

    """
    options = {
        "session_id": session_id,
        "page_limit": query.limit,
        "newest_first": query.sort_order == "desc",
    }
    if query.before is not None:
        call = BEFORE.query(before_order=query.before, **options)
    elif query.after is not None:
        call = AFTER.query(after_order=query.after, **options)
    else:
        call = BY_OFFSET.query(page_offset=query.offset, **options)
    page = await database.value(call, MESSAGE_PAGE)
    if page is None:
        raise await access.refusal(database, "chat", session_id)
    return page.items, page.total


def stretch(total: int, query: MessageQuery) -> Stretch:
    """Return which messages are on a page by cursor, as `chat_message_page` selects them."""
    return stretch_at(
        total,
        query.limit,
        before=query.before,
        after=query.after,
        newest_first=query.sort_order == "desc",
    )


async def post_message(database: Database, session_id: UUID, body: MessageCreate) -> Message:
    """Append a message. The database numbers it; a foreign key checks the session's owner.

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
