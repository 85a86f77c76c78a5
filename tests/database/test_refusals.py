"""What the log says of a refusal, for the person who can mend its cause."""

import pytest

from api.database.refusals import (
    EXPIRED,
    NO_GRANT,
    ConstraintError,
    DatabaseError,
    meaning,
    unanswered,
)
from api.errors import ApiError


@pytest.mark.parametrize(
    ("code", "level", "words"),
    [
        (NO_GRANT, "ERROR", ["the API's role lacks a grant", "`session-api doctor`"]),
        ("P0001", "WARNING", ["trigger of the project refused the request: P0001"]),
        ("42P17", "ERROR", ["policy of the project failed (42P17)", "`session-api explain`"]),
        (
            "26000",
            "ERROR",
            ["(26000)", "statements off (PostgREST: PGRST_DB_PREPARED_STATEMENTS=false)"],
        ),
        ("08006", "WARNING", ["the database is not available: 08006"]),
        (EXPIRED, "ERROR", ["this machine's clock is behind PostgREST's", "(NTP)"]),
        (
            "PGRST301",
            "ERROR",
            [
                "(PGRST301)",
                "SUPABASE_JWT_SECRET or SESSION_API_SIGNING_KEY",
                "SUPABASE_PUBLISHABLE_KEY the project's",
                "with API_DATABASE_URL, its user",
            ],
        ),
        ("42P01", "ERROR", ["(42P01)", "and let PostgREST, where"]),
        ("", "ERROR", ["gateway of PostgREST refuses the API", "check SUPABASE_PUBLISHABLE_KEY"]),
        ("418", "ERROR", ["status 418 is not PostgREST"]),
    ],
)
def test_log(code: str, level: str, words: list[str], caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(meaning(code), ApiError)
    (record,) = caplog.records
    assert record.levelname == level
    for each in words:
        assert each in record.getMessage()


def test_a_write_without_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    assert unanswered("cut off").code == "OUTCOME_UNKNOWN"
    assert [it.getMessage() for it in caplog.records] == ["no answer to a write: cut off"]


def test_a_value_that_cannot_be_stored() -> None:
    error = meaning("22P02")
    assert isinstance(error, ApiError)
    assert [it.field for it in error.errors or ()] == ["body"]


@pytest.mark.parametrize("name", ["study_sessions_status_known", ""])
def test_a_constraint(name: str) -> None:
    error = meaning("23514", name) if name else meaning("23514")
    assert isinstance(error, ConstraintError)
    assert error.name == name
    assert str(error) == f"23514 {name}"


def test_a_bug_is_logged_by_its_code() -> None:
    error = meaning("XX000")
    assert isinstance(error, DatabaseError)
    assert str(error) == "XX000"
