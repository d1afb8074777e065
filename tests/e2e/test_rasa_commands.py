"""Rasa's own commands work from the project's root, as a Rasa user types them: `uv run rasa ...`.

Each takes many seconds, most of them to import its libraries, so two run at a time.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.files import ROOT
from bot.serve import QUIET, trained_model

pytestmark = pytest.mark.stack

OWN_UV = ROOT / ".tools" / "bin" / "uv"
AT_A_TIME = 2
ENDS_WITHIN_SECONDS = 240
QUESTION = "Does the HSG hurt?"
EXAMPLES = """
version: "3.1"
nlu:
- intent: ask_pain
  examples: |
    - Does the HSG hurt?
- intent: greet
  examples: |
    - Hello
"""

Ended = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands write."""
    return tmp_path_factory.mktemp("rasa")


@pytest.fixture(scope="module")
def commands(folder: Path) -> Iterator[dict[str, Future[Ended]]]:
    """Run every command at the project's root."""
    uv = str(OWN_UV) if OWN_UV.exists() else shutil.which("uv")
    if uv is None:
        pytest.skip("uv is neither in .tools/bin nor on the PATH: make install-test")
    model = str(trained_model())
    examples = folder / "examples.yml"
    examples.write_text(EXAMPLES, encoding="utf-8")

    def run(*arguments: str) -> Ended:
        return subprocess.run(
            [uv, "run", "rasa", *arguments],
            cwd=ROOT,
            env={**os.environ, **QUIET},
            input=f"{QUESTION}\n",
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN_SECONDS,
            check=False,
        )

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {
            "data validate": pool.submit(run, "data", "validate", "--fail-on-warnings"),
            "train": pool.submit(run, "train", "--dry-run", "--out", str(folder)),
            "shell": pool.submit(run, "shell", "nlu", "--model", model),
            "run actions": pool.submit(run, "run", "actions", "--help"),
            "test nlu": pool.submit(
                run, "test", "nlu", "--nlu", str(examples), "--model", model, "--out", str(folder), "--no-plot"
            ),
        }


def output_of(command: Future[Ended]) -> str:
    """Wait for a command that must succeed, and return what it printed."""
    ended = command.result()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_data_validate_finds_no_problem(commands: dict[str, Future[Ended]]) -> None:
    assert output_of(commands["data validate"]) is not None


def test_train_finds_the_model_up_to_date(commands: dict[str, Future[Ended]]) -> None:
    assert "No training of components required" in output_of(commands["train"])


def test_shell_understands_a_typed_question(commands: dict[str, Future[Ended]]) -> None:
    printed = output_of(commands["shell"])
    read = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
    assert (read["text"], read["intent"]["name"]) == (QUESTION, "ask_pain")
    assert [entity["value"] for entity in read["entities"]] == ["hsg"]


def test_run_actions_explains_itself(commands: dict[str, Future[Ended]]) -> None:
    assert "--actions" in output_of(commands["run actions"])


def test_test_nlu_measures_the_model(commands: dict[str, Future[Ended]], folder: Path) -> None:
    output_of(commands["test nlu"])
    assert json.loads((folder / "intent_report.json").read_text(encoding="utf-8"))["accuracy"] == 1.0
