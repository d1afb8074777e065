"""Hand-made messages and replies, for tests that need no assistant."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.dates import KEYS, MeasuredDates
from bot.evaluation.history import Run, new_run
from bot.evaluation.measure import Measured
from bot.evaluation.result import Result, count
from bot.evaluation.signs import MeasuredSign

Reply = dict[str, Any]


def reply(kind: str, topic: str | None = None, offers: Sequence[str] = (), **changes: Any) -> Reply:
    """Return a reply as it is measured."""
    given = {"kind": kind, "topic": topic, "text": f"A {kind}.", "offers": [*offers], "level": None, "dates": None}
    return given | changes


ANSWER = reply("answer", "kites")
REJECTS = reply("not_covered")
ALARM = reply("urgent")


def measured(topics: Sequence[Sequence[str]], *replies: Reply, **changes: Any) -> Measured:
    """Return a measured message that asks topics and gets replies; in scope when it asks any."""
    values: dict[str, Any] = {
        "id": "m1",
        "text": "Do kites fly?",
        "scope": "in" if topics else "out",
        "topics": [[*asked] for asked in topics],
        "replies": [*replies],
        "seconds": 0.05,
    }
    return Measured(**values | changes)


def sign(urgent: bool, *replies: Reply, **changes: Any) -> MeasuredSign:
    """Return a measured message that is urgent, or is not, and gets replies."""
    values: dict[str, Any] = {"id": "s1", "text": "The kite fell on me!", "sign": None, "why": "", "seconds": 0.05}
    return MeasuredSign(**values | {"urgent": urgent, "replies": [*replies]} | changes)


def dates(expect: dict[str, Any], *replies: Reply, **changes: Any) -> MeasuredDates:
    """Return a measured message about dates that gets replies."""
    values: dict[str, Any] = {"id": "d1", "text": "When may I fly it?", "today": "2026-03-05", "seconds": 0.05}
    wanted: dict[str, Any] = dict.fromkeys(KEYS)
    return MeasuredDates(**values | {"expect": wanted | expect, "replies": [*replies]} | changes)


def result_of(folder: Path, *messages: Measured, content: str = "the content") -> Result:
    """Return the result of messages that a file with a content held."""
    path = folder / "questions.jsonl"
    path.write_text(content, encoding="utf-8")
    return count(path, messages, "kite-model", folder / "history.jsonl")


def run_of(folder: Path, content: str, name: str = "questions.jsonl", **figures: float) -> Run:
    """Return the run of a file with a content."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return new_run(path, None, figures, {"kites": 0.5})
