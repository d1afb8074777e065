"""Ports are free, below those of outgoing connections, and others for each who looks."""

import socket
from pathlib import Path

from bot.ports import HOST, PORTS, free_port, free_ports, is_free, is_heard


def test_ports_are_different_and_lie_below_those_of_outgoing_connections() -> None:
    found = free_ports(["one", "two", "three"])
    assert len(set(found.values())) == 3
    outgoing = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(outgoing.read_text().split()[0]) if outgoing.exists() else PORTS.stop
    assert all(port in PORTS and port < first for port in (*found.values(), free_port()))


def test_who_looks_again_finds_another() -> None:
    assert len({free_port() for _ in range(5)}) > 1


def test_port_that_is_taken_is_neither_free_nor_given() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        assert is_heard(port)
        assert not is_free(port)
    assert not is_heard(port)
    assert is_free(port)
