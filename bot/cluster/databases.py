"""PostgreSQL, Redis and RabbitMQ of a cluster: each its own files, port and password, on the loopback alone.

No password stands on a command line: each server reads its own from a file that only its user may read.
"""

import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from bot.cluster.places import SYSTEM_PATH, Programs, own_file, own_folder, own_user
from bot.ports import HOST, is_heard
from bot.secret import read_secret
from bot.supervisor import Part

NAME = "assistant"
ADMIN = "postgres"
MOST_CONNECTIONS = 200
UP_WITHIN_SECONDS = 90


class NotUp(Exception):
    """A server that did not come up in time."""


@dataclass(frozen=True)
class Databases:
    """The databases of one folder, with their ports: `postgres`, `redis`, `rabbitmq`, `rabbitmq_nodes`, `epmd`."""

    folder: Path
    programs: Programs
    ports: dict[str, int]

    @property
    def database_url(self) -> str:
        """Where knowledge and records lie."""
        return self._postgres_url(NAME).render_as_string(hide_password=False)

    @property
    def redis_url(self) -> str:
        """Where locks and limits lie."""
        return f"redis://:{self.password('redis')}@{HOST}:{self.ports['redis']}/0"

    @property
    def broker_url(self) -> str:
        """Where events go."""
        return f"amqp://{NAME}:{self.password('rabbitmq')}@{HOST}:{self.ports['rabbitmq']}"

    def password(self, server: str) -> str:
        """Return the password of a server, made at the first start."""
        return read_secret(self.folder / "secrets" / server)

    def parts(self) -> dict[str, Part]:
        """Write what each server reads and return how each is started, in the order of starting."""
        return {
            "postgres": self._postgres(),
            "redis": self._redis(),
            "epmd": self._epmd(),
            "rabbitmq": self._rabbitmq(),
        }

    def wait(self) -> None:
        """Wait until each answers, and make the role and the database at the first start.

        Raises:
            NotUp: one of them does not answer.
        """
        checks = {"postgres": self._make_database, "redis": self._ping, "rabbitmq": self._greet}
        for name, check in checks.items():
            deadline = time.monotonic() + UP_WITHIN_SECONDS
            while not check():
                if time.monotonic() > deadline:
                    raise NotUp(f"{name} did not start; its log: {self.folder / name}.log")
                time.sleep(0.2)

    def _postgres_url(self, user: str) -> URL:
        password = self.password("postgres" if user == NAME else "postgres-admin")
        return URL.create(
            "postgresql+psycopg2", user, password, HOST, self.ports["postgres"], NAME if user == NAME else ADMIN
        )

    def _postgres(self) -> Part:
        user = own_user("postgres")
        data = own_folder(self.folder / "postgres", user) / "data"
        environ = {"PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8"}
        if not (data / "PG_VERSION").exists():
            given = own_file(data.parent / "password", self.password("postgres-admin"), user)
            how = ["-U", ADMIN, "-E", "UTF8", "-A", "scram-sha-256", f"--pwfile={given}"]
            subprocess.run(
                [self.programs.initdb, "-D", data, *how],
                env=environ, cwd=data.parent, user=user, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            given.unlink()
        options = {"port": self.ports["postgres"], "listen_addresses": HOST, "unix_socket_directories": "",
                   "max_connections": MOST_CONNECTIONS}  # fmt: skip
        told = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return Part([self.programs.postgres, "-D", str(data), *told], environ, user=user)

    def _redis(self) -> Part:
        user = own_user("redis")
        folder = own_folder(self.folder / "redis", user)
        lines = (
            f"bind {HOST}",
            f"port {self.ports['redis']}",
            f"requirepass {self.password('redis')}",
            f"dir {folder}",
            'save ""',  # locks and counts of requests live for seconds
            "appendonly no",
            "maxmemory 64mb",
            "maxmemory-policy noeviction",  # a lock that is thrown out is a message out of order
        )
        settings = own_file(folder / "redis.conf", "\n".join(lines) + "\n", user)
        return Part([self.programs.redis, str(settings)], {"PATH": SYSTEM_PATH}, user=user)

    def _epmd(self) -> Part:
        """Return Erlang's name server: our own, in front, so that RabbitMQ does not leave one running behind it."""
        command = [self.programs.epmd, "-port", str(self.ports["epmd"]), "-address", HOST]
        return Part(command, {"PATH": SYSTEM_PATH}, user=own_user("rabbitmq"))

    def _rabbitmq(self) -> Part:
        user = own_user("rabbitmq")
        folder = own_folder(self.folder / "rabbitmq", user)
        lines = (
            f"listeners.tcp.local = {HOST}:{self.ports['rabbitmq']}",
            f"default_user = {NAME}",
            f"default_pass = {self.password('rabbitmq')}",
            "log.console = true",
            "log.console.level = warning",
            "log.file = false",
        )
        own_file(folder / "rabbitmq.conf", "\n".join(lines) + "\n", user)
        own_file(folder / "enabled_plugins", "[].\n", user)
        environ = {
            "PATH": SYSTEM_PATH,
            "HOME": str(folder),  # Erlang keeps its cookie there
            "LC_ALL": "C.UTF-8",
            "RUNNING_UNDER_SYSTEMD": "true",  # the server in front, not a script that waits for it
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),  # not the machine's
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_NODENAME": f"{NAME}@localhost",
            "RABBITMQ_DIST_PORT": str(self.ports["rabbitmq_nodes"]),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": HOST,
        }
        return Part([self.programs.rabbitmq], environ, user=user)

    def _make_database(self) -> bool:
        """Make role and database where they are not; tell whether they are there."""
        engine = create_engine(self._postgres_url(ADMIN), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                role = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": NAME})
                if role.first() is None:
                    password = {"password": self.password("postgres")}
                    connection.execute(text(f"CREATE ROLE {NAME} LOGIN PASSWORD :password"), password)
                database = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": NAME})
                if database.first() is None:
                    connection.execute(text(f"CREATE DATABASE {NAME} OWNER {NAME}"))
                return True
        except SQLAlchemyError:
            return False
        finally:
            engine.dispose()

    def _ping(self) -> bool:
        try:
            with Redis.from_url(self.redis_url, socket_timeout=2) as redis:
                return bool(redis.ping())
        except (RedisError, OSError):
            return False

    def _greet(self) -> bool:
        """Tell whether RabbitMQ answers a client's greeting; the port is open some time before."""
        if not is_heard(self.ports["rabbitmq"]):
            return False
        try:
            with socket.create_connection((HOST, self.ports["rabbitmq"]), timeout=2) as client:
                client.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(client.recv(1))
        except OSError:
            return False
