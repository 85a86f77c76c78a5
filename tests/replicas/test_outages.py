"""A replica that is killed, frozen, promoted or cut off: every answer is the primary's or right."""

import signal
from collections.abc import Callable

import psycopg
import pytest
from redis import Redis

from api.database.last_writes import DOUBT
from local.stack import Stack
from tests import actors
from tests.conftest import get
from tests.rate_limits.redis_server import RedisServer
from tests.replicas.site import CHAT, STUDY, Site, serving, settle, turns
from tests.standby import Standby, standby

READS = 12


def read_and_write(site: Site) -> None:
    """Write, and read what was written, again and again."""
    with site.by(site.user()) as me:
        for number in range(1, READS + 1):
            me.post(STUDY, json={"title": "a"}).raise_for_status()
            assert me.get(STUDY).raise_for_status().json()["total"] == number
    assert get(f"{site.address}/readyz").status_code == 200


def kill(server: Standby) -> None:
    server.send(signal.SIGKILL)
    server.server.stop()


def restart(server: Standby) -> None:
    server.server.start()


def freeze(server: Standby) -> None:
    server.send(signal.SIGSTOP)


def thaw(server: Standby) -> None:
    server.send(signal.SIGCONT)


@pytest.mark.parametrize(("take_away", "bring_back"), [(kill, restart), (freeze, thaw)])
def test_away_and_back(
    take_away: Callable[[Standby], None], bring_back: Callable[[Standby], None], site: Site
) -> None:
    site.standby.lag(0)
    site.warm_up()
    before = site.reads()
    take_away(site.standby)
    try:
        read_and_write(site)
        after = site.reads()
        assert after["failed"] > before.get("failed", 0)
        assert after["skipped"] > before.get("skipped", 0)
        assert after["served"] == before["served"]
    finally:
        bring_back(site.standby)
    site.warm_up()  # it is asked again by itself


def test_promoted(primary: Stack, redis: RedisServer) -> None:
    """What it says from then on is not so, even about transactions whose ids it knows."""
    with standby(primary) as server, serving(primary, server, redis) as site:
        site.warm_up()
        with site.by(site.user()) as me:
            session = f"{STUDY}/{me.post(STUDY, json={'title': 'a'}).json()['id']}"
            server.catch_up()
            before = site.reads()
            server.promote()
            with psycopg.connect(server.superuser_url, autocommit=True) as elsewhere:
                elsewhere.execute("update public.study_sessions set title = 'of another world'")
            for _ in range(READS):
                assert me.get(session).raise_for_status().json()["title"] == "a"
        read_and_write(site)
        after = site.reads()
        assert after["served"] == before["served"]
        assert after["failed"] > before.get("failed", 0)


def test_cut_off(primary: Stack, replica: Standby, redis: RedisServer) -> None:
    """A replica that gets nothing new is read for a few seconds only, by whoever it is asked.

    What is written here is not noted, as what was written so long ago that its note is gone.
    """
    replica.lag(0)
    with serving(primary, replica, redis, READ_YOUR_WRITES="5") as site:
        site.warm_up()
        owner = site.user()
        with site.by(owner) as me, psycopg.connect(primary.database_url, autocommit=True) as sql:
            me.post(STUDY, json={"title": "a"}).raise_for_status()
            with replica.held():
                sql.execute(
                    "insert into public.study_sessions (profile_id, title) values (%s, 'b')",
                    [owner.id],
                )
                for _ in turns("it is never behind"):
                    before = site.reads().get("behind", 0)
                    total = me.get(STUDY).raise_for_status().json()["total"]
                    if site.reads().get("behind", 0) > before:
                        break
                assert total == 2
                for _ in range(READS):
                    assert me.get(STUDY).raise_for_status().json()["total"] == 2


def test_one_user_is_behind(site: Site) -> None:
    """Others go on reading at the replica: nobody can take it away by writing all the time."""
    site.standby.lag(0)
    site.warm_up()
    with site.by(site.user()) as writer, site.by(site.user()) as reader:
        for it in (writer, reader):
            it.post(STUDY, json={"title": "a"}).raise_for_status()
        with site.standby.held():
            writer.post(STUDY, json={"title": "b"}).raise_for_status()
            for _ in turns("nobody is served beside one who is behind"):
                before = site.reads()
                assert writer.get(STUDY).raise_for_status().json()["total"] == 2
                assert reader.get(STUDY).raise_for_status().json()["total"] == 1
                after = site.reads()
                if all(after.get(it, 0) == before.get(it, 0) + 1 for it in ("behind", "served")):
                    break


def test_behind_from_the_start(primary: Stack, replica: Standby, redis: RedisServer) -> None:
    """An API that starts beside a replica that lags by days: no note tells what it lacks."""
    with psycopg.connect(primary.database_url, autocommit=True) as sql:
        owner = actors.new_user(sql, primary.jwt_secret)
        write = "insert into public.study_sessions (profile_id, title) values (%s, %s)"
        sql.execute(write, [owner.id, "a"])
        with replica.held():
            sql.execute(write, [owner.id, "b"])
            settle(redis)
            with serving(primary, replica, redis) as site, site.by(owner) as me:
                for _ in turns("it is never behind"):
                    assert me.get(STUDY).raise_for_status().json()["total"] == 2
                    if site.reads().get("behind", 0) >= READS:
                        break
                assert site.reads().get("served", 0) == 0


def test_redis_away_or_empty(site: Site) -> None:
    """Without the notes, or when some may be missing, nobody is sent to a replica."""
    site.standby.lag(0)
    site.warm_up()
    with site.by(site.user()) as me:
        chat = f"{CHAT}/{me.post(CHAT, json={'title': 'a'}).json()['id']}/messages"
        me.post(chat, json={"content": "1"}).raise_for_status()
        with site.standby.held():
            me.post(chat, json={"content": "2"}).raise_for_status()
            site.redis.stop()
            try:
                assert me.get(chat).raise_for_status().json()["total"] == 2
                me.post(chat, json={"content": "3"}).raise_for_status()
            finally:
                site.redis.start()
            before = site.reads()
            with Redis.from_url(site.redis.url) as server:
                for _ in turns("nobody doubts the notes"):
                    assert me.get(chat).raise_for_status().json()["total"] == 3
                    if server.exists(DOUBT):
                        break
            for _ in range(READS):
                assert me.get(chat).raise_for_status().json()["total"] == 3
            assert site.reads()["served"] == before["served"]
    site.settle()
