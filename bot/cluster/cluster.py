"""Two doors, two Rasa servers, two action servers, their databases and nginx, as processes of one machine.

Nothing of the machine's own PostgreSQL, Redis, RabbitMQ or nginx is touched.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import httpx

from bot.cluster.away import away_body
from bot.cluster.databases import Databases, NotUp
from bot.cluster.nginx import Front, configuration
from bot.cluster.places import Programs, find_programs, own_file, own_folder, own_user
from bot.files import ROOT
from bot.parts import QUIET
from bot.ports import HOST, free_ports
from bot.secret import read_secret
from bot.serve import NotStarted
from bot.settings import Settings, read_settings
from bot.supervisor import Part, Supervisor, is_well

READY_WITHIN_SECONDS = 300
KINDS = ("actions", "rasa", "door")
SERVERS = ["postgres", "redis", "epmd", "rabbitmq", "rabbitmq_nodes", "nginx_rasa", "nginx_actions", "nginx_health"]
log = logging.getLogger("serve")


@dataclass
class Cluster(Supervisor):
    """Everything of one folder, which the servers' users must be able to enter; `port` is where nginx listens.

    `each`: how many there are of each own part.
    """

    port: int = 8080
    each: int = 2
    model: Path = ROOT / "models"
    environ: Mapping[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address of nginx."""
        return self.address(self.port)

    @property
    def secret_file(self) -> Path:
        """The secret that the parts share."""
        return self.folder / "secrets" / "parts"

    @property
    def own_parts(self) -> list[str]:
        """The names of the own parts."""
        return [f"{kind}-{number}" for kind in KINDS for number in range(1, self.each + 1)]

    @cached_property
    def programs(self) -> Programs:
        """The installed servers."""
        return find_programs()

    @cached_property
    def databases(self) -> Databases:
        """PostgreSQL, Redis and RabbitMQ."""
        return Databases(self.folder, self.programs, self.ports)

    @staticmethod
    def address(port: int) -> str:
        """Return the address of a port of the loopback."""
        return f"http://{HOST}:{port}"

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """Start everything, wait until a message is answered, and stop everything at the end.

        Raises:
            NotStarted: a part ended or did not answer in time.
        """
        try:
            self.start()
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        """Start the databases, prepare them, start the parts and nginx, and wait until a message is answered.

        Raises:
            NotStarted: a part ended or did not answer in time.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ports |= free_ports([*SERVERS, *self.own_parts])
        own_folder(self.secret_file.parent, None)
        read_secret(self.secret_file)
        log.info("Starting PostgreSQL, Redis and RabbitMQ ...")
        self._begin_all(self.databases.parts())
        try:
            self.databases.wait()
        except NotUp as error:
            raise NotStarted(str(error)) from error
        self._prepare()
        log.info("Starting %d parts and nginx ...", len(self.own_parts))
        self._begin_all({name: self._own_part(name) for name in self.own_parts})
        self._begin_all({"nginx": self._nginx()})
        self._wait()

    def begin(self, name: str) -> None:
        """Start one part; of what went before nothing is left, such as workers of an nginx that was killed."""
        before = self.watched.get(name)
        if before is not None:
            with suppress(ProcessLookupError):
                os.killpg(before.process.pid, signal.SIGKILL)
        super().begin(name)

    def settings(self, part: str = "door-1") -> Settings:
        """Return the settings of a part."""
        return read_settings(self.environment(part))

    def environment(self, part: str) -> dict[str, str]:
        """Return the environment of a part: what it shares with all, and where it listens."""
        kind = part.partition("-")[0]
        actions = self.ports[part] if kind == "actions" else self.ports["nginx_actions"]
        return {
            **os.environ,
            **QUIET,
            **self.environ,
            "BOT_SECRET_FILE": str(self.secret_file),
            "BOT_DATABASE_URL": self.databases.database_url,
            "BOT_RECORDS_URL": self.databases.database_url,
            "BOT_REDIS_URL": self.databases.redis_url,
            "BOT_BROKER_URL": self.databases.broker_url,
            "BOT_MODEL": str(self.model),
            "BOT_HOST": HOST,
            "BOT_TRUSTED_PROXIES": HOST,
            "BOT_RASA_URL": self.address(self.ports["nginx_rasa"]),
            "BOT_ACTIONS_URL": self.address(actions),
            "PORT": str(self.ports[part]),
            "BOT_RASA_PORT": str(self.ports[part]),
        }

    def _begin_all(self, parts: Mapping[str, Part]) -> None:
        for name, part in parts.items():
            self.parts[name] = part
            self.begin(name)

    def _prepare(self) -> None:
        log.info("Loading the knowledge ...")
        with (self.folder / "prepare.log").open("ab") as output:
            ended = subprocess.run(
                [sys.executable, "-m", "bot.parts", "prepare"],
                cwd=ROOT, env=self.environment("door-1"), stdout=output, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        if ended.returncode:
            raise NotStarted(f"the databases could not be prepared; the log: {self.folder / 'prepare.log'}")

    def _own_part(self, name: str) -> Part:
        kind = name.partition("-")[0]
        path = {"actions": "/health", "rasa": "/", "door": "/healthz"}[kind]
        command = [sys.executable, "-m", "bot.parts", kind]
        return Part(command, self.environment(name), self.address(self.ports[name]) + path)

    def _nginx(self) -> Part:
        user = own_user("www-data")
        folder = own_folder(self.folder / "nginx", user)
        settings = self.settings()
        front = Front(
            public=f"{HOST}:{self.port}",
            rasa=f"{HOST}:{self.ports['nginx_rasa']}",
            actions=f"{HOST}:{self.ports['nginx_actions']}",
            health=f"{HOST}:{self.ports['nginx_health']}",
            doors=self._addresses("door"),
            rasa_servers=self._addresses("rasa"),
            action_servers=self._addresses("actions"),
            folder=str(folder),
            deadlines=settings.deadlines,
            tls=False,
        )
        written = own_file(folder / "nginx.conf", configuration(front), user)
        own_file(folder / "away.json", away_body(settings.clinic), user)
        command = [self.programs.nginx, "-c", str(written), "-e", "stderr", "-g", "daemon off;"]
        return Part(command, {}, self.address(self.ports["nginx_health"]), user=user)

    def _addresses(self, kind: str) -> tuple[str, ...]:
        return tuple(f"{HOST}:{port}" for name, port in self.ports.items() if name.startswith(f"{kind}-"))

    def _wait(self) -> None:
        """Wait until each part is well and a message is answered through nginx."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if name := self.ended():
                raise NotStarted(f"{name} did not start; its log: {self.folder / name}.log")
            if self.are_well(self.own_parts) and self.answers():
                return
            time.sleep(0.5)
        raise NotStarted(f"nothing answers after {READY_WITHIN_SECONDS} s; the logs lie in {self.folder}")

    def are_well(self, names: Iterable[str]) -> bool:
        """Tell whether each of some parts answers."""
        return all(is_well(self.parts[name].health) for name in names)

    def answers(self) -> bool:
        """Tell whether a message is answered through nginx."""
        try:
            with httpx.Client(base_url=self.url, timeout=20, trust_env=False) as client:
                return client.post("/api/chat", json={"message": "hello", "session": None}).is_success
        except httpx.HTTPError:
            return False
