"""The door and the action server load nothing that only Rasa, the training or a rare page of theirs needs."""

import subprocess
import sys

import pytest

from bot.files import ROOT

OF_RASA = {"tensorflow", "sklearn", "scipy", "onnx", "onnxruntime", "tokenizers", "py3langid", "rasa"}
OF_RARE_PAGES = {"alembic", "fpdf", "redis"}
OF_THE_DOOR = {"numpy", "presidio_analyzer", "spacy"}


@pytest.mark.parametrize(
    ("module", "needless"),
    [
        pytest.param("bot.site", OF_RASA | OF_RARE_PAGES, id="door"),
        pytest.param("actions.server", OF_RASA | OF_RARE_PAGES | OF_THE_DOOR, id="action server"),
    ],
)
def test_part_loads_what_it_needs(module: str, needless: set[str]) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    assert not needless & set(loaded.stdout.split())
