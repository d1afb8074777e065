"""Replies about dates are judged and counted right."""

from typing import Any

import pytest
from hand_made import ANSWER, Reply, dates, reply

from bot.evaluation.date_figures import date_figures, wrong_dates

DAYS = ("2026-03-08", "2026-03-12")
WINDOW = reply("dates", dates={"window": [*DAYS], "free_from": None, "not_before": None})
OTHER_WINDOW = reply("dates", dates={"window": ["2026-03-09", DAYS[1]], "free_from": None, "not_before": None})
FREE = reply("dates", dates={"window": None, "free_from": DAYS[0], "not_before": None})
ASKS = reply("ask", "timing")
OFFERS = reply("ask", None, ["timing"])


@pytest.mark.parametrize(
    ("expect", "replies", "right"),
    [
        ({"window": DAYS}, [WINDOW], True),
        ({"window": DAYS}, [ANSWER, WINDOW], True),
        ({"window": DAYS}, [OTHER_WINDOW, WINDOW], True),
        ({"window": DAYS}, [OTHER_WINDOW], False),
        ({"window": DAYS}, [FREE], False),
        ({"window": DAYS}, [ASKS], False),
        ({"window": DAYS}, [], False),
        ({"free_from": DAYS[0]}, [FREE], True),
        ({"free_from": DAYS[1]}, [FREE], False),
        ({"not_before": DAYS[0]}, [FREE], False),
        ({"ask": "the day"}, [ASKS], True),
        ({"ask": "the day"}, [OFFERS], True),
        ({"ask": "the day"}, [ASKS, WINDOW], False),
        ({"ask": "the day"}, [ANSWER], False),
        ({"ask": "the day"}, [reply("notice")], False),
        ({"reject": "no such day"}, [ASKS], True),
        ({"reject": "no such day"}, [reply("notice")], True),
        ({"reject": "no such day"}, [reply("urgent", level="clinic_now")], True),
        ({"reject": "no such day"}, [ANSWER], False),
        ({"reject": "no such day"}, [reply("urgent"), FREE], False),
        ({"reject": "no such day"}, [ASKS | {"dates": {"window": [*DAYS]}}], False),
    ],
)
def test_reply_is_right_when_it_gives_the_expected_dates_or_none(
    expect: dict[str, Any], replies: list[Reply], right: bool
) -> None:
    assert dates(expect, *replies).is_right is right


MEASURED = [
    dates({"window": DAYS}, WINDOW),
    dates({"window": DAYS}, OTHER_WINDOW, id="other window"),
    dates({"not_before": DAYS[0]}, ASKS, id="asks"),
    dates({"ask": "the day"}, OFFERS),
    dates({"ask": "the day"}, ANSWER, id="answers"),
    dates({"reject": "no such day"}, FREE, id="gives"),
    dates({"reject": "no such day"}, ASKS),
]


@pytest.mark.parametrize(
    ("name", "hits", "of"),
    [
        ("dates: right", 3, 7),
        ("window: right", 1, 2),
        ("not_before: right", 0, 1),
        ("ask: right", 1, 2),
        ("reject: right", 1, 2),
        ("ask or reject: right by a did-you-mean alone", 1, 4),
        ("ask or reject: dates given", 1, 4),
    ],
)
def test_share_is_counted(name: str, hits: int, of: int) -> None:
    figure = date_figures(MEASURED)[name]
    assert (figure.value, figure.of) == (hits / of, of)


def test_kind_without_a_case_has_no_share() -> None:
    assert "free_from: right" not in date_figures(MEASURED)


def test_wrong_answers_are_listed_the_gravest_first() -> None:
    assert [(wrong.what, wrong.one.id) for wrong in wrong_dates(MEASURED)] == [
        ("dates given, though none may be", "gives"),
        ("wrong dates", "other window"),
        ("no dates", "asks"),
        ("neither asked nor turned down", "answers"),
    ]
