"""Free ports stay free until they are used, even if others start servers meanwhile."""

import socket

import pytest

from local.addresses import HOST, free_port


class TestFreePort:
    def test_is_kept_from_others(self) -> None:
        port = free_port()
        with socket.socket() as somebody, pytest.raises(OSError, match="in use"):
            somebody.bind((HOST, port))

    def test_is_for_a_server(self) -> None:
        port = free_port()
        with socket.create_server((HOST, port)), socket.create_connection((HOST, port)):
            pass

    def test_is_another_each_time(self) -> None:
        assert len({free_port() for _ in range(100)}) == 100
