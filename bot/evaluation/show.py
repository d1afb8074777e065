"""Write numbers as words, the one place that does, and the lines that are printed."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.evaluation.dates import KEYS, MeasuredDates
from bot.evaluation.figures import Answered, Figure, Unit, most_confused
from bot.evaluation.history import Run
from bot.evaluation.result import Result
from bot.evaluation.signs import MeasuredSign

NO_CHANGE = "="
SMALLEST = {"share": 0.0005, "count": 0.5, "milliseconds": 0.5}
MOST_PAIRS, MOST_ERRORS, MOST_CHARACTERS, MOST_OF_REPLY = 12, 15, 110, 60
WHOLE_MILLISECONDS = 10


def share(value: float) -> str:
    """Return a share in percent."""
    return f"{value:.1%}"


def number(figure: Figure) -> str:
    """Return a figure's value with its unit."""
    match figure.unit:
        case "share":
            return share(figure.value)
        case "milliseconds":
            return f"{figure.value:.{0 if figure.value >= WHOLE_MILLISECONDS else 1}f} ms"
        case "count":
            return f"{figure.value:.0f}"


def cases(figure: Figure) -> str:
    """Return how many cases a share counts, of how many; nothing for what is no share."""
    return f"{round(figure.value * figure.of)} of {figure.of}" if figure.of else ""


def change(difference: float | None, unit: Unit = "share") -> str:
    """Return a change with its sign, shares in percentage points; nothing when there is nothing to compare with."""
    if difference is None:
        return ""
    if abs(difference) < SMALLEST[unit]:
        return NO_CHANGE
    return f"{difference * 100:+.1f}" if unit == "share" else f"{difference:+.0f}"


def verdict(figure: Figure, before: float) -> str:
    """Return whether a figure became "better" or "worse", or nothing when it is neither."""
    changed = change(figure.value - before, figure.unit)
    if changed == NO_CHANGE or figure.better == "neither":
        return ""
    return "better" if (figure.value > before) == (figure.better == "higher") else "worse"


def origin(run: Run) -> str:
    """Return when a run was made, and of what."""
    commit, dirty, _ = run.commit.partition("-dirty")
    changed = " with changes" if dirty else ""
    return f"{run.at:%Y-%m-%d %H:%M} UTC, commit {commit[:12]}{changed}, model {run.model or 'not known'}"


def replies(given: list[dict[str, Any]]) -> str:
    """Return what kind of reply came under which topic, for each reply."""
    return "; ".join(
        f"did you mean {', '.join(reply['offers'])}"
        if reply["offers"]
        else " ".join(filter(None, (reply["kind"], reply["topic"])))
        for reply in given
    )


def got(one: Answered) -> str:
    """Return what came back, in words; where no topics were asked, with the level, the dates and how a reply begins."""
    if isinstance(one, MeasuredSign | MeasuredDates):
        return "; ".join(map(_reply, one.replies))
    return replies(one.replies)


def right(one: Answered) -> str:
    """Return what would have been right."""
    match one:
        case MeasuredSign():
            return ", ".join(filter(None, ("urgent" if one.urgent else "not urgent", one.sign, one.why)))
        case MeasuredDates():
            return f"{_dates(one.expect)} on {one.today}"
        case _:
            return asked(one.topics)


def _reply(given: Mapping[str, Any]) -> str:
    told = (given["kind"], given.get("level"), _dates(given.get("dates") or {}), cut(given["text"], MOST_OF_REPLY))
    return " ".join(filter(None, told))


def _dates(told: Mapping[Any, Any]) -> str:
    """Return dates that are told or expected, in words."""
    return ", ".join(
        f"{key} {value if isinstance(value, str) else ' to '.join(value)}" for key in KEYS if (value := told.get(key))
    )


def cut(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return the beginning of a text, in one line."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most] + "..."


def asked(topics: list[list[str]]) -> str:
    """Return what is right for each thing asked."""
    return "; ".join(" or ".join(right) for right in topics) or "none"


def printed(result: Result) -> str:
    """Return everything that is printed of a run."""
    parts = (_figures, _topics, _confusions, _errors) if result.is_about_topics else (_figures, _errors)
    return "".join(f"{line.rstrip()}\n" for part in parts for line in part(result))


def _figures(result: Result) -> Iterator[str]:
    yield f"{result.run.file}: {origin(result.run)}"
    if result.before:
        yield f"last column: change since {origin(result.before)} (shares in points)"
    else:
        yield "the first run of this file: nothing to compare with"
    yield ""
    for name, figure in result.figures.items():
        changed = change(result.figure_changes.get(name), figure.unit)
        yield f"{name:52s} {number(figure):>7s}  {cases(figure):12s} {changed:>6s}"


def _topics(result: Result) -> Iterator[str]:
    yield ""
    yield "Accuracy per topic, the worst first: things asked with a reply under a right topic; of these told at once"
    for topic, score in result.topics.items():
        accuracy = Figure(score.accuracy, score.asked)
        changed = change(result.topic_changes.get(topic))
        yield f"  {topic:20s} {number(accuracy):>7s}  {cases(accuracy):12s} {f'told {score.told}':10s} {changed:>6s}"


def _confusions(result: Result) -> Iterator[str]:
    yield ""
    yield "Most frequent confusions, right -> told"
    pairs = most_confused(result.confusions, MOST_PAIRS)
    yield from (f"  {times:3d}  {right} -> {told}" for (right, told), times in pairs)
    if not pairs:
        yield "  none"


def _errors(result: Result) -> Iterator[str]:
    shown = result.errors[:MOST_ERRORS] if result.is_about_topics else result.errors
    yield ""
    yield f"Worst errors, {len(shown)} of {len(result.errors)}"
    for wrong in shown:
        yield f"  {wrong.one.id}: {wrong.what}: got {got(wrong.one)}; right {right(wrong.one)}"
        yield f"      {cut(wrong.one.text)}"
