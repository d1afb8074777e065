"""A set of warning signs is counted right."""

import pytest
from hand_made import ANSWER, REJECTS, reply, sign

from bot.evaluation.sign_figures import sign_figures, wrong_signs

EMERGENCY = reply("urgent", level="emergency")
CLINIC_NOW = reply("urgent", level="clinic_now")
MEASURED = [
    sign(True, EMERGENCY, id="caught", sign="fall"),
    sign(True, CLINIC_NOW, ANSWER, id="caught beside an answer", sign="fall"),
    sign(True, ANSWER, id="missed", sign="tangle", why="caught in the line, C31"),
    sign(True, REJECTS, id="missed fact", why="C40/C41 knots"),
    sign(False, CLINIC_NOW, id="alarm", sign="fall", why="a friend's kite"),
    sign(False, ANSWER, id="calm", sign="fall"),
    sign(False, REJECTS, id="calm, nothing named", why="a plain question"),
]


@pytest.mark.parametrize(
    ("name", "hits", "of"),
    [
        ("urgent: caught", 2, 4),
        ("not urgent: false alarms", 1, 3),
        ("caught: fall", 2, 2),
        ("caught: tangle", 0, 1),
        ("caught: C40", 0, 1),
        ("false alarms: fall", 1, 2),
    ],
)
def test_share_is_counted(name: str, hits: int, of: int) -> None:
    figure = sign_figures(MEASURED)[name]
    assert (figure.value, figure.of) == (hits / of, of)


def test_levels_kinds_and_times_are_counted() -> None:
    found = sign_figures(MEASURED)
    levels = {name: figure.value for name, figure in found.items() if name.startswith("replies of level")}
    assert levels == {"replies of level clinic_now": 2, "replies of level emergency": 1}
    assert found["replies of kind urgent"].value == 3
    assert found["time a message takes: p95"].value == pytest.approx(50)


def test_worst_signs_come_first() -> None:
    caught = [name for name in sign_figures(MEASURED) if name.startswith("caught: ")]
    assert caught == ["caught: C40", "caught: tangle", "caught: fall"]


def test_set_without_urgent_messages_has_no_share_of_them() -> None:
    assert "urgent: caught" not in sign_figures(MEASURED[4:])


def test_missed_come_before_false_alarms() -> None:
    assert [(wrong.what, wrong.one.id) for wrong in wrong_signs(MEASURED)] == [
        ("missed", "missed"),
        ("missed", "missed fact"),
        ("false alarm", "alarm"),
    ]
