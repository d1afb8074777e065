"""Send the load: Locust, headless, in an environment of its own, and on the same cores as what it measures."""

import json
import random
import subprocess
import tempfile
from collections.abc import Sequence
from math import ceil
from pathlib import Path

from bot.bench.figures import WARM_SECONDS, Record, figures_of
from bot.bench.processes import processor_seconds
from bot.bench.shapes import Load
from bot.bench.sides import Spoken
from bot.evaluation.messages import read_messages
from bot.files import ROOT

LOCUST = ROOT / ".venv-bench" / "bin" / "python"
FILES = (ROOT / "tests" / "nlu" / "held_out.jsonl", ROOT / "tests" / "nlu" / "patients.jsonl")
SEED = 7
STEP = 271  # how many questions further on each round begins
LAST_ANSWER_WITHIN_SECONDS = 60


class NoLoad(Exception):
    """Locust did not run; the message is what it said."""


def questions() -> list[str]:
    """Return different messages of real length, none of them a training sentence, in an order that stays the same."""
    texts = list(dict.fromkeys(message.text for file in FILES for message in read_messages(file)))
    random.Random(SEED).shuffle(texts)
    return texts


def rotated(texts: Sequence[str], number: int) -> list[str]:
    """Return the texts as a round begins them: each elsewhere, all sides in the same order."""
    start = number * STEP % len(texts)
    return [*texts[start:], *texts[:start]]


def send(spoken: Spoken, texts: Sequence[str], clients: int, number: int, seconds: float) -> Load:
    """Return what so many clients measured on one side in one round.

    Raises:
        NoLoad: Locust failed.
        NothingMeasured: nothing was answered.
    """
    before = processor_seconds(spoken.sessions)
    records = _run(spoken, rotated(texts, number), f"{spoken.side}-{clients}-{number}", clients, seconds)
    processor = processor_seconds(spoken.sessions) - before
    answers = sum(one.why is None for one in records)
    figures = figures_of(records, seconds)
    return Load(side=spoken.side, clients=clients, round=number, processor=processor / answers, **figures._asdict())


def _run(spoken: Spoken, texts: Sequence[str], name: str, clients: int, seconds: float) -> list[Record]:
    with tempfile.TemporaryDirectory() as folder:
        plan, records = Path(folder, "plan.json"), Path(folder, "records.json")
        told = {"name": name, "way": spoken.way, "headers": dict(spoken.headers), "texts": texts}
        plan.write_text(json.dumps(told), encoding="utf-8")
        done = subprocess.run(
            [
                *(str(LOCUST), "-m", "locust", "--headless", "--only-summary", "--loglevel", "WARNING"),
                *("--locustfile", "bench/locustfile.py", "--host", spoken.url, "--exit-code-on-error", "0"),
                *("--users", str(clients), "--spawn-rate", str(clients)),
                *(
                    "--run-time",
                    f"{ceil(WARM_SECONDS + seconds) + 1}s",
                    "--stop-timeout",
                    str(LAST_ANSWER_WITHIN_SECONDS),
                ),
                *("--plan", str(plan), "--records", str(records)),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 or not records.is_file():
            raise NoLoad(done.stderr[-2000:])
        return [Record(*one) for one in json.loads(records.read_text(encoding="utf-8"))]
