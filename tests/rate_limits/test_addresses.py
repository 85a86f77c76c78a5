"""Which address a request comes from."""

from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from api.rate_limits.addresses import MOST_PEERS, Addresses, Network, network_of

if TYPE_CHECKING:
    from starlette.types import Scope


class TestAddress:
    def of(
        self, peer: str, *forwarded: str, trusted: tuple[Network, ...] = (), port: int = 4711
    ) -> str:
        headers = [(b"x-forwarded-for", it.encode()) for it in forwarded]
        return Addresses(trusted).of({"type": "http", "client": (peer, port), "headers": headers})

    PROXY = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))

    def test_the_peer(self) -> None:
        assert self.of("203.0.113.7") == "203.0.113.7"

    def test_a_client_cannot_name_itself(self) -> None:
        assert self.of("203.0.113.7", "198.51.100.1") == "203.0.113.7"
        assert self.of("203.0.113.7", "198.51.100.1", trusted=self.PROXY) == "203.0.113.7"

    @pytest.mark.parametrize(
        ("forwarded", "address"),
        [
            (["198.51.100.1"], "198.51.100.1"),
            (["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            (["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            (["198.51.100.1, 10.0.0.2, fd00::1"], "198.51.100.1"),
            (["1.1.1.1, garbage, 10.0.0.2"], "10.0.0.1"),
            (["198.51.100.1, ::ffff:10.0.0.2"], "198.51.100.1"),
            (["198.51.100.1:4711"], "198.51.100.1"),
            (["[2001:db8:1:2::7]:4711"], "2001:db8:1:2::"),
            (["2001:db8:1:2::7"], "2001:db8:1:2::"),
            (["::ffff:198.51.100.1"], "198.51.100.1"),
            (["10.0.0.3"], "10.0.0.3"),
            ([""], "10.0.0.1"),
            (["garbage"], "10.0.0.1"),
            ([], "10.0.0.1"),
            (["1.1.1.1, " * 1000 + "10.0.0.9"], "1.1.1.1"),
        ],
    )
    def test_behind_a_proxy(self, forwarded: list[str], address: str) -> None:
        assert self.of("10.0.0.1", *forwarded, trusted=self.PROXY) == address

    @pytest.mark.parametrize(
        ("forwarded", "hops", "address"),
        [
            (["198.51.100.1"], 1, "198.51.100.1"),
            (["1.1.1.1, 198.51.100.1"], 1, "198.51.100.1"),
            (["1.1.1.1, 198.51.100.1, 192.0.2.9"], 2, "198.51.100.1"),
            (["1.1.1.1, garbage"], 1, "203.0.113.7"),
            (["198.51.100.1"], 2, "203.0.113.7"),
            ([], 1, "203.0.113.7"),
        ],
    )
    def test_behind_so_many_proxies(self, forwarded: list[str], hops: int, address: str) -> None:
        headers = [(b"x-forwarded-for", it.encode()) for it in forwarded]
        scope = {"type": "http", "client": ("203.0.113.7", 4711), "headers": headers}
        assert Addresses(hops=hops).of(scope) == address

    def test_hops_of_named_proxies_only(self) -> None:
        scope = {"type": "http", "headers": [(b"x-forwarded-for", b"198.51.100.1")]}
        addresses = Addresses(self.PROXY, hops=1)
        assert addresses.of(scope | {"client": ("203.0.113.7", 1)}) == "203.0.113.7"
        assert addresses.of(scope | {"client": ("10.0.0.1", 1)}) == "198.51.100.1"

    def test_another_header(self) -> None:
        headers = [(b"cf-connecting-ip", b"198.51.100.1"), (b"x-forwarded-for", b"1.1.1.1")]
        addresses = Addresses(self.PROXY, header="CF-Connecting-IP")
        scope = {"type": "http", "headers": headers}
        assert addresses.of(scope | {"client": ("10.0.0.1", 1)}) == "198.51.100.1"
        assert addresses.of(scope | {"client": ("203.0.113.7", 1)}) == "203.0.113.7"

    def test_a_mapped_peer(self) -> None:
        assert self.of("::ffff:10.0.0.1", "198.51.100.1", trusted=self.PROXY) == "198.51.100.1"

    @pytest.mark.parametrize("written", ["::FFFF:203.0.113.7", "0:0:0:0:0:ffff:cb00:7107"])
    def test_a_mapped_hop_however_it_is_written(self, written: str) -> None:
        assert self.of("10.0.0.1", written, trusted=self.PROXY) == "203.0.113.7"

    def test_one_customer_has_a_whole_network(self) -> None:
        assert network_of("2001:db8:1:2::7") == network_of("2001:db8:1:2:ffff::8")
        assert network_of("2001:db8:1:2::7") != network_of("2001:db8:1:3::7")
        assert network_of("fe80::1%eth0") == "fe80::"

    def test_a_unix_socket(self) -> None:
        scope: Scope = {"type": "http", "client": None, "headers": []}
        assert Addresses(self.PROXY).of(scope) == "local"

    def test_a_proxy_that_nobody_named(self, caplog: pytest.LogCaptureFixture) -> None:
        addresses = Addresses(())
        headers = [(b"x-forwarded-for", b"198.51.100.1")]
        for _ in range(3):
            addresses.of({"type": "http", "client": ("10.0.0.1", 1), "headers": headers})
        assert [it.levelname for it in caplog.records] == ["WARNING"]
        assert "TRUSTED_PROXIES" in caplog.text
        assert "10.0.0.1" in caplog.text
        assert "198.51" not in caplog.text

    @pytest.mark.parametrize("client", [("8.8.8.8", 1), None])
    def test_who_is_no_proxy(
        self, caplog: pytest.LogCaptureFixture, client: tuple[str, int] | None
    ) -> None:
        """Anybody can send the header; a socket is not to be named in TRUSTED_PROXIES."""
        headers = [(b"x-forwarded-for", b"198.51.100.1")]
        Addresses(()).of({"type": "http", "client": client, "headers": headers})
        assert not caplog.records

    def test_remembers_no_more_than_it_may(self) -> None:
        assert Addresses(()).is_trusted.cache_info().maxsize == MOST_PEERS
