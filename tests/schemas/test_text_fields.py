"""Text fields of a request: their limits, one line or several, and what is refused."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from pydantic import BaseModel, ValidationError

from api.schemas import text as text_module
from api.schemas.text import Description, Notes, PlainText, Title, VenueName, plain_text, shown
from tests.schemas.markup import MARKUP, NASTY, untimed


class Venue(BaseModel):
    name: VenueName
    title: Title | None = None
    description: Description | None = None
    notes: Notes | None = None


class TestFields:
    def error(self, **values: Any) -> dict[str, Any]:
        with pytest.raises(ValidationError) as refused:
            Venue(**{"name": "x", **values})
        (error,) = refused.value.errors()
        return dict(error)

    @pytest.mark.parametrize(("field", "limit"), [("name", 200), ("notes", 2_000)])
    def test_length_counts_characters_after_cleaning(self, field: str, limit: int) -> None:
        venue = Venue(**{"name": "x", field: "<b>" + "😀" * (limit - 5) + "&amp;" * 5 + "</b>"})
        assert len(getattr(venue, field)) == limit
        error = self.error(**{field: "😀" * (limit + 1)})
        assert error["loc"] == (field,)
        assert error["type"] == "string_too_long"
        assert str(limit) in error["msg"]

    def test_notes_may_be_empty(self) -> None:
        assert Venue(name="x", notes="").notes == ""
        assert Venue(name="x", notes="<p></p>").notes == ""

    def test_notes_keep_their_lines(self) -> None:
        assert Venue(name="x", notes=" a\r\n\tb ").notes == " a\n\tb "

    def test_a_name_is_one_line(self) -> None:
        assert Venue(name="  Café\r\nCentral\t<b>Wien</b> \n").name == "Café Central Wien"

    def test_white_space_around_a_name_does_not_count(self) -> None:
        assert Venue(name="<p> " + "x" * 200 + " \n</p>").name == "x" * 200

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "   ",
            "\n\t",
            "<b></b>",
            "\u200b\u2060\ufeff",
            "\u3164",
            "&nbsp;",
            "\u2800",
            "\ufe0f",
        ],
    )
    def test_a_name_says_something(self, name: str) -> None:
        error = self.error(name=name)
        assert error["loc"] == ("name",)
        assert "blank" in error["msg"]

    @pytest.mark.parametrize("name", ["x", "?", "😀", "é", "א", "\ue000"])
    def test_a_short_name(self, name: str) -> None:
        assert Venue(name=name).name == name

    @pytest.mark.parametrize("value", ["a\x00b", "\ud800"])
    def test_unstorable(self, value: str) -> None:
        assert self.error(notes=value)["loc"] == ("notes",)

    @pytest.mark.parametrize("value", [1, True, ["x"], {"a": "b"}])
    def test_text_only(self, value: object) -> None:
        assert self.error(notes=value)["type"] == "string_type"

    def test_in_a_schema_made_now(self) -> None:
        class Note(BaseModel):
            notes: Notes

        assert Note(notes="<b>x</b>").notes == "x"

    def test_a_huge_text_is_not_cleaned_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_module, "plain_text", None)
        assert self.error(name="x" * 65_537)["type"] == "string_too_long"
        with pytest.raises(TypeError):
            Venue(name="x" * 65_536)

    def test_documented(self) -> None:
        schema = Venue.model_json_schema()["properties"]
        assert schema["name"]["maxLength"] == 200
        assert schema["name"]["minLength"] == 1
        notes = schema["notes"]["anyOf"][0]
        assert notes["maxLength"] == 2_000
        assert notes["type"] == "string"
        assert "HTML" in notes["description"]

    @untimed
    @given(NASTY)
    @example("?")
    @example("\n\t")
    @example("\x01")
    def test_a_pattern_refuses_nothing_that_is_accepted(self, text: str) -> None:
        pattern = Venue.model_json_schema()["properties"]["name"]["pattern"]
        try:
            Venue(name=text[:200])
        except ValidationError:
            return
        assert re.search(pattern, text[:200])

    def test_any_limit(self) -> None:
        assert PlainText(max_length=3).clean("a&amp;b") == "a&b"
        with pytest.raises(ValueError, match="3"):
            PlainText(max_length=3).clean("abcd")


class TestShown:
    @untimed
    @given(text=NASTY)
    def test_stored_text_is_clean(self, text: str) -> None:
        assert shown(text) == plain_text(text)
        assert shown(plain_text(text)) == plain_text(text)

    def test_a_huge_text_is_only_defused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """That is quick. A text of the length that fields allow is cleaned as always."""
        monkeypatch.setattr(text_module, "plain_text", lambda _: "cleaned")
        assert shown("<b>" + "x" * 65_533) == "cleaned"
        assert shown("<b>" + "x" * 65_534).startswith("< b>x")

    def test_what_defused_looks_like(self) -> None:
        """A space in each reference and in each start of a tag, and nothing else."""
        text = shown("a < b &amp;lt;b> <b>&copy=2 &#60;" + "x" * 65_536)
        assert text == "a < b & amp;lt;b> < b>& copy=2 & #60;" + "x" * 65_536

    def test_any_length(self) -> None:
        text = shown("<script>&lt;b&gt;\u202e" * 50_000)
        assert not MARKUP.search(text)
        assert "\u202e" not in text
