"""Numbers are written in one way, and what is printed of a run is all there."""

from pathlib import Path

import pytest
from hand_made import ANSWER, REJECTS, measured, reply, result_of

from bot.evaluation.figures import Better, Figure, Unit
from bot.evaluation.history import append_run
from bot.evaluation.show import asked, cases, change, number, printed, replies, verdict


@pytest.mark.parametrize(
    ("figure", "value", "of"),
    [
        (Figure(0.8416, 360), "84.2%", "303 of 360"),
        (Figure(1.0, 3), "100.0%", "3 of 3"),
        (Figure(12.0, unit="count"), "12", ""),
        (Figure(44.6, unit="milliseconds"), "45 ms", ""),
        (Figure(2.46, unit="milliseconds"), "2.5 ms", ""),
    ],
)
def test_figure_is_written_with_its_unit_and_its_cases(figure: Figure, value: str, of: str) -> None:
    assert (number(figure), cases(figure)) == (value, of)


@pytest.mark.parametrize(
    ("difference", "unit", "written"),
    [
        (None, "share", ""),
        (0.0, "share", "="),
        (0.0004, "share", "="),
        (0.011, "share", "+1.1"),
        (-0.2, "share", "-20.0"),
        (3.0, "count", "+3"),
        (-0.4, "milliseconds", "="),
        (-2.6, "milliseconds", "-3"),
    ],
)
def test_change_is_written_with_its_sign(difference: float | None, unit: Unit, written: str) -> None:
    assert change(difference, unit) == written


@pytest.mark.parametrize(
    ("better", "before", "told"),
    [
        ("higher", 0.4, "better"),
        ("higher", 0.6, "worse"),
        ("lower", 0.4, "worse"),
        ("lower", 0.6, "better"),
        ("neither", 0.4, ""),
        ("higher", 0.5, ""),
    ],
)
def test_change_is_judged_by_what_is_better(better: Better, before: float, told: str) -> None:
    assert verdict(Figure(0.5, 10, better=better), before) == told


def test_replies_and_what_is_right_are_written_in_words() -> None:
    given = [ANSWER, REJECTS, reply("ask", "kites", ["kites", "lamps"])]
    assert replies(given) == "answer kites; not_covered; did you mean kites, lamps"
    assert (asked([["kites", "lamps"], ["lanterns"]]), asked([])) == ("kites or lamps; lanterns", "none")


def test_first_run_is_printed_whole(tmp_path: Path) -> None:
    wrong = measured([["lamps"]], ANSWER, id="m2", text="Which\nlamp?")
    told = printed(result_of(tmp_path, measured([["kites"]], ANSWER), wrong)).splitlines()
    assert told[0].startswith("questions.jsonl: ")
    assert told[0].endswith("model kite-model")
    assert told[1] == "the first run of this file: nothing to compare with"
    assert [line.split() for line in told if line.startswith("in scope: told under a wrong topic")] == [
        ["in", "scope:", "told", "under", "a", "wrong", "topic", "50.0%", "1", "of", "2"]
    ]
    assert [line.split() for line in told if line.startswith("  lamps")] == [
        ["lamps", "0.0%", "0", "of", "1", "told", "0"]
    ]
    assert "    1  lamps -> kites" in told
    assert told[-2:] == [
        "  m2: told under a wrong topic, nothing right: got answer kites; right lamps",
        "      Which lamp?",
    ]


def test_next_run_is_printed_with_what_changed(tmp_path: Path) -> None:
    append_run(tmp_path / "history.jsonl", result_of(tmp_path, measured([["kites"]], REJECTS)).run)
    told = printed(result_of(tmp_path, measured([["kites"]], ANSWER)))
    assert "last column: change since " in told
    assert [line.split()[-1] for line in told.splitlines() if line.startswith("in scope: rejected")] == ["-100.0"]
    assert [line.split()[-1] for line in told.splitlines() if line.startswith("  kites")] == ["+100.0"]
