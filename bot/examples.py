"""The desk's own training sentences as a file that Rasa reads beside `data/`: which are fit, written, read.

`PUBLISHED` is what the served model was trained with; `CANDIDATE` has the new ones, too, until a training publishes it.
"""

import io
import re
from collections.abc import Iterable
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.files import ROOT, read_yaml

PUBLISHED = ROOT / "var" / "examples.yml"
CANDIDATE = ROOT / "var" / "candidate.yml"
REGRESSION = ROOT / "var" / "regression.txt"
MARKED = re.compile(r"[\[\]{}]")  # a personal detail that was hidden, or what Rasa would take for a mark
LEAST, MOST = 2, 500
Pair = tuple[str, str]


def is_fit(text: str) -> bool:
    """Tell whether a sentence can be learnt: of one line, neither too short nor too long, nothing hidden in it."""
    return LEAST <= len(text.strip()) <= MOST and "\n" not in text.strip() and not MARKED.search(text)


def write_examples(path: Path, pairs: Iterable[Pair]) -> None:
    """Write sentences, each with its intent, as Rasa's training data."""
    by_intent: dict[str, list[str]] = {}
    for intent, text in sorted(set(pairs)):
        by_intent.setdefault(intent, []).append(" ".join(text.split()))
    nlu = [
        {"intent": intent, "examples": LiteralScalarString("".join(f"- {text}\n" for text in texts))}
        for intent, texts in by_intent.items()
    ]
    written = io.StringIO()
    YAML().dump({"version": "3.1", "nlu": nlu}, written)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written.getvalue(), encoding="utf-8")


def read_pairs(path: Path) -> set[Pair]:
    """Return the sentences of a file, each with its intent; none where there is no file."""
    if not path.is_file():
        return set()
    return {
        (block["intent"], line.removeprefix("- "))
        for block in read_yaml(path)["nlu"]
        for line in block["examples"].splitlines()
    }
