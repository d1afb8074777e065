"""Ports of the loopback: which are free, and who listens."""

import random
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

HOST = "127.0.0.1"
# Below the ports that the system gives to outgoing connections, so that nobody takes ours while a part starts again.
PORTS = range(17000, 32000)


def free_port() -> int:
    """Return a free port, by chance: two who look at the same time find different ones."""
    return free_ports(["any"])["any"]


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """Return a free port for each name, all of them different."""
    with ExitStack() as held:
        return dict(zip(names, _free(held), strict=False))


def is_free(port: int, host: str = HOST) -> bool:
    """Tell whether a port can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def is_heard(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _free(held: ExitStack) -> Iterator[int]:
    first = random.randrange(len(PORTS))
    for number in range(len(PORTS)):
        port = PORTS[(first + number) % len(PORTS)]
        probe = held.enter_context(socket.socket())
        try:
            probe.bind((HOST, port))
        except OSError:
            continue
        yield port
