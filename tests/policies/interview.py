"""Checks: how many job postings a user may have."""

from psycopg import Connection

from tests.policies.actors import OWNER, STRANGER
from tests.policies.check import Checks
from tests.policies.functions import HIJACK, acting
from tests.policies.step import execute, refusal, savepoint
from tests.policies.world import IDS, named

CHECKS = Checks()

_MOST = 200
_BOUND = ("23514", "job_postings_per_user")


def _insert(user: str, postings: int) -> str:
    return (
        "insert into public.job_postings (user_id, title)"
        f" select '{IDS[user]}', 'Posting' from generate_series(1, {postings})"
    )


@CHECKS.about("session_api.bound_job_postings", "job_postings")
def postings_of_a_user_are_bounded(db: Connection) -> None:
    """One exists already; another user's postings do not count."""
    with acting(db, OWNER):
        assert refusal(db, _insert("owner", 20_000)) == _BOUND
        assert refusal(db, _insert("owner", _MOST)) == _BOUND
        execute(db, _insert("owner", _MOST - 1))
        assert refusal(db, _insert("owner", 1)) == _BOUND
        execute(db, "delete from public.job_postings where title = 'Mine'")
        assert refusal(db, _insert("owner", 1)) is None
        execute(db, STRANGER.become)
        assert refusal(db, _insert("stranger", _MOST - 1)) is None


@CHECKS.about("session_api.bound_job_postings", "job_postings")
def the_bound_cannot_be_hijacked(db: Connection) -> None:
    with savepoint(db):
        execute(db, named(HIJACK))
        with acting(db, OWNER):
            assert refusal(db, _insert("owner", _MOST)) == _BOUND
