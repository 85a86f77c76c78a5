"""Times of requests and answers."""

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError

from api.schemas.times import Moment, Time


class Appointment(BaseModel):
    at: Time


class Written(BaseModel):
    at: Moment


def refusal(value: object) -> str:
    with pytest.raises(ValidationError) as refused:
        Appointment.model_validate({"at": value})
    (error,) = refused.value.errors()
    assert error["loc"] == ("at",)
    return error["msg"]


class TestTime:
    @pytest.mark.parametrize(
        ("value", "hour"),
        [
            ("2030-05-01T19:30:00Z", 19),
            ("2030-05-01t19:30:00z", 19),
            ("2030-05-01 19:30:00+00:00", 19),
            ("2030-05-01T19:30+02:00", 17),
        ],
    )
    def test_becomes_utc(self, value: str, hour: int) -> None:
        at = Appointment.model_validate({"at": value}).at
        assert at == datetime(2030, 5, 1, hour, 30, tzinfo=UTC)
        assert at.tzinfo is UTC

    @pytest.mark.parametrize("value", [1_900_000_000, "1900000000", "2030-05-01", None, True])
    def test_is_written_out(self, value: object) -> None:
        assert "2030-05-01T19:30:00Z" in refusal(value)

    def test_has_a_zone(self) -> None:
        assert "timezone" in refusal("2030-05-01T19:30:00")

    @pytest.mark.parametrize("value", ["9999-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"])
    def test_too_far_in_the_future(self, value: str) -> None:
        assert "too far" in refusal(value)

    def test_the_last_one(self) -> None:
        last = "9998-12-31T23:59:59Z"
        assert Appointment.model_validate({"at": last}).at.year == 9998


class TestMoment:
    def test_without_a_zone_is_utc(self) -> None:
        at = Written.model_validate({"at": "2030-05-01T19:30:00"}).at
        assert at == datetime(2030, 5, 1, 19, 30, tzinfo=UTC)

    def test_keeps_its_zone(self) -> None:
        at = Written.model_validate({"at": "2030-05-01T19:30:00+02:00"}).at
        assert at == datetime(2030, 5, 1, 17, 30, tzinfo=UTC)
