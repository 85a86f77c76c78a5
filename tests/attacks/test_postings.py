"""A user cannot store more job postings than the bound, however many requests try at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.actors import NewUser
from tests.conftest import Rest

pytestmark = pytest.mark.all_kinds


def test_the_bound_holds_for_requests_at_once(rest: Rest, user: NewUser) -> None:
    owner = user()
    browser = rest(owner)
    batch = [{"user_id": str(owner.id), "title": "Posting"}] * 40
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: browser.post("/job_postings", json=batch), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [400] * 3
    refused = [answer.json()["message"] for answer in answers if answer.status_code == 400]
    assert refused == ["a user has at most 200 job postings"] * 3
    assert len(browser.get("/job_postings?select=id").json()) == 200


def test_one_csv_request(rest: Rest, user: NewUser) -> None:
    owner = user()
    browser = rest(owner)
    rows = f"{owner.id},Posting\n" * 20_000
    answer = browser.post(
        "/job_postings", content=f"user_id,title\n{rows}", headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 400
    assert browser.get("/job_postings?select=id").json() == []
