"""Lists come in pages: `limit` and `offset` in the query, totals and links in the answer."""

from collections.abc import Sequence
from typing import Final, Generic, Self, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

MAX_LIMIT: Final = 100
MAX_OFFSET: Final = 2**63 - 1 - MAX_LIMIT  # Postgres counts rows in a bigint

Item = TypeVar("Item")


class PageQuery(BaseModel):
    """Which part of a list to answer. A kind's list adds its own parameters in a subclass.

    An unknown parameter is refused: a misspelt `limit` that is quietly ignored looks like a bug.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    limit: int = Field(20, ge=1, le=MAX_LIMIT, description="How many items at most.", examples=[20])
    offset: int = Field(
        0, ge=0, le=MAX_OFFSET, description="How many items to leave out first.", examples=[0]
    )


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    total: int = Field(description="How many items the whole list has.", examples=[1])
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])
    next: str | None = Field(
        description="Path and query of the next page, `null` on the last one.", examples=[None]
    )
    prev: str | None = Field(
        description="Path and query of the page before, `null` on the first one; past the end, "
        "of the last page.",
        examples=[None],
    )

    @classmethod
    def of(cls, items: Sequence[Item], total: int, query: PageQuery, request: Request) -> Self:
        """Make the page that `query` asked for, with links that keep its other parameters."""
        return cls(
            items=list(items),
            total=total,
            limit=query.limit,
            offset=query.offset,
            next=link(request, query.limit, next_offset(total, query.limit, query.offset)),
            prev=link(request, query.limit, prev_offset(total, query.limit, query.offset)),
        )


def next_offset(total: int, limit: int, offset: int) -> int | None:
    """Return the offset of the next page, `None` if there is none."""
    return offset + limit if offset + limit < total else None


def prev_offset(total: int, limit: int, offset: int) -> int | None:
    """Return the offset of the page before; past the end it is that of the last page."""
    if offset == 0 or total == 0:
        return None
    if offset >= total:
        return (total - 1) // limit * limit
    return max(0, offset - limit)


def link(request: Request, limit: int, offset: int | None) -> str | None:
    """Return this request's path and query with another offset.

    Never a whole URL: its host would come from a header that any client can write.
    """
    if offset is None:
        return None
    kept = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in ("limit", "offset")
    ]
    query = urlencode([*kept, ("limit", limit), ("offset", offset)])
    return f"{quote(request.scope['path'])}?{query}"
