"""Measure the assistant on labelled messages: `python -m bot.evaluation FILE [ADDRESS]`, run by `make evaluate`.

Prints the figures, and leaves in `results/` every reply (JSON), the report (HTML) and a line of the history.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from bot.evaluation import show
from bot.evaluation.history import append_run
from bot.evaluation.kinds import read_labelled
from bot.evaluation.measure import NotMeasured, assistant_at, measure_as, read_buttons
from bot.evaluation.messages import BadLines, unknown_topics
from bot.evaluation.report import html
from bot.evaluation.result import Result, count
from bot.files import ROOT
from bot.knowledge.check import check_knowledge
from bot.serve import NotStarted
from bot.settings import read_settings
from bot.wording import read_wording

RESULTS = ROOT / "results"
MOST_SECONDS = 30
log = logging.getLogger("evaluation")


def main(arguments: Sequence[str] | None = None, results: Path = RESULTS) -> int:
    """Measure a file; return 0, 1 when the assistant does not answer, 2 when the file cannot be used."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in ("httpx", "alembic", "matplotlib"):
        logging.getLogger(name).setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(prog="python -m bot.evaluation", description="Measure labelled messages.")
    parser.add_argument("file", type=Path, help="one JSON object a line, all about topics, warning signs or dates")
    parser.add_argument("address", nargs="?", help="a running assistant; without it one is started")
    given = parser.parse_args(arguments)
    wording = read_wording(check_knowledge(), read_settings().clinic)
    try:
        kind, messages = read_labelled(given.file)
        for problem in unknown_topics(messages, {*wording.topics}):
            log.warning("%s", problem)
        with (
            assistant_at(given.address) as (url, model),
            httpx.Client(base_url=url, timeout=MOST_SECONDS, trust_env=False) as client,
        ):
            measured = measure_as(kind.measured, client, messages, read_buttons(wording))
    except BadLines as error:
        log.error("%s", error)
        return 2
    except (NotStarted, NotMeasured) as error:
        log.error("%s", error)
        return 1
    result = count(given.file, measured, model, results / "history.jsonl", kind)
    sys.stdout.write(show.printed(result))
    for path in keep(result, measured, [*wording.topics], results):
        sys.stdout.write(f"written to {path}\n")
    return 0


def keep(result: Result, measured: Sequence[Any], order: Sequence[str], results: Path) -> list[Path]:
    """Write the replies, the report and the history's line into a folder and return the files."""
    results.mkdir(parents=True, exist_ok=True)
    replies, report, history = (
        results / name for name in (f"evaluate-{result.stem}.json", f"evaluate-{result.stem}.html", "history.jsonl")
    )
    found = {"figures": result.run.figures, "messages": [asdict(one) for one in measured]}
    replies.write_text(json.dumps(found, indent=1), encoding="utf-8")
    report.write_text(html(result, order, results / "cross_validation.json"), encoding="utf-8")
    append_run(history, result.run)
    return [replies, report, history]


if __name__ == "__main__":
    sys.exit(main())
