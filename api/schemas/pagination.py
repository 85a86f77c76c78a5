"""Pagination: `limit` and `offset` in the query, totals and links in the answer.

A list with numbered items can also be paged by cursor: `before` or `after` a number. Unlike an
offset, a cursor keeps its position while items are added at either end.
"""

from collections.abc import Sequence
from typing import Final, Generic, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

MAX_LIMIT: Final = 100
MAX_OFFSET: Final = 2**63 - 1 - MAX_LIMIT  # Postgres counts rows in a bigint

Item = TypeVar("Item")


class PageQuery(BaseModel):
    """Which part of a list to return. A kind adds its own parameters in a subclass.

    Unknown parameters are rejected: silently ignoring a misspelt `limit` would look like a bug.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    limit: int = Field(
        20, ge=1, le=MAX_LIMIT, description="The maximum number of items.", examples=[20]
    )
    offset: int = Field(
        0, ge=0, le=MAX_OFFSET, description="The number of items to skip.", examples=[0]
    )


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    # a specialised generic class has no docstring
    model_config = ConfigDict(json_schema_extra={"description": "One page of a list."})

    items: list[Item]
    total: int = Field(description="The number of items in the whole list.", examples=[1])
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])
    next: str | None = Field(
        description="Path and query of the next page; `null` on the last page.", examples=[None]
    )
    prev: str | None = Field(
        description="Path and query of the previous page; `null` on the first page; past the end, "
        "of the last page.",
        examples=[None],
    )

    @classmethod
    def of(cls, items: Sequence[Item], total: int, query: PageQuery, request: Request) -> Self:
        """Make the page for `query`, with links that keep its other parameters."""
        return cls(
            items=list(items),
            total=total,
            limit=query.limit,
            offset=query.offset,
            next=link(
                request, query.limit, "offset", next_offset(total, query.limit, query.offset)
            ),
            prev=link(
                request, query.limit, "offset", prev_offset(total, query.limit, query.offset)
            ),
        )

    @classmethod
    def of_numbered(
        cls, items: Sequence[Item], stretch: "Stretch", query: PageQuery, request: Request
    ) -> Self:
        """Make a page requested by cursor; its links are cursors too."""
        older, newer = ("before", stretch.before), ("after", stretch.after)
        following, preceding = (older, newer) if stretch.newest_first else (newer, older)
        return cls(
            items=list(items),
            total=stretch.total,
            limit=query.limit,
            offset=stretch.offset,
            next=link(request, query.limit, *following),
            prev=link(request, query.limit, *preceding),
        )


class Stretch(NamedTuple):
    """The part of a list numbered 1…`total` on a page: `first` to `last`, inclusive.

    An empty part has `last == first - 1`.
    """

    first: int
    last: int
    total: int
    newest_first: bool

    @property
    def before(self) -> int | None:
        """The cursor to older items; `None` at the beginning."""
        return self.first if self.first > 1 else None

    @property
    def after(self) -> int | None:
        """The cursor to newer items; `None` at the end."""
        return self.last if self.last < self.total else None

    @property
    def offset(self) -> int:
        """The number of items before this part, in the list's order."""
        return self.total - self.last if self.newest_first else self.first - 1


def stretch_at(
    total: int, limit: int, *, before: int | None, after: int | None, newest_first: bool
) -> Stretch:
    """Return the `limit` items just before or just after a cursor."""
    if before is not None:
        last = min(before - 1, total)
        return Stretch(max(last - limit, 0) + 1, last, total, newest_first)
    first = min(after or 0, total) + 1
    return Stretch(first, min(first + limit - 1, total), total, newest_first)


def next_offset(total: int, limit: int, offset: int) -> int | None:
    """Return the offset of the next page, or `None`."""
    return offset + limit if offset + limit < total else None


def prev_offset(total: int, limit: int, offset: int) -> int | None:
    """Return the offset of the previous page; past the end, that of the last page."""
    if offset == 0 or total == 0:
        return None
    if offset >= total:
        return (total - 1) // limit * limit
    return max(0, offset - limit)


POSITIONS: Final = frozenset({"limit", "offset", "before", "after"})


def link(request: Request, limit: int, name: str, position: int | None) -> str | None:
    """Return this request's path and query with another position, or `None`.

    It is never a full URL, because its host would come from a header that any client can set.
    """
    if position is None:
        return None
    kept = [it for it in request.query_params.multi_items() if it[0] not in POSITIONS]
    query = urlencode([*kept, ("limit", limit), (name, position)])
    return f"{quote(request.scope['path'])}?{query}"
