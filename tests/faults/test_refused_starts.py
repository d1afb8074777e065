"""A part that lacks something does not start: it ends with 1 within half a minute and says all that is missing.

Each case runs `python -m bot.parts` as an operator does, in a copy of the project that lacks it. Nothing is trained.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.files import ROOT
from bot.parts import prepare, sign_model
from bot.ports import free_port
from bot.serve import QUIET, trained_model
from bot.settings import read_settings

pytestmark = [pytest.mark.stack, pytest.mark.faults]

WITHIN_SECONDS = 30
AT_A_TIME = 2
COPIED = ("bot", "actions", "domain.yml", "endpoints.yml", "credentials.yml")
CUT_OFF_BYTES = 1_000_000
OTHER_STORES = "tracker_store: {type: SQL, db: rasa.db}\nlock_store: {type: in_memory}\n"


@dataclass(frozen=True)
class Project:
    """A copy of the project that would start, with its environment."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def path(self, key: str) -> Path:
        """Return the file that a setting names."""
        return Path(self.environ[key].removeprefix("sqlite:///"))

    def write(self, name: str, text: str) -> None:
        """Replace a file."""
        (self.folder / name).write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Case:
    """A part, what is taken from it, and what it must say."""

    name: str
    part: str
    take: Callable[[Project], object]
    said: tuple[str, ...]


def remove(*keys: str) -> Callable[[Project], object]:
    """Remove the files that settings name."""
    return lambda project: [project.path(key).unlink() for key in keys]


def remove_file(name: str) -> Callable[[Project], object]:
    """Remove a file of the project."""
    return lambda project: (project.folder / name).unlink()


def write(name: str, text: str) -> Callable[[Project], object]:
    """Replace a file of the project."""
    return lambda project: project.write(name, text)


def set_to(key: str, value: str) -> Callable[[Project], object]:
    """Change a setting."""
    return lambda project: project.environ.update({key: value})


def cut_off(project: Project) -> None:
    """End the model too early, as a copy on a full disk does."""
    model = project.path("BOT_MODEL")
    model.write_bytes(model.read_bytes()[:CUT_OFF_BYTES])


def flip_a_byte(project: Project) -> None:
    """Change one byte of the model."""
    model = bytearray(project.path("BOT_MODEL").read_bytes())
    model[len(model) // 2] ^= 1
    project.path("BOT_MODEL").write_bytes(model)


def take_everything(project: Project) -> None:
    """Leave nothing of what Rasa needs."""
    remove("BOT_MODEL", "BOT_RECORDS_URL", "BOT_SECRET_FILE")(project)
    project.write("endpoints.yml", OTHER_STORES)
    (project.folder / "credentials.yml").unlink()


NOBODY = f"postgresql+psycopg2://nobody:nothing@127.0.0.1:{free_port()}/none"
CASES = (
    Case("model missing", "rasa", remove("BOT_MODEL"), ("model.tar.gz is missing",)),
    Case("model cut off", "rasa", cut_off, ("changed or is cut off",)),
    Case("model changed", "rasa", flip_a_byte, ("changed or is cut off",)),
    Case("model not signed", "rasa", remove_file("model.tar.gz.sha256"), ("no checksum",)),
    Case("model not named", "rasa", set_to("BOT_MODEL", ""), ("BOT_MODEL names no model",)),
    Case("endpoints missing", "rasa", remove_file("endpoints.yml"), ("endpoints.yml is missing",)),
    Case("endpoints broken", "rasa", write("endpoints.yml", "tracker_store: ["), ("endpoints.yml: cannot be read",)),
    Case(
        "stores of Rasa's own",
        "rasa",
        write("endpoints.yml", OTHER_STORES),
        ("tracker_store: expected type bot.nlu", "lock_store: expected type bot.nlu"),
    ),
    Case("credentials missing", "rasa", remove_file("credentials.yml"), ("credentials.yml is missing",)),
    Case("channel of Rasa's own", "rasa", write("credentials.yml", "rest:\n"), ("credentials.yml: expected bot.nlu",)),
    Case("no conversations table", "rasa", remove("BOT_RECORDS_URL"), ("conversations.db holds no table",)),
    Case("database away", "rasa", set_to("BOT_RECORDS_URL", NOBODY), ("cannot be reached",)),
    Case("secret missing", "rasa", remove("BOT_SECRET_FILE"), ("secret is missing",)),
    Case(
        "everything missing",
        "rasa",
        take_everything,
        ("model.tar.gz is missing", "tracker_store", "lock_store", "credentials.yml", "holds no table", "secret is"),
    ),
    Case("secret missing", "actions", remove("BOT_SECRET_FILE"), ("secret is missing",)),
    Case("no knowledge table", "actions", remove("BOT_DATABASE_URL"), ("knowledge.db holds no table",)),
    Case("secret missing", "door", remove("BOT_SECRET_FILE"), ("secret is missing",)),
    Case("secret too short", "door", lambda project: project.write("secret", "short"), ("at least 32 characters",)),
    Case("public without https", "door", set_to("BOT_HOST", "0.0.0.0"), ("BOT_PUBLIC_URL must name",)),
)


@dataclass(frozen=True)
class Ended:
    """How a part ended: its exit code, and what it said. The code is null where it was still running."""

    code: int | None
    said: str


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project from which every part would start."""
    folder = tmp_path_factory.mktemp("project") / "whole"
    folder.mkdir()
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    (folder / "data").symlink_to(ROOT / "data")
    shutil.copy(trained_model(), folder / "model.tar.gz")
    sign_model(folder / "model.tar.gz")
    project = Project(folder)
    project.write("secret", "s" * 40)
    prepare(read_settings(environ_of(folder)))
    return project


def environ_of(folder: Path) -> dict[str, str]:
    return {
        "BOT_MODEL": str(folder / "model.tar.gz"),
        "BOT_DATABASE_URL": f"sqlite:///{folder / 'knowledge.db'}",
        "BOT_RECORDS_URL": f"sqlite:///{folder / 'conversations.db'}",
        "BOT_SECRET_FILE": str(folder / "secret"),
    }


@pytest.fixture(scope="module")
def ends(whole: Project) -> Iterator[dict[Case, Future[Ended]]]:
    """Run every case, two at a time."""

    def run(number: int, case: Case) -> Ended:
        folder = whole.folder.parent / str(number)
        shutil.copytree(whole.folder, folder, symlinks=True)
        project = Project(folder, environ_of(folder))
        case.take(project)
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "bot.parts", case.part],
                cwd=folder,
                env={**os.environ, **QUIET, **project.environ},
                capture_output=True,
                text=True,
                timeout=WITHIN_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Ended(None, "")
        finally:
            shutil.rmtree(folder)
        return Ended(ended.returncode, ended.stdout + ended.stderr)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {case: pool.submit(run, number, case) for number, case in enumerate(CASES)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.part}: {case.name}")
def test_part_refuses_to_start_and_says_all_that_is_missing(case: Case, ends: dict[Case, Future[Ended]]) -> None:
    ended = ends[case].result()
    assert ended.code == 1, ended.said
    assert [words for words in case.said if words not in ended.said] == []
    assert "Traceback" not in ended.said
