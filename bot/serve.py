"""Run the whole assistant on one machine.

Train when needed, load the knowledge, start Rasa, the action server and the door, stop them all.

`python -m bot.serve` is what `make run` runs; `Stack` is also what the tests start. Nothing here knows what is asked
or answered.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from ruamel.yaml import YAML

from bot.files import ROOT, read_yaml
from bot.knowledge.check import check_knowledge
from bot.knowledge.load import prepare_database
from bot.settings import read_settings

RASA_PORT = 5005
ACTIONS_PORT = 5055
READY_WITHIN_SECONDS = 180
STOP_WITHIN_SECONDS = 15
MOST_RESTARTS = 5
MODELS = ROOT / "models"
TRAINED_FROM = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules",
    "data/knowledge/procedures.yml",
    "data/knowledge/warning_signs.yml",
    "data/signs",
    "data/words.yml",
    "data/languages/zh/names.yml",
    "data/languages/zh/questions.yml",
    "data/languages/zh/signs.yml",
    "bot/chinese",
    "bot/safety",
    "bot/understanding",
    "bot/nlu/question_classifier.py",
)
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "SQLALCHEMY_WARN_20": "0",
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
}
log = logging.getLogger("serve")


class NotStarted(Exception):
    """A part that did not come up; the message says which and where its log is."""


def main() -> int:
    """Serve until Ctrl-C; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _interrupt)
    settings = read_settings()
    if not is_free(settings.port, settings.host):
        log.error("Port %d is taken. Choose another: PORT=8081 make run", settings.port)
        return 1
    started = time.monotonic()
    try:
        stack = Stack(folder=ROOT / "var", door_port=settings.port, model=trained_model())
        with stack.running():
            log.info("Ready after %.0f s: %s  (Ctrl-C stops)", time.monotonic() - started, stack.url)
            log.info("The widget on a clinic's page: %s/sample-clinic", stack.url)
            stack.keep_up()
    except KeyboardInterrupt:
        log.info("Stopped.")
    except NotStarted as error:
        log.error("%s", error)
        return 1
    return 0


@dataclass
class Stack:
    """Rasa, the action server and the door as processes of this machine. Logs and databases lie in `folder`."""

    folder: Path
    door_port: int
    model: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    rasa_port: int = 0
    actions_port: int = 0

    @property
    def url(self) -> str:
        """The address of the door."""
        return f"http://127.0.0.1:{self.door_port}"

    @contextmanager
    def running(self) -> Iterator["Stack"]:
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
        """Load the knowledge, start the three parts and wait for them.

        Raises:
            NotStarted: a part ended or did not answer in time.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.rasa_port = free_port(RASA_PORT)
        self.actions_port = free_port(ACTIONS_PORT)
        log.info("Loading the knowledge ...")
        prepare_database(self._environment()["BOT_DATABASE_URL"], check_knowledge()).dispose()
        log.info("Starting Rasa, the action server and the door ...")
        for name in self._commands():
            self.begin(name)
        self._wait()

    def begin(self, name: str) -> None:
        """Start one part; its output goes to `<folder>/<name>.log`."""
        with (self.folder / f"{name}.log").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                self._commands()[name],
                cwd=ROOT,
                env=self._environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self, name: str) -> None:
        """Stop one part and wait for it."""
        process = self.processes[name]
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(STOP_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def stop(self) -> None:
        """Stop every part."""
        for name in reversed(self.processes):
            self.end(name)

    def keep_up(self) -> None:
        """Start again what ends by itself, until interrupted.

        Raises:
            NotStarted: a part ended too often.
        """
        restarts = 0
        while True:
            time.sleep(1)
            for name, process in list(self.processes.items()):
                if process.poll() is None:
                    continue
                restarts += 1
                if restarts > MOST_RESTARTS:
                    raise NotStarted(f"{name} ended {restarts} times; its log: {self.folder / name}.log")
                log.warning("%s ended (code %s) and is started again.", name, process.returncode)
                self.begin(name)

    def _commands(self) -> dict[str, list[str]]:
        rasa = [sys.executable, "-m", "rasa"]
        return {
            "actions": [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(self.actions_port)],
            "rasa": [
                *rasa, "run", "--model", str(self.model), "--endpoints", str(self._endpoints()),
                "--credentials", "credentials.yml", "--interface", "127.0.0.1", "--port", str(self.rasa_port),
            ],
            "door": [sys.executable, "-m", "bot.web"],
        }  # fmt: skip

    def _endpoints(self) -> Path:
        """Write this stack's endpoints: the project's own, with its ports and its folder."""
        endpoints: dict[str, Any] = read_yaml(ROOT / "endpoints.yml")
        endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{self.actions_port}/webhook"
        if endpoints["tracker_store"]["dialect"] == "sqlite":
            endpoints["tracker_store"]["db"] = str(self.folder / "conversations.db")
        path = self.folder / "endpoints.yml"
        YAML().dump(endpoints, path)
        return path

    def _environment(self) -> dict[str, str]:
        ours = {
            "PORT": str(self.door_port),
            "BOT_RASA_URL": f"http://127.0.0.1:{self.rasa_port}",
            "BOT_DATABASE_URL": f"sqlite:///{self.folder / 'knowledge.db'}",
            "BOT_SECRET_FILE": str(self.folder / "secret"),
            "SANIC_HOST": "127.0.0.1",
        }
        return {
            **ours,
            **os.environ,
            **{key: ours[key] for key in ("PORT", "BOT_RASA_URL", "SANIC_HOST")},
            **QUIET,
            **self.environ,
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        with httpx.Client(base_url=self.url, timeout=20, trust_env=False) as client:
            while time.monotonic() < deadline:
                for name, process in self.processes.items():
                    if process.poll() is not None:
                        raise NotStarted(f"{name} did not start; its log: {self.folder / name}.log")
                if self._answers(client):
                    return
                time.sleep(0.3)
        raise NotStarted(f"no answer within {READY_WITHIN_SECONDS} s; the logs lie in {self.folder}")

    @staticmethod
    def _answers(client: httpx.Client) -> bool:
        try:
            if not client.get("/readyz").is_success:
                return False
            return client.post("/api/chat", json={"message": "hello", "session": None}).is_success
        except httpx.HTTPError:
            return False


def trained_model(models: Path = MODELS) -> Path:
    """Return the model that belongs to the present data, training it when there is none.

    Raises:
        NotStarted: the training failed.
    """
    model = models / f"{fingerprint()}.tar.gz"
    if model.exists():
        return model
    log.info("Training the model for the present data (1 to 2 minutes) ...")
    models.mkdir(exist_ok=True)
    output = models / "training.log"
    started = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "rasa", "train", "--force", "--fixed-model-name", model.stem, "--out", str(models)],
            cwd=ROOT,
            env={**os.environ, **QUIET, "OMP_NUM_THREADS": "2"},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        while process.poll() is None:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                log.info("  still training, %.0f s", time.monotonic() - started)
    if process.returncode != 0 or not model.exists():
        raise NotStarted(f"the training failed; its log: {output}")
    log.info("  trained in %.0f s, %.1f MB", time.monotonic() - started, model.stat().st_size / 1e6)
    return model


def fingerprint() -> str:
    """Return a name for everything that a model is trained from."""
    digest = sha256()
    for name in TRAINED_FROM:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix in (".yml", ".py"):
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def free_port(wished: int = 0) -> int:
    """Return the wished port of the loopback when it is free, else any free one."""
    with socket.socket() as probe:
        if wished and is_free(wished):
            return wished
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a port can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
