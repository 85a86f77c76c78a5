"""What a limit tells a client."""

from prometheus_client import REGISTRY

from api.rate_limits.rate import Count
from tests.rate_limits.limits import rate


def refused() -> float:
    labels = {"limit": "read"}
    return REGISTRY.get_sample_value("session_api_rate_limited_total", labels) or 0


class TestCount:
    def test_headers(self) -> None:
        assert Count(rate(3), True, 2, 39.2).headers() == (
            (b"ratelimit-limit", b"3"),
            (b"ratelimit-policy", b"3;w=60"),
            (b"ratelimit-remaining", b"2"),
            (b"ratelimit-reset", b"40"),
        )

    def test_refusal(self) -> None:
        before = refused()
        error = Count(rate(3), False, 0, 39.2).refusal()
        assert error.code == "RATE_LIMITED"
        assert error.headers == {
            "Retry-After": "40",
            "ratelimit-limit": "3",
            "ratelimit-policy": "3;w=60",
            "ratelimit-remaining": "0",
            "ratelimit-reset": "40",
        }
        assert refused() == before + 1
