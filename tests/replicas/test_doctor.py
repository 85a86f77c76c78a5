"""The doctor on read replicas: each fault is found, and a healthy deployment has none."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import Redis

from api.doctor import reach, replicas
from api.doctor.examination import examine
from api.doctor.findings import Finding
from api.settings import Settings
from local.addresses import HOST
from local.migrations import login_url
from local.stack import Stack
from tests.database.backends import settings_for
from tests.rate_limits.redis_server import RedisServer
from tests.standby import Standby, of_both, standby


@pytest.fixture
def healthy(replica: Standby, redis: RedisServer) -> dict[str, object]:
    replica.lag(0)
    return {"api_read_database_url": replica.url, "rate_limit_storage": redis.url}


def findings(primary: Stack, settings: dict[str, object]) -> list[Finding]:
    checks = examine(settings_for(primary, **settings))
    return [finding for check in checks for finding in check.findings]


class TestReplicas:
    def test_healthy(self, primary: Stack, healthy: dict[str, object]) -> None:
        checks = list(examine(settings_for(primary, **healthy)))
        assert "read replica 1" in {it.name for it in checks}
        assert [finding for check in checks for finding in check.findings] == []

    def test_the_primary_itself(self, primary: Stack, healthy: dict[str, object]) -> None:
        url = login_url(primary.database_url)
        addresses = f"{healthy['api_read_database_url']},{url}"
        (found,) = findings(primary, healthy | {"api_read_database_url": addresses})
        assert found.fault == "replica-is-primary"
        assert urlsplit(url).netloc.rpartition("@")[2] in found.what

    def test_turned_round(
        self, primary: Stack, replica: Standby, healthy: dict[str, object]
    ) -> None:
        (found,) = findings(primary, healthy | {"api_database_url": replica.url})
        assert found.fault == "primary-is-replica"

    def test_of_another(self, replica: Standby) -> None:
        """The tests' stacks are copies of one, so the other primary's identifier is made up."""
        (found,) = replicas.replica(replica.url, system="1")
        assert found.fault == "replica-of-another"
        assert str(replica.port) in found.what

    def test_wrong_password(
        self, primary: Stack, replica: Standby, healthy: dict[str, object]
    ) -> None:
        url = replica.url.replace(":postgres@", ":secret-word@")
        (found,) = findings(primary, healthy | {"api_read_database_url": url})
        assert found.fault == "replica-unreachable"
        assert "secret-word" not in found.what + found.remedy

    def test_another_role(
        self, primary: Stack, replica: Standby, healthy: dict[str, object]
    ) -> None:
        url = replica.url.replace("session_api_login", "postgres")
        found = {it.fault for it in findings(primary, healthy | {"api_read_database_url": url})}
        assert "role-unsafe" in found


class TestPrimaries:
    def test_old_one_returned(self, primary: Stack) -> None:
        """A promoted standby, beside a primary that goes on taking writes."""
        with standby(primary) as second:
            addresses: dict[str, object] = {"api_database_url": of_both(primary, second)}
            assert findings(primary, addresses) == []
            second.promote()
            (found,) = findings(primary, addresses)
            assert found.fault == "two-primaries"
            assert f"{HOST}:{second.port}" in found.what
            second.server.stop()
            assert findings(primary, addresses) == []

    def test_one_by_two_addresses(self, primary: Stack) -> None:
        url = urlsplit(login_url(primary.database_url))
        twice = url._replace(
            netloc=f"{url.netloc},localhost:{url.port}", query="target_session_attrs=read-write"
        )
        checks = list(examine(settings_for(primary, api_database_url=twice.geturl())))
        assert "one primary" in {it.name for it in checks}
        assert [finding for check in checks for finding in check.findings] == []


class TestRedis:
    def test_evicts(self, primary: Stack, redis: RedisServer, healthy: dict[str, object]) -> None:
        with Redis.from_url(redis.url) as server:
            server.config_set("maxmemory-policy", "allkeys-lru")
            assert findings(primary, healthy) == []  # it has no limit
            server.config_set("maxmemory", 100_000_000)
            try:
                assert [it.fault for it in findings(primary, healthy)] == ["redis-evicts"]
                unchecked = healthy | {"read_your_writes": 0}
                assert findings(primary, unchecked) == []
            finally:
                server.config_set("maxmemory", 0)
                server.config_set("maxmemory-policy", "noeviction")


class TestLoadBalancer:
    @pytest.mark.parametrize(
        ("name", "url", "primary"),
        [
            ("supabase_url", "https://abcdefgh-all.supabase.co", "abcdefgh.supabase.co"),
            ("postgrest_url", "https://abcdefgh-lb.supabase.co/rest/v1", "abcdefgh.supabase.co"),
            ("supabase_url", "https://abc-rr-us-east-1-xyz.supabase.co", "abc.supabase.co"),
        ],
    )
    def test_known(self, name: str, url: str, primary: str) -> None:
        (found,) = reach.replicated(at(**{name: url}))
        assert found.fault == "reads-replicated"
        assert primary in found.remedy

    @pytest.mark.parametrize(
        "url",
        [
            "https://abcdefgh.supabase.co",
            "https://api-all.example.com",
            "https://all.supabase.co.example.com",
        ],
    )
    def test_not_one(self, url: str) -> None:
        assert list(reach.replicated(at(supabase_url=url))) == []


def at(**addresses: Any) -> Settings:
    """Settings with these addresses."""
    secret = "kX9v2Qm7Lr4Tn8Wc1Zb6Yd3Hf5Jg0PsAe"
    return Settings(
        _env_file=None, environment="development", supabase_jwt_secret=secret, **addresses
    )
