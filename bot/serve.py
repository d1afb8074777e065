"""Run the whole assistant on one machine.

Train when needed, load the knowledge, start Rasa, the action server and the door, stop them all.

`python -m bot.serve` is what `make run` runs; `Stack` is also what the tests start. Nothing here knows what is asked
or answered.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import httpx

from bot.examples import PUBLISHED
from bot.files import DATA, ROOT
from bot.parts import QUIET, broken, prepare_knowledge, prepare_records, sign_model
from bot.ports import free_port, is_free
from bot.secret import read_secret
from bot.settings import is_loopback, read_settings
from bot.supervisor import Part, Supervisor

READY_WITHIN_SECONDS = 300
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
    if not is_loopback(settings.host):
        log.error("`make run` is a demo for this machine alone, not for %s. See docs/deployment.md.", settings.host)
        return 1
    if not is_free(settings.port, settings.host):
        log.error("Port %d is taken. Choose another: PORT=8081 make run", settings.port)
        return 1
    started = time.monotonic()
    try:
        stack = Stack(folder=ROOT / "var", door_port=settings.port, model=trained_model())
        with stack.running():
            log.info("Ready after %.0f s: %s  (Ctrl-C stops)", time.monotonic() - started, stack.url)
            log.info("This is a demo: it made its own secret and serves this machine alone.")
            log.info("The widget on a clinic's page: %s/sample-clinic", stack.url)
            log.info("The front desk: %s/desk  (make user NAME=anna ROLE=admin lets the first one in)", stack.url)
            stack.keep_up()
    except KeyboardInterrupt:
        log.info("Stopped.")
    except NotStarted as error:
        log.error("%s", error)
        return 1
    return 0


@dataclass
class Stack(Supervisor):
    """Rasa, the action server and the door as processes of this machine. Logs and databases lie in `folder`."""

    door_port: int = 8080
    model: Path = MODELS
    environ: Mapping[str, str] = field(default_factory=dict)
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
        """Start the three parts and wait for them: Rasa first, which takes longest, the others with the knowledge.

        Raises:
            NotStarted: a part ended or did not answer in time.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.rasa_port = free_port()
        self.actions_port = free_port()
        environ = self._environment()
        read_secret(Path(environ["BOT_SECRET_FILE"]))  # made here at the first start
        settings = read_settings(environ)
        prepare_records(settings)
        log.info("Starting Rasa ...")
        self._begin_part("rasa", f"http://127.0.0.1:{self.rasa_port}/", environ)
        log.info("Loading the knowledge ...")
        prepare_knowledge(settings)
        log.info("Starting the action server and the door ...")
        self._begin_part("actions", f"http://127.0.0.1:{self.actions_port}/health", environ)
        self._begin_part("door", f"{self.url}/healthz", environ)
        self._wait()

    def _begin_part(self, name: str, health: str, environ: Mapping[str, str]) -> None:
        self.parts[name] = Part([sys.executable, "-m", "bot.parts", name], environ, health)
        self.begin(name)

    def _environment(self) -> dict[str, str]:
        fixed = {
            "PORT": str(self.door_port),
            "BOT_RASA_URL": f"http://127.0.0.1:{self.rasa_port}",
            "BOT_RASA_PORT": str(self.rasa_port),
            "BOT_ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}",
            "BOT_MODEL": str(self.model),
        }
        beside = {
            "BOT_DATABASE_URL": f"sqlite:///{self.folder / 'knowledge.db'}",
            "BOT_SECRET_FILE": str(self.folder / "secret"),
        }
        return {**beside, **os.environ, **fixed, **QUIET, **self.environ}

    def _wait(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        with httpx.Client(base_url=self.url, timeout=20, trust_env=False) as client:
            while time.monotonic() < deadline:
                if name := self.ended():
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


def trained_model(models: Path = MODELS, examples: Path = PUBLISHED) -> Path:
    """Return the model that belongs to the present data and the desk's examples, training it when there is none.

    Raises:
        NotStarted: the training failed.
    """
    model = models / f"{fingerprint(examples)}.tar.gz"
    if broken(model) is None:
        return model
    log.info("Training the model for the present data (1 to 2 minutes) ...")
    models.mkdir(exist_ok=True)
    output = models / "training.log"
    started = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "rasa", "train", "--force", "--fixed-model-name", model.stem),
                *("--out", str(models), "--data", str(DATA), *([str(examples)] if examples.is_file() else [])),
            ],
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
    sign_model(model)
    log.info("  trained in %.0f s, %.1f MB", time.monotonic() - started, model.stat().st_size / 1e6)
    return model


def fingerprint(examples: Path = PUBLISHED) -> str:
    """Return a name for everything that a model is trained from; `examples` are the desk's own sentences."""
    digest = sha256(examples.read_bytes() if examples.is_file() else b"")
    for name in TRAINED_FROM:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix in (".yml", ".py"):
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
