"""What goes wrong: each fault breaks something of a really running stack and, where nothing else would, mends it.

A process that is killed is begun again by the supervisor alone.
"""

import errno
import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from worlds import REPLY_SECONDS, World

from bot.deadlines import deadlines_within

SLOW_SECONDS, TOO_SLOW_SECONDS = 2.0, 30.0
Happening = Callable[[World], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """A fault of one of the worlds. `bites`: what is asked meanwhile is refused; else it is answered all the same."""

    world: str
    name: str
    happens: Happening
    bites: bool = True
    needs_disk: bool = False

    @property
    def id(self) -> str:
        """The name under which the tests and docs/reliability.md know it."""
        return f"{self.world}-{self.name}"


def killed(part: str) -> Happening:
    """End a part at once."""

    @contextmanager
    def happens(world: World) -> Iterator[None]:
        world.signal(part, signal.SIGKILL)
        yield

    return happens


def killed_in_mid_message(part: str, after_seconds: float = 1.0) -> Happening:
    """End a part while messages wait for their actions."""

    @contextmanager
    def happens(world: World) -> Iterator[None]:
        kill = threading.Timer(after_seconds, world.signal, (part, signal.SIGKILL))
        with world.proxy.late(TOO_SLOW_SECONDS):
            kill.start()
            yield
        kill.join()

    return happens


def hung(part: str) -> Happening:
    """Stop a part as a debugger does, and let it go on at the end."""

    @contextmanager
    def happens(world: World) -> Iterator[None]:
        world.signal(part, signal.SIGSTOP)
        try:
            yield
        finally:
            world.signal(part, signal.SIGCONT)

    return happens


def hung_for_good(part: str) -> Happening:
    """Stop a part; only the supervisor can end it."""

    @contextmanager
    def happens(world: World) -> Iterator[None]:
        world.signal(part, signal.SIGSTOP)
        yield

    return happens


def actions_late(seconds: float) -> Happening:
    """Let every action take so many seconds longer."""
    return lambda world: world.proxy.late(seconds)


def actions_answer(status: int, body: bytes) -> Happening:
    """Let every action be answered with this."""
    return lambda world: world.proxy.answering(status, body)


def locked(file: str) -> Happening:
    """Hold an SQLite file, as a backup that hangs would, until nobody waits for it any more."""

    @contextmanager
    def happens(world: World) -> Iterator[None]:
        path = (world.disk or world.stack.folder) / file
        path = path if path.exists() else world.stack.folder / file
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            try:
                yield
                time.sleep(deadlines_within(REPLY_SECONDS).sql)
            finally:
                connection.execute("ROLLBACK")

    return happens


@contextmanager
def disk_full(world: World) -> Iterator[None]:
    """Fill the disk of the records."""
    assert world.disk is not None
    with closing(sqlite3.connect(world.disk / "conversations.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # no room is left in the log either
    ballast = world.disk / "ballast"
    _fill(ballast)
    try:
        yield
    finally:
        ballast.unlink()


def stopped(server: str, how: signal.Signals = signal.SIGTERM) -> Happening:
    """Stop a server in good order, and start it again at the end."""

    @contextmanager
    def happens(world: World) -> Iterator[None]:
        world.servers.end(server, how)
        try:
            yield
        finally:
            world.servers.begin(server)

    return happens


@contextmanager
def connections_ended(world: World) -> Iterator[None]:
    """Let PostgreSQL end every connection, as after a failover."""
    ended = world.change_records(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename = current_user AND pid <> pg_backend_pid()"
    )
    assert ended > 0
    yield


def _fill(path: Path) -> None:
    """Write until there is no room for another byte."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    os.write(handle, bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    finally:
        os.close(handle)


HUGE = json.dumps({"events": [], "responses": [{"text": "x" * 20_000_000}]}).encode()
NOTHING = json.dumps({"events": [], "responses": []}).encode()
WRONG_SHAPE = json.dumps({"events": {"event": None}, "responses": "None"}).encode()

FAULTS = (
    Fault("alone", "actions-killed", killed("actions")),
    Fault("alone", "actions-hung", hung("actions")),
    Fault("alone", "actions-hung-for-good", hung_for_good("actions")),
    Fault("alone", "actions-slow", actions_late(SLOW_SECONDS), bites=False),
    Fault("alone", "actions-too-slow", actions_late(TOO_SLOW_SECONDS)),
    Fault("alone", "actions-answer-500", actions_answer(500, b'{"error": "None"}')),
    Fault("alone", "actions-answer-400", actions_answer(400, b"Traceback")),
    Fault("alone", "actions-answer-bad-json", actions_answer(200, b'{"events": [')),
    Fault("alone", "actions-answer-wrong-shape", actions_answer(200, WRONG_SHAPE)),
    Fault("alone", "actions-answer-nothing", actions_answer(200, NOTHING)),
    Fault("alone", "actions-answer-20-mb", actions_answer(200, HUGE)),
    Fault("alone", "rasa-killed", killed("rasa")),
    Fault("alone", "rasa-killed-in-mid-message", killed_in_mid_message("rasa")),
    Fault("alone", "rasa-hung", hung("rasa")),
    Fault("alone", "conversations-locked", locked("conversations.db")),
    Fault("alone", "knowledge-locked", locked("knowledge.db"), bites=False),
    Fault("alone", "disk-full", disk_full, needs_disk=True),
    Fault("networked", "actions-killed", killed("actions")),
    Fault("networked", "rasa-killed", killed("rasa")),
    Fault("networked", "postgres-stopped", stopped("postgres", signal.SIGINT)),
    Fault("networked", "postgres-connections-ended", connections_ended, bites=False),
    Fault("networked", "postgres-hung", hung("postgres")),
    Fault("networked", "redis-stopped", stopped("redis")),
    Fault("networked", "redis-hung", hung("redis")),
    Fault("networked", "rabbitmq-stopped", stopped("rabbitmq"), bites=False),
    Fault("networked", "rabbitmq-hung", hung("rabbitmq"), bites=False),
)
