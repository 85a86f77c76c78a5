"""Pages: which rows, and the links from one to the next."""

from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI, Query, Request
from hypothesis import given
from hypothesis import strategies as st

from api.schemas.pagination import (
    MAX_OFFSET,
    Page,
    PageQuery,
    Stretch,
    next_offset,
    prev_offset,
    stretch_at,
)
from tests.in_process import InProcess

TOTAL = 45


class Filter(PageQuery):
    status: str | None = None


app = FastAPI()


@app.get("/api/v1/things/sessions")
async def list_things(query: Annotated[Filter, Query()], request: Request) -> Page[int]:
    items = range(TOTAL)[query.offset : query.offset + query.limit]
    return Page[int].of(items, TOTAL, query, request)


@app.get("/numbered")
async def list_numbered(
    request: Request, after: int, *, newest_first: bool, limit: int = 20
) -> Page[int]:
    stretch = stretch_at(TOTAL, limit, before=None, after=after, newest_first=newest_first)
    return Page[int].of_numbered(numbers(stretch), stretch, PageQuery(limit=limit), request)


client = InProcess(app)


def page(query: str, **options: Any) -> Any:
    answer = client.get(f"/api/v1/things/sessions?{query}", **options)
    assert answer.status_code == 200
    return answer.json()


class TestPage:
    def test_defaults(self) -> None:
        assert page("") == {
            "items": list(range(20)),
            "total": TOTAL,
            "limit": 20,
            "offset": 0,
            "next": "/api/v1/things/sessions?limit=20&offset=20",
            "prev": None,
        }

    def test_last(self) -> None:
        answer = page("limit=20&offset=40")
        assert answer["items"] == [40, 41, 42, 43, 44]
        assert answer["next"] is None
        assert answer["prev"] == "/api/v1/things/sessions?limit=20&offset=20"

    @pytest.mark.parametrize("offset", [TOTAL, 60, 10**6, MAX_OFFSET])
    def test_past_the_end(self, offset: int) -> None:
        answer = page(f"limit=20&offset={offset}")
        assert answer["items"] == []
        assert answer["next"] is None
        assert answer["prev"] == "/api/v1/things/sessions?limit=20&offset=40"

    def test_other_parameters_are_kept(self) -> None:
        link = page("status=a%26b%3Dc+d&limit=5")["next"]
        assert parse_qs(urlsplit(link).query) == {
            "status": ["a&b=c d"],
            "limit": ["5"],
            "offset": ["5"],
        }

    @pytest.mark.parametrize("host", ["evil.example", "evil.example/x", "a b", ""])
    def test_host_is_not_in_the_links(self, host: str) -> None:
        answer = page("", headers={"Host": host, "X-Forwarded-Host": host})
        assert answer["next"] == "/api/v1/things/sessions?limit=20&offset=20"

    @pytest.mark.parametrize("limit", [1, 7, 20, 45, 100])
    def test_next_leads_through_all(self, limit: int) -> None:
        seen = []
        link: str | None = f"/api/v1/things/sessions?limit={limit}"
        while link:
            answer = client.get(link).json()
            seen += answer["items"]
            link = answer["next"]
        assert seen == list(range(TOTAL))


class TestNumberedPage:
    @pytest.mark.parametrize(
        ("newest_first", "offset", "following", "preceding"),
        [(False, 10, "after=15", "before=11"), (True, 30, "before=11", "after=15")],
    )
    def test_links(
        self, offset: int, following: str, preceding: str, *, newest_first: bool
    ) -> None:
        path = f"/numbered?newest_first={newest_first}&limit=5"
        assert client.get(f"{path}&after=10").json() == {
            "items": [11, 12, 13, 14, 15],
            "total": TOTAL,
            "limit": 5,
            "offset": offset,
            "next": f"{path}&{following}",
            "prev": f"{path}&{preceding}",
        }

    def test_ends(self) -> None:
        answer = client.get("/numbered?newest_first=false&limit=45&after=0").json()
        assert (answer["next"], answer["prev"]) == (None, None)


totals = st.integers(0, 300)
limits = st.integers(1, 100)
offsets = st.integers(0, 400)


class TestOffsets:
    @given(total=totals, limit=limits, offset=offsets)
    def test_next(self, total: int, limit: int, offset: int) -> None:
        following = next_offset(total, limit, offset)
        if following is None:
            assert offset + limit >= total
        else:
            assert offset < following < total

    @pytest.mark.parametrize("offset", [0, 20])
    def test_no_empty_page_after_a_full_one(self, offset: int) -> None:
        assert next_offset(offset + 20, 20, offset) is None
        assert next_offset(offset + 21, 20, offset) == offset + 20

    @given(total=totals, limit=limits, offset=offsets)
    def test_prev(self, total: int, limit: int, offset: int) -> None:
        before = prev_offset(total, limit, offset)
        if before is None:
            assert offset == 0 or total == 0
        else:
            assert 0 <= before < offset
            assert before < total  # there is something on that page
            assert offset > total or offset - before <= limit or before + limit >= total


cursors = st.integers(0, 400)
directions = st.booleans()


def numbers(stretch: Stretch) -> list[int]:
    return list(range(stretch.first, stretch.last + 1))


class TestCursors:
    @given(total=totals, limit=limits, cursor=cursors, newest_first=directions)
    def test_before(self, total: int, limit: int, cursor: int, *, newest_first: bool) -> None:
        found = stretch_at(total, limit, before=cursor + 1, after=None, newest_first=newest_first)
        everything = range(1, total + 1)
        assert numbers(found) == [it for it in everything if it <= cursor][-limit:]
        assert found[2:] == (total, newest_first)

    @given(total=totals, limit=limits, cursor=cursors, newest_first=directions)
    def test_after(self, total: int, limit: int, cursor: int, *, newest_first: bool) -> None:
        found = stretch_at(total, limit, before=None, after=cursor, newest_first=newest_first)
        everything = range(1, total + 1)
        assert numbers(found) == [it for it in everything if it > cursor][:limit]
        assert found[2:] == (total, newest_first)

    @given(total=totals, limit=limits, cursor=cursors, newest_first=directions)
    def test_links_lead_through_all(
        self, total: int, limit: int, cursor: int, *, newest_first: bool
    ) -> None:
        """From any page, forward and back, even while new messages are posted."""
        start = stretch_at(total, limit, before=None, after=cursor, newest_first=newest_first)
        seen = numbers(start)
        found = start
        while found.before is not None:
            found = stretch_at(
                total, limit, before=found.before, after=None, newest_first=newest_first
            )
            seen = numbers(found) + seen
        found, grown = start, total + 3
        found = found._replace(total=grown)
        while found.after is not None:
            found = stretch_at(
                grown, limit, before=None, after=found.after, newest_first=newest_first
            )
            seen += numbers(found)
        # after a page that was not full, the next one continues where it ended
        assert seen == list(range(1, grown + 1))

    @given(total=totals, limit=limits, cursor=cursors, newest_first=directions)
    def test_offset(self, total: int, limit: int, cursor: int, *, newest_first: bool) -> None:
        found = stretch_at(total, limit, before=None, after=cursor, newest_first=newest_first)
        in_order = range(total, 0, -1) if newest_first else range(1, total + 1)
        shown = numbers(found)[::-1] if newest_first else numbers(found)
        assert list(in_order[found.offset : found.offset + len(shown)]) == shown
