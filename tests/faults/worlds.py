"""The two stacks that the faults happen to, each kept up by a supervisor as `make run` does.

`alone`: SQLite on a small disk of its own, with a proxy in front of the action server. `networked`: PostgreSQL, Redis
and RabbitMQ of its own. What goes wrong stands in `breakdowns.py`.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from action_proxy import ActionProxy
from sqlalchemy import NullPool, create_engine, select, text

from bot.cluster.databases import Databases
from bot.cluster.places import find_programs, own_folder
from bot.ports import free_port, free_ports
from bot.records.tables import EventRecord
from bot.serve import Stack, trained_model
from bot.supervisor import LOOK_EVERY_SECONDS, Supervisor
from bot.web.sessions import open_sessions

REPLY_SECONDS = 4.5
DISK = "24m"
SERVERS = ["postgres", "redis", "epmd", "rabbitmq", "rabbitmq_nodes"]


@dataclass
class ProxiedStack(Stack):
    """A stack in which Rasa finds the action server behind a proxy, where there is one."""

    proxy: ActionProxy | None = None

    def begin(self, name: str) -> None:
        """Start one part."""
        if name == "rasa" and self.proxy is not None:
            self.proxy.target = self.actions_port
            part = self.parts[name]
            self.parts[name] = replace(part, environ={**part.environ, "BOT_ACTIONS_URL": self.proxy.url})
        super().begin(name)


@dataclass(frozen=True)
class World:
    """A running stack and what it stands on. `disk` is null where no small one could be made. Units: seconds."""

    stack: ProxiedStack
    started_after: float
    records_url: str
    disk: Path | None = None
    servers: Supervisor = field(default_factory=lambda: Supervisor(Path("/nowhere")))
    broker_url: str = ""

    @property
    def proxy(self) -> ActionProxy:
        """What stands in front of the action server."""
        assert self.stack.proxy is not None
        return self.stack.proxy

    def pid(self, part: str) -> int:
        """Return the process of a part of the stack, or of a server that it stands on."""
        watched = self.stack if part in self.stack.watched else self.servers
        return watched.processes[part].pid

    def signal(self, part: str, what: signal.Signals) -> None:
        """Send a signal to a part and to every process that it has begun."""
        for pid in (self.pid(part), *_children(self.pid(part))):
            with suppress(ProcessLookupError):
                os.kill(pid, what)

    def sender(self, session: str) -> str:
        """Return the conversation of a session."""
        return open_sessions(self.stack.folder / "secret", hours=1).open(session)

    def kept(self) -> Counter[str]:
        """Return how often each message is kept."""
        rows = select(EventRecord.message_id).where(EventRecord.type == "user")
        engine = create_engine(self.records_url, poolclass=NullPool)
        with engine.connect() as connection:
            return Counter(connection.scalars(rows))

    def change_records(self, statement: str, **values: str) -> int:
        """Run a statement on the records; return how many rows it has changed."""
        engine = create_engine(self.records_url, poolclass=NullPool)
        with engine.begin() as connection:
            return int(connection.execute(text(statement), values).rowcount)


@contextmanager
def alone() -> Iterator[World]:
    """Run the stack of one machine, with SQLite."""
    with ExitStack() as over:
        folder = over.enter_context(_folder("faults-"))
        disk = over.enter_context(_small_disk(folder / "disk"))
        records_url = f"sqlite:///{(disk or folder) / 'conversations.db'}"
        proxy = over.enter_context(ActionProxy().serving())
        environ = {
            "BOT_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
            "BOT_RECORDS_URL": records_url,
            "BOT_RATE_LIMIT": "off",
        }
        began = time.monotonic()
        stack = over.enter_context(_running(folder, environ, proxy))
        yield World(stack, time.monotonic() - began, records_url, disk)


@contextmanager
def networked() -> Iterator[World]:
    """Run a stack on a PostgreSQL, a Redis and a RabbitMQ of its own.

    Raises:
        MissingPrograms: one of them is not installed.
    """
    with ExitStack() as over:
        folder = over.enter_context(_folder("faults-networked-"))
        servers, databases = over.enter_context(_servers(folder / "servers"))
        environ = {
            "BOT_DATABASE_URL": databases.database_url,
            "BOT_RECORDS_URL": databases.database_url,
            "BOT_REDIS_URL": databases.redis_url,
            "BOT_BROKER_URL": databases.broker_url,
            "BOT_RATE_LIMIT": "10000/minute",  # counted in Redis, and never reached
        }
        began = time.monotonic()
        stack = over.enter_context(_running(folder, environ, None))
        yield World(stack, time.monotonic() - began, databases.database_url, None, servers, databases.broker_url)


@contextmanager
def _running(folder: Path, environ: Mapping[str, str], proxy: ActionProxy | None) -> Iterator[ProxiedStack]:
    fixed = {"BOT_REPLY_TIMEOUT_SECONDS": str(REPLY_SECONDS), "BOT_SECRET_FILE": str(folder / "secret")}
    stack = ProxiedStack(
        folder=folder, door_port=free_port(), model=trained_model(), environ={**environ, **fixed}, proxy=proxy
    )
    over = threading.Event()

    def keep_up() -> None:
        while not over.wait(LOOK_EVERY_SECONDS):
            stack.look_after()

    keeper = threading.Thread(target=keep_up)
    with stack.running():
        keeper.start()
        try:
            yield stack
        finally:
            over.set()
            keeper.join()


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[Supervisor, Databases]]:
    folder.mkdir(mode=0o711)
    own_folder(folder / "secrets", None)
    databases = Databases(folder, find_programs(), free_ports(SERVERS))
    servers = Supervisor(folder)
    try:
        for name, part in databases.parts().items():
            servers.parts[name] = part
            servers.begin(name)
        databases.wait()
        yield servers, databases
    finally:
        for name in servers.watched:
            for pid in (servers.processes[name].pid, *_children(servers.processes[name].pid)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            servers.end(name, signal.SIGINT if name == "postgres" else signal.SIGTERM)


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o711)  # the servers' own users go through it
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _small_disk(path: Path) -> Iterator[Path | None]:
    """Mount a disk that is soon full; null where this user may not."""
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", path], check=False)
    if mounted.returncode:
        yield None
        return
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []
