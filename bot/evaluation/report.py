"""Write the report: one HTML page that needs no other file, from `report.html` beside this module."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.evaluation import plots, show
from bot.evaluation.cross_validation import NoCrossValidation, read_cross_validation
from bot.evaluation.dates import KEYS
from bot.evaluation.figures import Figure, Wrong, most_confused
from bot.evaluation.result import Result
from bot.question import Topic

HERE = Path(__file__).parent
TILES = (
    "in scope: a reply under a right topic",
    "in scope: told under a right topic",
    "in scope: told under a wrong topic",
    "in scope: things asked that have their reply",
    "out of scope: rejected",
    "urgent: called urgent",
)
OTHER_TILES = (
    "urgent: caught",
    "not urgent: false alarms",
    "dates: right",
    *(f"{key}: right" for key in KEYS),
    "ask or reject: dates given",
    "time a message takes: p95",
    "check: p95",
    "check, 100 kB hostile: worst",
)
MOST_PAIRS, MOST_ERRORS = 20, 60


def html(result: Result, order: Sequence[Topic], cross_validation: Path) -> str:
    """Return the report of a run; `order` is that of the topics in the plots."""
    page = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page.globals |= {"got": show.got, "right": show.right, "share": show.share, "change": show.change}
    errors = result.errors[:MOST_ERRORS] if result.is_about_topics else result.errors
    return page.get_template("report.html").render(
        result=result,
        origin=show.origin(result.run),
        before=show.origin(result.before) if result.before else "",
        rows=[_row(result, name) for name in result.figures],
        tiles=[_row(result, name) for name in _tiles(result)],
        errors=_by_kind(errors),
        shown=len(errors),
        comparison=plots.comparison(result.figures, result.before.figures) if result.before else None,
        **(_about_topics(result, order, cross_validation) if result.is_about_topics else {}),
    )


def _tiles(result: Result) -> list[str]:
    return [name for name in (TILES if result.is_about_topics else OTHER_TILES) if name in result.figures]


def _about_topics(result: Result, order: Sequence[Topic], cross_validation: Path) -> dict[str, Any]:
    """Return what the page shows of topics alone."""
    return {
        "pairs": most_confused(result.confusions, MOST_PAIRS),
        "confusion": plots.confusion_map(result.confusions, order),
        "topics": plots.topic_bars(result.topics, result.before.topics if result.before else {}),
        **_cross_validation(cross_validation),
    }


def _row(result: Result, name: str) -> dict[str, str]:
    """Return a figure as the page shows it."""
    figure: Figure = result.figures[name]
    before = result.before.figures.get(name) if result.before else None
    return {
        "name": name,
        "value": show.number(figure),
        "cases": show.cases(figure),
        "change": show.change(result.figure_changes.get(name), figure.unit),
        "verdict": show.verdict(figure, before) if before is not None else "",
    }


def _by_kind(errors: Sequence[Wrong]) -> dict[str, list[Wrong]]:
    """Return errors under what went wrong, in their order."""
    kinds: dict[str, list[Wrong]] = {}
    for wrong in errors:
        kinds.setdefault(wrong.what, []).append(wrong)
    return kinds


def _cross_validation(path: Path) -> dict[str, Any]:
    """Return the two plots of the cross-validation and its error, or why there are none."""
    try:
        found = read_cross_validation(path)
    except NoCrossValidation as error:
        return {"missing": str(error), "histogram": None, "reliability": None, "ece": ""}
    return {
        "missing": "",
        "histogram": plots.confidence_histogram(found),
        "reliability": plots.reliability(found),
        "ece": show.share(found.ece),
    }
