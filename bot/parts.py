"""The three parts of the assistant as processes: what each needs to start, and its command.

`python -m bot.parts prepare` brings the databases up to date; `python -m bot.parts rasa|actions|door` checks what the
part needs, says everything that is missing and ends with 1, or becomes the part. Where each listens and finds the
others stands in the settings.
"""

import logging
import os
import sys
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

from ruamel.yaml import YAML
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from bot.database import open_engine
from bot.files import ROOT, UnreadableFile, read_yaml
from bot.internal import HEADER, internal_token
from bot.knowledge.check import check_knowledge
from bot.knowledge.load import is_loaded, prepare_database
from bot.logs import set_up_logs
from bot.records.tables import EventRecord, open_records
from bot.secret import read_secret
from bot.settings import Settings, is_loopback, read_settings

TRACKER_STORE = "bot.nlu.tracker_store.ConversationStore"
LOCK_STORE = "bot.nlu.lock_store.FairLockStore"
EVENT_BROKER = "bot.nlu.event_broker.PatientEventBroker"
CHANNEL = "bot.nlu.door_channel.DoorChannel"
CREDENTIALS = ROOT / "credentials.yml"
ENDPOINTS = ROOT / "endpoints.yml"
ACTIONS = "from actions.server import main; main()"  # not -m: rasa_sdk imports the module a second time
# spaCy imports what these two give to others where they are there, as they are beside Rasa: 20 MB that it does without.
DOOR = "import sys; sys.modules.update(boto3=None, h5py=None); from bot.site import main; main()"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "SQLALCHEMY_WARN_20": "0",
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MALLOC_MMAP_THRESHOLD_": "1048576",  # what is large goes back when it is freed, also after the first time
    "PYTHONDONTWRITEBYTECODE": "",  # who begins again must not compile TensorFlow first: 36 s of processor, not 13
}
log = logging.getLogger("serve")


def prepare(settings: Settings) -> None:
    """Bring both databases to the present schema and load the shipped knowledge."""
    prepare_knowledge(settings)
    prepare_records(settings)


def prepare_knowledge(settings: Settings) -> None:
    """Bring the knowledge's database to the present schema and load what is shipped."""
    prepare_database(settings.database_url, check_knowledge()).dispose()


def prepare_records(settings: Settings) -> None:
    """Bring the records' database to the present schema."""
    open_records(settings.records_url).dispose()


def missing(part: str, settings: Settings) -> list[str]:
    """Return what a part needs and does not find, each as a sentence; empty where it may start."""
    needs: dict[str, tuple[Callable[[Settings], list[str]], ...]] = {
        "rasa": (_secret, _model, _endpoints, _credentials, _records),
        "actions": (_secret, _knowledge),
        "door": (_secret, _public_address),
    }
    return [problem for need in needs[part] for problem in need(settings)]


def command_of(part: str, settings: Settings) -> list[str]:
    """Return the command of a part; for Rasa its endpoints are written beside the secret, for us alone to read."""
    if part == "door":
        return [sys.executable, "-c", DOOR]
    if part == "actions":
        return [sys.executable, "-c", ACTIONS, str(urlsplit(settings.actions_url).port or 5055)]
    return [
        sys.executable, "-m", "rasa", "run", "--model", str(settings.model),
        "--endpoints", str(write_endpoints(settings)), "--credentials", str(CREDENTIALS),
        "--interface", settings.rasa_host, "--port", str(settings.rasa_port),
    ]  # fmt: skip


def write_endpoints(settings: Settings) -> Path:
    """Write Rasa's endpoints: the project's own, with address and token of the action server, and the broker."""
    endpoints: dict[str, Any] = read_yaml(ENDPOINTS)
    token = internal_token(read_secret(settings.secret_file))
    endpoints["action_endpoint"] |= {"url": f"{settings.actions_url}/webhook", "headers": {HEADER: token}}
    if settings.broker_url:
        endpoints["event_broker"] = {"type": EVENT_BROKER, **_broker(settings.broker_url)}
    folder = settings.secret_file.parent
    path = folder / f"endpoints-{settings.rasa_port}.yml"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        YAML().dump(endpoints, file)
    return path


def sign_model(model: Path) -> None:
    """Write the checksum of a model beside it, so that a part can tell that it was changed or cut off."""
    _checksum_file(model).write_text(_checksum(model) + "\n", encoding="utf-8")


def broken(model: Path) -> str | None:
    """Return why a model cannot be served; null where it is whole."""
    if not model.is_file():
        return f"the model {model} is missing; `make train` makes it"
    signed = _checksum_file(model)
    if not signed.is_file():
        return f"the model {model} has no checksum beside it ({signed.name}); `make train` makes both"
    if signed.read_text(encoding="utf-8").strip() != _checksum(model) or not tarfile.is_tarfile(model):
        return f"the model {model} was changed or is cut off; `make train` makes it again"
    return None


def main() -> int:
    """Check and become a part, or prepare the databases; return the exit code of what went wrong."""
    set_up_logs()
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in ("prepare", "rasa", "actions", "door"):
        log.error("expected one of: prepare, rasa, actions, door")
        return 2
    settings = read_settings()
    if name == "prepare":
        prepare(settings)
        return 0
    problems = missing(name, settings)
    for problem in problems:
        log.error("%s does not start: %s", name, problem)
    if not problems:
        become(command_of(name, settings))
    return 1


def become(command: list[str]) -> NoReturn:
    """Go on as another command in this process."""
    os.execve(command[0], command, {**os.environ, **QUIET})


def _secret(settings: Settings) -> list[str]:
    if not settings.secret_file.is_file():
        return [f"the secret {settings.secret_file} is missing; BOT_SECRET_FILE names a file of 32 characters or more"]
    try:
        read_secret(settings.secret_file)
    except ValueError as error:
        return [str(error)]
    return []


def _public_address(settings: Settings) -> list[str]:
    if not is_loopback(settings.host) and not settings.public_url.startswith("https://"):
        return [f"the door is bound to {settings.host}; BOT_PUBLIC_URL must name its https:// address from outside"]
    return []


def _model(settings: Settings) -> list[str]:
    if settings.model is None:
        return ["BOT_MODEL names no model; Rasa would take any that it finds"]
    problem = broken(settings.model)
    return [problem] if problem else []


def _endpoints(_settings: Settings) -> list[str]:
    if not ENDPOINTS.is_file():
        return [f"{ENDPOINTS.name} is missing"]
    try:
        found = read_yaml(ENDPOINTS)
    except UnreadableFile as error:
        return [str(error)]
    wanted = {"tracker_store": TRACKER_STORE, "lock_store": LOCK_STORE}
    return [
        f"{ENDPOINTS.name}: {key}: expected type {kind}; Rasa would keep conversations in memory or lose some"
        for key, kind in wanted.items()
        if (found.get(key) or {}).get("type") != kind
    ]


def _credentials(_settings: Settings) -> list[str]:
    if not CREDENTIALS.is_file():
        return [f"{CREDENTIALS.name} is missing"]
    try:
        found = read_yaml(CREDENTIALS)
    except UnreadableFile as error:
        return [str(error)]
    if list(found) != [CHANNEL]:
        return [
            f"{CREDENTIALS.name}: expected {CHANNEL} alone; Rasa's own channels check too little, see docs/channels.md"
        ]
    return []


def _records(settings: Settings) -> list[str]:
    return _table(settings.records_url, lambda engine: inspect(engine).has_table(EventRecord.__tablename__))


def _knowledge(settings: Settings) -> list[str]:
    return _table(settings.database_url, is_loaded)


def _table(url: str, is_there: Callable[[Engine], bool]) -> list[str]:
    engine = open_engine(url)
    shown = engine.url.render_as_string(hide_password=True)
    try:
        if is_there(engine):
            return []
        return [f"{shown} holds no table of ours; `python -m bot.parts prepare` makes it"]
    except SQLAlchemyError as error:
        return [f"{shown} cannot be reached ({type(error).__name__})"]
    finally:
        engine.dispose()


def _broker(url: str) -> dict[str, Any]:
    """Return Rasa's settings of a RabbitMQ server."""
    parts = urlsplit(url)
    return {
        "url": parts.hostname or "127.0.0.1",
        "port": parts.port or 5672,
        "username": unquote(parts.username or "guest"),
        "password": unquote(parts.password or "guest"),
        "queues": ["conversations"],
        "exchange_name": "conversations",
    }


def _checksum_file(model: Path) -> Path:
    return model.with_name(f"{model.name}.sha256")


def _checksum(model: Path) -> str:
    digest = sha256()
    with model.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
