"""`make bench`: train where needed, measure both systems side by side, write the result and the document."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from bot.bench.figures import NothingMeasured
from bot.bench.load import NoLoad
from bot.bench.plot import draw
from bot.bench.run import Candidates, measure
from bot.bench.shapes import Result
from bot.bench.sides import NoAnswer
from bot.bench.stock import EPOCHS, NoStock, Stock
from bot.bench.table import NoPlace, lines_of, written_into
from bot.bench.training import trained_ours, trained_stock
from bot.files import ROOT
from bot.serve import NotStarted

RESULTS = ROOT / "results" / "bench"
DOCUMENT = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "pictures" / "performance.svg"
log = logging.getLogger("bench")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, keep the result and write the document; return the exit code."""
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended so, it stops what it started
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in ("httpx", "alembic", "matplotlib"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        path = asked.show or _measure(asked)
        _show(Result.model_validate_json(path.read_text(encoding="utf-8")), asked.keep_document)
    except (NoStock, NotStarted, NoAnswer, NoLoad, NothingMeasured, NoPlace, OSError, ValidationError) as error:
        log.error("%s", error)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each load is sent to each side")
    parser.add_argument("--seconds", type=float, default=8, help="how long each load is measured")
    parser.add_argument("--train", action="store_true", help="train both anew, whatever is kept")
    parser.add_argument("--epochs", type=int, default=1, help=f"of Rasa as it is released, which takes {EPOCHS} itself")
    parser.add_argument("--model", type=Path, help="our model; its training is not measured then")
    parser.add_argument("--stock", type=Path, default=RESULTS / "stock", help="the folder of the other project")
    parser.add_argument("--show", type=Path, help="measure nothing, write the document from a kept result")
    parser.add_argument("--keep-document", action="store_true", help="print the tables, leave the document alone")
    return parser


def _measure(asked: argparse.Namespace) -> Path:
    """Measure, and return where the result is kept."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    stock = Stock(folder=asked.stock.resolve(), epochs=asked.epochs)
    stock_training = trained_stock(stock, asked.train)
    model, our_training = (asked.model.resolve(), None) if asked.model else trained_ours(RESULTS / "ours", asked.train)
    result = measure(Candidates(stock, stock_training, model, our_training), asked.rounds, asked.seconds)
    path = RESULTS / f"bench-{result.at:%Y-%m-%dT%H%M%S}.json"
    path.write_text(result.model_dump_json(indent=1), encoding="utf-8")
    log.info("Kept in %s", path.relative_to(ROOT))
    return path


def _show(result: Result, keep_document: bool) -> None:
    lines = lines_of(result)
    log.info("%s", "\n".join(lines))
    if not keep_document:
        DOCUMENT.write_text(written_into(DOCUMENT.read_text(encoding="utf-8"), lines), encoding="utf-8")
        draw(result, PICTURE)
        log.info("Written into %s and %s", DOCUMENT.relative_to(ROOT), PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
