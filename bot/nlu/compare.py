"""Measure the shipped pipeline beside Rasa's default one, and without each of its parts: `make compare DATA=FOLDER`.

Only what needs Rasa stands here; how the parts are left out and what counts is `bot.evaluation.ablation`.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY
from rasa.utils.log_utils import configure_structlog

from bot.evaluation.ablation import (
    DataSet,
    Row,
    Said,
    figures,
    measure_parts,
    of_benchmark,
    of_our_own,
    table,
)
from bot.evaluation.benchmark import OUT_LABEL, RESULTS, TEST, TRAIN, BadBenchmark, read_benchmark, read_gate
from bot.evaluation.messages import BadLines, read_messages
from bot.files import ROOT, read_yaml
from bot.settings import read_settings
from bot.understanding.embed import load_encoder
from bot.understanding.examples import TOPIC_PREFIX, Unit, read_examples
from bot.understanding.understand import build_understanding

DIET = "Rasa's default (DIET)"
DEFAULT_CONFIG = "engine/recipes/config_files/default_config.yml"
OWN_MESSAGES = ("held_out", "patients")
EVERY, EPOCHS = 5, 100
EXPECTED = f"expected a folder of folders that each hold {TRAIN} and {TEST}"


@dataclass(frozen=True)
class Compared:
    """A data set with the figures of every pipeline on it so far."""

    data: DataSet
    rows: list[Row]


def main(arguments: Sequence[str] | None = None, results: Path = RESULTS) -> int:
    """Measure every data set; return 0, or 2 when one cannot be used."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", force=True)  # TensorFlow has set it up before
    logging.getLogger("compare").setLevel(logging.INFO)
    configure_structlog(logging.WARNING)
    given = _parser().parse_args(arguments)
    try:
        compared = [Compared(data, []) for data in read_data_sets(given.folder, given.out, given.every)]
        understanding = build_understanding(load_encoder(read_settings().encoder_folder, threads=2, kept=None))
        gate = read_gate()
        for one in compared:
            one.rows.extend(measure_parts(one.data, understanding, gate))
            keep(compared, given, results)
        for one in compared if given.epochs else []:
            one.rows[:0] = measure_default(one.data, given.epochs)
            keep(compared, given, results)
    except (BadBenchmark, BadLines) as error:
        logging.getLogger("compare").error("%s", error)
        return 2
    sys.stdout.write(written(compared, given) + f"\nwritten to {keep(compared, given, results)}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make compare", description="Compare the shipped pipeline with others.")
    parser.add_argument("folder", type=Path, help=EXPECTED)
    parser.add_argument("--out", default=OUT_LABEL, help=f"the label of what is out of scope: {OUT_LABEL}")
    parser.add_argument("--every", type=_at_least(1), default=EVERY, help="learn every so manieth of our own sentences")
    parser.add_argument("--epochs", type=_at_least(0), default=EPOCHS, help="of Rasa's default; 0 leaves it out")
    return parser


def _at_least(least: int) -> Any:
    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number from {least}")
        return int(text)

    return number


def read_data_sets(folder: Path, out: str, every: int) -> list[DataSet]:
    """Return the data sets in a folder, and our own.

    Raises:
        BadBenchmark: there is none, or one cannot be used; all problems are named.
        BadLines: a file of our own messages cannot be used.
    """
    found = sorted(path.parent for path in folder.glob(f"*/{TRAIN}"))
    if not found:
        raise BadBenchmark(f"{folder}: holds no folder with {TRAIN}; {EXPECTED}")
    data_sets, problems = [], []
    for path in found:
        try:
            data_sets.append(of_benchmark(read_benchmark(path, out)))
        except BadBenchmark as error:
            problems.append(str(error))
    if problems:
        raise BadBenchmark("\n".join(problems))
    paths = {name: ROOT / "tests" / "nlu" / f"{name}.jsonl" for name in OWN_MESSAGES}
    messages = {name: read_messages(path) for name, path in paths.items() if path.exists()}
    return [*data_sets, of_our_own(read_examples(), every, messages)]


def measure_default(data: DataSet, epochs: int) -> Iterator[Row]:
    """Learn a data set with Rasa's default pipeline and return its figures."""
    logging.getLogger("compare").info("%s: %s, %d epochs", data.name, DIET, epochs)
    with tempfile.TemporaryDirectory() as name:
        start = time.perf_counter()
        agent = Agent.load(train_default(data.units, epochs, Path(name)))
        seconds = time.perf_counter() - start
        for measured_on, labelled in data.measured_on.items():
            said = asyncio.run(_say(agent, [one.text for one in labelled]))
            yield Row(DIET, measured_on, figures(labelled, said), seconds)


def train_default(units: Sequence[Unit], epochs: int, folder: Path) -> str:
    """Train the pipeline that Rasa takes where a new project names none, and return the model's file."""
    config = read_yaml(Path(str(files("rasa") / DEFAULT_CONFIG)))
    pipeline = [dict(part) | ({"epochs": epochs} if "epochs" in part else {}) for part in config["pipeline"]]
    examples = [{"text": unit.view.text, "intent": unit.intent} for unit in units]
    (folder / "config.yml").write_text(
        json.dumps({"recipe": "default.v1", "assistant_id": "compared", "language": "en", "pipeline": pipeline}),
        encoding="utf-8",
    )
    (folder / "nlu.json").write_text(json.dumps({"rasa_nlu_data": {"common_examples": examples}}), encoding="utf-8")
    model = train_nlu(
        str(folder / "config.yml"),
        str(folder / "nlu.json"),
        str(folder / "models"),
        additional_arguments={"force_full_training": True},
    )
    if model is None:
        raise BadBenchmark(f"Rasa trained no model of {len(units)} sentences; its own messages tell why")
    return str(model)


async def _say(agent: Agent, texts: Sequence[str]) -> list[Said]:
    return [said_of_parsed(await agent.parse_message(text)) for text in texts]


def said_of_parsed(parsed: dict[str, Any]) -> Said:
    """Return what was said, of what Rasa parsed: an intent of a topic answers it, any other answers none."""
    intent = str(parsed[INTENT][INTENT_NAME_KEY])
    ranked = [str(one[INTENT_NAME_KEY]) for one in parsed.get(INTENT_RANKING_KEY, [])]
    first = next((name for name in ranked if name.startswith(TOPIC_PREFIX)), None)
    return Said(first, frozenset({intent} if intent.startswith(TOPIC_PREFIX) else ()))


def written(compared: Sequence[Compared], given: argparse.Namespace) -> str:
    """Return a table in Markdown for each set of messages."""
    parts = []
    for one in compared:
        part = f"every pipeline learnt {_how_many(one.data.units)}"
        if one.data.is_own and given.every > 1:
            part += f", from 1 in {given.every} of the training sentences"
        for name, labelled in one.data.measured_on.items():
            inside = sum(bool(message.asked) for message in labelled)
            several = sum(len(message.asked) > 1 for message in labelled)
            rows = [row for row in one.rows if row.measured_on == name]
            parts.append(
                f"**{name}**: {part}; measured on {inside} in scope ({several} ask several things) and "
                f"{len(labelled) - inside} out of scope\n\n{table(rows)}"
            )
    return "\n".join(parts)


def _how_many(units: Sequence[Unit]) -> str:
    return f"{len(units)} sentences of {len({unit.intent for unit in units})} intents"


def keep(compared: Sequence[Compared], given: argparse.Namespace, results: Path) -> Path:
    """Write what was measured so far into a folder and return the file of tables."""
    results.mkdir(parents=True, exist_ok=True)
    found = {
        "every": given.every,
        "epochs": given.epochs,
        "data_sets": [
            {"name": one.data.name, "units": len(one.data.units), "rows": [_with_values(row) for row in one.rows]}
            for one in compared
        ],
    }
    (results / "compare.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    path = results / "compare.md"
    path.write_text(written(compared, given), encoding="utf-8")
    return path


def _with_values(row: Row) -> dict[str, Any]:
    shares = {name: one | {"value": getattr(row.figures, name).value} for name, one in asdict(row.figures).items()}
    return asdict(row) | {"figures": shares}
