"""What kind of labelled lines a file holds is told by their keys, and lines of several kinds are refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.dates import DatesMessage
from bot.evaluation.kinds import read_labelled
from bot.evaluation.messages import BadLines, Message
from bot.evaluation.signs import SignMessage
from bot.files import ROOT

ABOUT_TOPICS: dict[str, Any] = {"id": "q1", "text": "Do kites fly?", "scope": "in", "topics": [["kites"]]}
ABOUT_SIGNS: dict[str, Any] = {"id": "s1", "text": "It fell on me!", "urgent": True}
ABOUT_DATES: dict[str, Any] = {
    "id": "d1",
    "today": "2026-03-05",
    "text": "When?",
    "expect": {"free_from": "2026-03-19", "rule": "two weeks"},
}


def write(folder: Path, *lines: dict[str, Any]) -> Path:
    """Write lines and return the file."""
    path = folder / "lines.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "label", "shape"),
    [
        (ABOUT_TOPICS, "", Message),
        (ABOUT_TOPICS | {"urgent": True, "expect": {}}, "", Message),
        (ABOUT_SIGNS, "warning-signs", SignMessage),
        (ABOUT_SIGNS | {"sign": "kite", "why": "C01", "procedure": "hsg"}, "warning-signs", SignMessage),
        (ABOUT_DATES, "dates", DatesMessage),
    ],
)
def test_kind_of_a_file_is_told_by_its_keys(
    tmp_path: Path, line: dict[str, Any], label: str, shape: type[object]
) -> None:
    kind, lines = read_labelled(write(tmp_path, line))
    assert (kind.label, [type(one) for one in lines]) == (label, [shape])


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            [ABOUT_SIGNS, ABOUT_DATES],
            'is of another kind than the lines before; expected a JSON object such as {"text"',
        ),
        ([ABOUT_DATES, ABOUT_SIGNS], "is of another kind than the lines before; expected a JSON object such as"),
        ([ABOUT_TOPICS, ABOUT_SIGNS], "is of another kind than the lines before; expected a JSON object such as"),
        ([ABOUT_SIGNS, {"text": "It fell!"}], "urgent: is missing; expected a JSON object such as"),
        ([ABOUT_SIGNS, ABOUT_SIGNS | {"urgent": "yes"}], "urgent: Input should be a valid boolean, found 'yes'"),
        ([ABOUT_SIGNS, ABOUT_SIGNS | {"text": " "}], "text: expected a message that the chat API takes"),
        (
            [ABOUT_DATES, {"text": "When?", "expect": {"ask": "day"}}],
            "today: is missing; expected a JSON object such as",
        ),
        (
            [ABOUT_DATES, ABOUT_DATES | {"today": "5 March"}],
            "today: expected a day such as 2026-03-01, found '5 March'",
        ),
        (
            [ABOUT_DATES, ABOUT_DATES | {"expect": {}}],
            "expect: expected one of window, free_from, not_before, ask, reject",
        ),
        (
            [ABOUT_DATES, ABOUT_DATES | {"expect": {"ask": "day", "free_from": "2026-03-01"}}],
            "expect: expected one of window",
        ),
        ([ABOUT_DATES, ABOUT_DATES | {"expect": {"window": ["2026-03-01"]}}], "expect.window.1: is missing"),
    ],
)
def test_line_of_another_kind_or_shape_is_named(tmp_path: Path, lines: list[dict[str, Any]], told: str) -> None:
    path = write(tmp_path, *lines)
    with pytest.raises(BadLines) as caught:
        read_labelled(path)
    assert str(caught.value).startswith(f"{path}: line 2: {told}")


def test_dates_message_is_sent_on_its_day_and_others_without_one(tmp_path: Path) -> None:
    sent = [read_labelled(write(tmp_path, line))[1][0].request() for line in (ABOUT_TOPICS, ABOUT_SIGNS, ABOUT_DATES)]
    assert sent == [
        {"message": "Do kites fly?", "session": None},
        {"message": "It fell on me!", "session": None},
        {"message": "When?", "session": None, "today": "2026-03-05"},
    ]


@pytest.mark.parametrize(
    ("path", "label", "least"), [("safety/held_out.jsonl", "warning-signs", 300), ("nlu/dates.jsonl", "dates", 60)]
)
def test_held_out_set_can_be_measured(path: str, label: str, least: int) -> None:
    kind, lines = read_labelled(ROOT / "tests" / path)
    assert kind.label == label
    assert len({one.id for one in lines}) == len({one.text for one in lines}) == len(lines) >= least
