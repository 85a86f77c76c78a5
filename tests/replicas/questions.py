"""What users ask just after a write: with replicas the answers must be those of one server.

A question prepares something, is asked after the standby has replayed that, and then writes and
reads. It is prepared so that a server which lags has an answer, and a wrong one.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import psycopg

from tests import actors
from tests.actors import Match
from tests.kinds import new_posting
from tests.replicas.site import CHAT, INTERVIEW, STUDY, WINGMAN, Site

Question = Iterator[None]
"""Prepares, yields once, then writes, reads and asserts."""


@contextmanager
def people(site: Site, match: Match) -> Iterator[tuple[httpx.Client, httpx.Client, httpx.Client]]:
    """Clients of the two participants and of the stranger."""
    with ExitStack() as cleanup:
        one, two, stranger = (
            cleanup.enter_context(site.by(it)) for it in (match.user1, match.user2, match.stranger)
        )
        yield one, two, stranger


def ok(answer: httpx.Response) -> httpx.Response:
    """Return an answer that must be one of success."""
    assert answer.is_success, answer.text
    return answer


def tomorrow(match: Match) -> dict[str, str]:
    """What schedules a session."""
    return {
        "match_id": str(match.match_id),
        "venue_name": "Café Central",
        "scheduled_time": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        "user1_challenge_id": str(match.challenge1_id),
        "user2_challenge_id": str(match.challenge2_id),
    }


def ids(answer: httpx.Response) -> list[str]:
    """Return the ids of a page's items."""
    return [it["id"] for it in ok(answer).json()["items"]]


def again(match: Match, site: Site) -> Match:
    """Match the two users once more, for a second session at a time."""
    with psycopg.connect(site.stack.database_url, autocommit=True) as sql:
        other = Match(**{**vars(match), "match_id": uuid4()})
        sql.execute(
            "insert into public.wingman_matches (id, user1_id, user2_id, status)"
            " values (%s, %s, %s, 'accepted')",
            [other.match_id, other.user1.id, other.user2.id],
        )
    return other


def due(match: Match, site: Site) -> str:
    """Make a session whose time has come."""
    with psycopg.connect(site.stack.database_url, autocommit=True) as sql:
        return f"{WINGMAN}/{actors.new_wingman(sql, match).session_id}"


def owned(site: Site, path: str) -> Iterator[tuple[httpx.Client, dict[str, str], str]]:
    """A user with a session of a kind: the client, what makes another, and the first's id."""
    owner = site.user()
    body = {"title": "a"}
    if path == INTERVIEW:
        with psycopg.connect(site.stack.database_url, autocommit=True) as sql:
            body = {"job_posting_id": str(new_posting(sql, owner))}
    with site.by(owner) as me:
        yield me, body, ok(me.post(path, json=body)).json()["id"]


def created_is_listed(site: Site, path: str) -> Question:
    for me, body, _ in owned(site, path):
        yield
        made = ok(me.post(path, json=body)).json()["id"]
        assert made in ids(me.get(path))


def created_is_counted(site: Site, path: str) -> Question:
    for me, body, _ in owned(site, path):
        yield
        ok(me.post(path, json=body))
        assert ok(me.get(path)).json()["total"] == 2


def created_has_details(site: Site, path: str) -> Question:
    for me, body, _ in owned(site, path):
        yield
        made = ok(me.post(path, json=body)).json()["id"]
        assert ok(me.get(f"{path}/{made}")).json()["id"] == made


def strangers_and_absent(site: Site, path: str) -> Question:
    stranger = site.user()
    for me, body, _ in owned(site, path):
        yield
        made = ok(me.post(path, json=body)).json()["id"]
        with site.by(stranger) as other:
            assert other.get(f"{path}/{made}").status_code == 403
            assert other.get(f"{path}/{uuid4()}").status_code == 404


def repeated_is_replayed(site: Site, path: str) -> Question:
    for me, body, _ in owned(site, path):
        yield
        key = {"Idempotency-Key": str(uuid4())}
        first = ok(me.post(path, json=body, headers=key))
        second = ok(me.post(path, json=body, headers=key))
        assert second.json()["id"] == first.json()["id"]
        assert second.headers["Idempotency-Replayed"] == "true"
        assert ok(me.get(path)).json()["total"] == 2


def deleted_is_gone(site: Site, path: str) -> Question:
    for me, body, first in owned(site, path):
        ok(me.post(path, json=body))
        yield
        ok(me.delete(f"{path}/{first}"))
        assert me.get(f"{path}/{first}").status_code == 404
        assert first not in ids(me.get(path))
        assert ok(me.get(path)).json()["total"] == 1


def changed_is_changed(site: Site, path: str) -> Question:
    for me, _, first in owned(site, path):
        yield
        ok(me.request("PATCH" if path == CHAT else "PUT", f"{path}/{first}", json={"title": "b"}))
        assert ok(me.get(f"{path}/{first}")).json()["title"] == "b"


def transition_is_judged(site: Site, path: str) -> Question:
    for me, _, first in owned(site, path):
        yield
        for status in ("PROCESSING", "PLANNING", "READY"):
            ok(me.put(f"{path}/{first}", json={"status": status}))
            assert ok(me.get(f"{path}/{first}")).json()["status"] == status
        answer = me.put(f"{path}/{first}", json={"status": "PLANNING"})
        assert answer.json()["detail"]["code"] == "INVALID_TRANSITION"


def posted_is_listed_and_counted(site: Site, path: str) -> Question:
    for me, _, first in owned(site, path):
        messages = f"{path}/{first}/messages"
        ok(me.post(messages, json={"content": "one"}))
        yield
        for number, content in enumerate(("two", "three"), 2):
            ok(me.post(messages, json={"content": content}))
            page = ok(me.get(messages)).json()
            assert page["total"] == number
            assert page["items"][-1]["content"] == content
            newest = ok(me.get(messages, params={"after": 1})).json()["items"]
            assert newest[-1]["content"] == content


def posted_is_in_details(site: Site, path: str) -> Question:
    for me, _, first in owned(site, path):
        yield
        ok(me.post(f"{path}/{first}/messages", json={"content": "one"}))
        assert ok(me.get(f"{path}/{first}")).json()["message_count"] == 1


def scheduled_is_seen_by_both(site: Site, path: str) -> Question:
    match = site.match()
    first = due(again(match, site), site).rpartition("/")[2]
    with people(site, match) as (one, two, _):
        yield
        made = ok(one.post(path, json=tomorrow(match))).json()["id"]
        for who in (one, two):
            assert set(ids(who.get(path))) == {first, made}
            assert ok(who.get(path)).json()["total"] == 2
            assert ok(who.get(f"{path}/{made}")).json()["status"] == "scheduled"


def scheduled_is_not_a_strangers(site: Site, path: str) -> Question:
    match = site.match()
    with people(site, match) as (one, _, stranger):
        yield
        made = ok(one.post(path, json=tomorrow(match))).json()["id"]
        assert stranger.get(f"{path}/{made}").status_code == 403
        assert stranger.get(f"{path}/{uuid4()}").status_code == 404


def second_active_is_refused(site: Site, path: str) -> Question:
    match = site.match()
    with people(site, match) as (one, two, _):
        yield
        ok(one.post(path, json=tomorrow(match)))
        for who in (one, two):
            answer = who.post(path, json=tomorrow(match))
            assert answer.json()["detail"]["code"] == "ACTIVE_SESSION_EXISTS"


def confirmed_is_seen_by_both(site: Site, path: str) -> Question:
    match = site.match()
    session = due(match, site)
    with people(site, match) as (one, two, _):
        yield
        ok(one.post(f"{session}/confirm"))
        for who in (one, two):
            assert ok(who.get(session)).json()["participants"]["user2"]["confirmed"] is True
        assert ok(two.post(f"{session}/confirm")).json()["both_confirmed"] is True
        for who in (one, two):
            assert ok(who.get(session)).json()["status"] == "completed"
        assert ok(one.get(path, params={"status": "completed"})).json()["total"] == 1


def noted_is_seen_by_both(site: Site, path: str) -> Question:
    match = site.match()
    session = due(match, site)
    with people(site, match) as (one, two, _):
        yield
        for writer, notes in ((one, "of one"), (two, "of two"), (one, "of one again")):
            ok(writer.patch(f"{session}/notes", json={"notes": notes}))
            for who in (one, two):
                assert ok(who.get(session)).json()["notes"] == notes


def cancelled_is_seen_by_both(site: Site, path: str) -> Question:
    match = site.match()
    with people(site, match) as (one, two, _):
        made = ok(one.post(path, json=tomorrow(match))).json()["id"]
        yield
        ok(two.post(f"{path}/{made}/cancel"))
        for who in (one, two):
            assert ok(who.get(f"{path}/{made}")).json()["status"] == "cancelled"
        ok(one.post(path, json=tomorrow(match)))


def missed_is_seen_by_both(site: Site, path: str) -> Question:
    match = site.match()
    session = due(match, site)
    with people(site, match) as (one, two, _):
        yield
        ok(one.post(f"{session}/no-show"))
        for who in (one, two):
            assert ok(who.get(session)).json()["status"] == "no_show"


OWNED = (STUDY, INTERVIEW, CHAT)
QUESTIONS: dict[Callable[[Site, str], Question], tuple[str, ...]] = {
    created_is_listed: OWNED,
    created_is_counted: OWNED,
    created_has_details: OWNED,
    strangers_and_absent: OWNED,
    repeated_is_replayed: OWNED,
    deleted_is_gone: (STUDY, CHAT),
    changed_is_changed: (STUDY, CHAT),
    transition_is_judged: (STUDY,),
    posted_is_listed_and_counted: (CHAT,),
    posted_is_in_details: (CHAT,),
    scheduled_is_seen_by_both: (WINGMAN,),
    scheduled_is_not_a_strangers: (WINGMAN,),
    second_active_is_refused: (WINGMAN,),
    confirmed_is_seen_by_both: (WINGMAN,),
    noted_is_seen_by_both: (WINGMAN,),
    cancelled_is_seen_by_both: (WINGMAN,),
    missed_is_seen_by_both: (WINGMAN,),
}
"""The 17 questions, and the kinds of session that each is asked for."""


def wrong(site: Site, late: AbstractContextManager[None]) -> list[str]:
    """Ask all questions of a standby that is made late; return those answered wrongly."""
    asked = {
        f"{question.__name__} {path.split('/')[3]}": question(site, path)
        for question, paths in QUESTIONS.items()
        for path in paths
    }
    for it in asked.values():
        next(it)
    failures = []
    with late:
        for name, it in asked.items():
            try:
                assert next(it, None) is None
            except AssertionError:
                failures.append(name)
    return failures
