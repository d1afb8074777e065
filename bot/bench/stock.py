"""The same assistant as a newcomer to Rasa would build it: what `rasa init` writes, with our questions and our table.

Sentences, intents and rules are ours; the pipeline and the policies are those that Rasa takes where a project names
none; its libraries are those that it asks for itself, in an environment of their own (`requirements-stock.lock`). Its
one action looks an intent's topic up in the same knowledge table (`bench/stock_actions.py`).
"""

import json
import logging
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.files import DATA, ROOT, read_yaml
from bot.knowledge.check import check_knowledge
from bot.knowledge.load import prepare_database
from bot.ports import free_port
from bot.supervisor import Supervisor, Watched
from bot.understanding.examples import read_examples

PYTHON = ROOT / ".venv-stock" / "bin" / "python"
DEFAULT_CONFIG = "engine/recipes/config_files/default_config.yml"
EPOCHS = 100  # of each part, where nobody says otherwise
ACTIONS = ROOT / "bench" / "stock_actions.py"
# Not what makes it slow: no report to its makers, no warnings in the log; and its compiled code is kept, as ours is.
ENVIRONMENT = ("RASA_TELEMETRY_ENABLED=false", "TF_CPP_MIN_LOG_LEVEL=3", "PYTHONDONTWRITEBYTECODE=")
TRAINED_FROM = ("data/nlu.json", "data/rules.yml", "domain.yml")
log = logging.getLogger("bench")


class NoStock(Exception):
    """Rasa as it is released could not be trained or started; the message names the log."""


@dataclass
class Stock(Supervisor):
    """The project of `folder` as processes: its action server, and Rasa with its conversations in SQLite or memory."""

    in_memory: bool = False
    epochs: int = EPOCHS

    def __post_init__(self) -> None:
        self.rasa_port, self.actions_port = free_port(), free_port()

    @property
    def url(self) -> str:
        """Rasa's address."""
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def model(self) -> Path:
        """What is trained in the folder."""
        return self.folder / "models" / "stock.tar.gz"

    @property
    def log(self) -> Path:
        """What the training says."""
        return self.folder / "training.log"

    def start(self) -> None:
        """Write what depends on ports, and start both processes; it answers some time later."""
        endpoints = _write_endpoints(self.folder, self.actions_port, self.in_memory)
        self._begin("actions", "-m", "rasa_sdk", "--actions", "actions", "--port", str(self.actions_port))
        self._begin(
            *("rasa", "-m", "rasa", "run", "--model", str(self.model), "--endpoints", str(endpoints)),
            *("--credentials", "credentials.yml", "--interface", "127.0.0.1", "--port", str(self.rasa_port)),
        )

    def train(self) -> None:
        """Train the model anew.

        Raises:
            NoStock: the training failed.
        """
        command = stock_command(
            "-m", "rasa", "train", "--force", "--fixed-model-name", self.model.name.partition(".")[0]
        )
        with self.log.open("wb") as file:
            done = subprocess.run(command, cwd=self.folder, stdout=file, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0 or not self.model.is_file():
            raise NoStock(f"the training failed; its log: {self.log}")

    def _begin(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as output:
            process = subprocess.Popen(
                stock_command(*arguments),
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.watched[name] = Watched(process, time.monotonic())


def stock_command(*arguments: str) -> list[str]:
    """Return a command in the environment of Rasa as it is released."""
    return ["env", *ENVIRONMENT, str(PYTHON), *arguments]


def write_stock_project(folder: Path, epochs: int = EPOCHS) -> None:
    """Write what the project is trained from, its action, and its knowledge table.

    The pipeline is the one that Rasa fills in; with fewer epochs it is as large and as fast, and learns less.
    """
    (folder / "data").mkdir(parents=True, exist_ok=True)
    domain: dict[str, Any] = read_yaml(ROOT / "domain.yml")
    rules = (
        read_yaml(DATA / "rules" / "questions.yml")["rules"] + read_yaml(DATA / "rules" / "conversation.yml")["rules"]
    )
    examples = [{"text": one.text, "intent": one.intent} for one in read_examples()]
    known = {one["intent"] for one in examples} | {"nlu_fallback"}
    rules = [rule for rule in rules if rule["steps"][0]["intent"] in known]
    config = _default_config().replace("placeholder_default", "stock").replace(f"epochs: {EPOCHS}", f"epochs: {epochs}")
    (folder / "config.yml").write_text(config, encoding="utf-8")
    _write(folder / "data" / "nlu.json", {"rasa_nlu_data": {"common_examples": examples}})
    with (folder / "data" / "rules.yml").open("w", encoding="utf-8") as file:
        YAML().dump({"version": "3.1", "rules": rules}, file)  # Rasa knows rules by a line that begins with their key
    _write(
        folder / "domain.yml",
        {
            "version": "3.1",
            "intents": [intent for intent in domain["intents"] if intent in known],
            "actions": domain["actions"],
            "session_config": domain["session_config"],
        },
    )
    _write(folder / "credentials.yml", {"rest": {}})
    database = folder / "knowledge.db"
    prepare_database(f"sqlite:///{database}", check_knowledge()).dispose()
    _write(folder / "table.json", {"database": str(database), "actions": domain["actions"]})
    shutil.copy(ACTIONS, folder / "actions.py")


def _default_config() -> str:
    """Return what Rasa takes where a project names no pipeline; our environment has the same release."""
    rasa = distribution("rasa").locate_file(Path("rasa", DEFAULT_CONFIG))
    return Path(str(rasa)).read_text(encoding="utf-8")


def stock_fingerprint(folder: Path) -> str:
    """Return a name for what a written project is trained from."""
    return sha256(b"\0".join((folder / name).read_bytes() for name in TRAINED_FROM)).hexdigest()[:16]


def _write_endpoints(folder: Path, actions_port: int, in_memory: bool) -> Path:
    """Write where Rasa finds the actions and keeps conversations; `rasa init` leaves them in memory."""
    endpoints: dict[str, Any] = {"action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"}}
    if not in_memory:
        endpoints["tracker_store"] = {"type": "SQL", "dialect": "sqlite", "db": str(folder / "tracker.db")}
    path = folder / f"endpoints-{'memory' if in_memory else 'sqlite'}.yml"
    _write(path, endpoints)
    return path


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Write what YAML and JSON readers both read."""
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
