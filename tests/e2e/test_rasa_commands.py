"""Rasa's own commands work from the project's root, as a Rasa user types them: `uv run rasa ...`."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.files import ROOT
from bot.serve import QUIET, trained_model

pytestmark = pytest.mark.stack

OWN_UV = ROOT / ".tools" / "bin" / "uv"
ENDS_WITHIN_SECONDS = 240
FEW_EXAMPLES = """
version: "3.1"
nlu:
- intent: ask_pain
  examples: |
    - Does the HSG hurt?
- intent: greet
  examples: |
    - Hello
"""

Rasa = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def model() -> Path:
    """The model that belongs to the present data."""
    return trained_model()


@pytest.fixture(scope="module")
def rasa() -> Rasa:
    """Run a Rasa command at the project's root."""
    uv = str(OWN_UV) if OWN_UV.exists() else shutil.which("uv")
    if uv is None:
        pytest.skip("uv is neither in .tools/bin nor on the PATH: make install-test")

    def run(*arguments: str | Path, typed: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [uv, "run", "rasa", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **QUIET},
            input=typed,
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN_SECONDS,
            check=False,
        )

    return run


def test_data_validate_finds_no_problem(rasa: Rasa) -> None:
    ended = rasa("data", "validate", "--fail-on-warnings")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_train_finds_the_model_up_to_date(rasa: Rasa, model: Path, tmp_path: Path) -> None:
    ended = rasa("train", "--dry-run", "--out", tmp_path)
    assert model.exists()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "No training of components required" in ended.stdout


def test_shell_understands_a_typed_question(rasa: Rasa, model: Path) -> None:
    ended = rasa("shell", "nlu", "--model", model, typed="Does the HSG hurt?\n")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    read = json.loads(ended.stdout[ended.stdout.index("{") : ended.stdout.rindex("}") + 1])
    assert (read["intent"]["name"], [entity["value"] for entity in read["entities"]]) == ("ask_pain", ["hsg"])


def test_run_actions_explains_itself(rasa: Rasa) -> None:
    ended = rasa("run", "actions", "--help")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "--actions" in ended.stdout


def test_test_nlu_measures_the_model(rasa: Rasa, model: Path, tmp_path: Path) -> None:
    examples, measured = tmp_path / "examples.yml", tmp_path / "measured"
    examples.write_text(FEW_EXAMPLES, encoding="utf-8")
    ended = rasa("test", "nlu", "--nlu", examples, "--model", model, "--out", measured, "--no-plot")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads((measured / "intent_report.json").read_text(encoding="utf-8"))
    assert report["accuracy"] == 1.0
