"""The picture of her cycle: what she told and what the reply gives, and nothing made up."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from told_days import on, told

from bot.dates.picture import MARKS, Picture, picture_of
from bot.reply import Dates

TODAY = date(2026, 3, 9)
WINDOW = Dates(window=("2026-03-11", "2026-03-15"), open_days=("2026-03-11", "2026-03-12"))


def drawn(dates: Dates = WINDOW, *conditions: str, today: date = TODAY, **said: Any) -> dict[str, list[str]]:
    """Return the days that are marked, by mark, as "03-11" or, of neighbours, "03-11 to 03-15"."""
    picture = picture_of(told(**said), dates, frozenset(conditions), today)
    assert picture is not None
    short = {
        mark: [f"{first:%m-%d}" + (f" to {last:%m-%d}" if last != first else "") for first, last in spans]
        for mark, spans in picture.spans.items()
    }
    return dict(short)


RULED = {"window": ["03-11 to 03-15"], "open": ["03-11 to 03-12"]}


@pytest.mark.parametrize(
    ("said", "hers"),
    [
        ({"period_start": "2026-03-03", "period_end": "2026-03-08"}, {"bleeding": ["03-03 to 03-08"]}),
        ({"period_start": "2026-03-03", "period_length_days": 5}, {"bleeding": ["03-03 to 03-07"]}),
        ({"period_end": "2026-03-08", "period_length_days": 5}, {"bleeding": ["03-04 to 03-08"]}),
        ({"period_end": "2026-03-08"}, {"bleeding": ["03-08"]}),
        ({"period_start": "2026-03-07"}, {"bleeding": ["03-07"]}),
        ({"period_start": "2026-03-07", "still_bleeding": True}, {"bleeding": ["03-07 to 03-09"]}),
        pytest.param(
            {"period_start": "2026-03-07", "period_length_days": 5},
            {"bleeding": ["03-07 to 03-09"], "expected": ["03-10 to 03-11"]}, id="not yet over",
        ),
        pytest.param(
            {"next_period": "2026-03-10", "period_length_days": 4}, {"expected": ["03-10 to 03-13"]}, id="to come",
        ),
        pytest.param(
            {"period_start": "2026-03-03", "period_end": "2026-03-08", "cycle_length_days": 28},
            {"bleeding": ["03-03 to 03-08"], "ovulation": ["03-17"]}, id="cycle told",
        ),
        pytest.param(
            {"period_start": "2026-02-05", "period_end": "2026-02-09", "cycle_length_days": 30},
            {"bleeding": ["02-05 to 02-09"], "expected": ["03-07 to 03-11"], "ovulation": ["03-23"]}, id="next cycle",
        ),
        ({"period_start": "2026-03-03", "cycle_length_days": 5}, {"bleeding": ["03-03"]}),
        pytest.param(
            {"period_start": "2026-03-03", "cycle_length_days": 28, "irregular": True}, {"bleeding": ["03-03"]},
            id="irregular: no guess",
        ),
        ({}, {}),
    ],
)  # fmt: skip
def test_days_of_her_period_are_drawn_as_told(said: dict[str, Any], hers: dict[str, list[str]]) -> None:
    assert drawn(**said) == RULED | hers


def test_ovulation_is_no_guess_where_her_bleeding_is_said_to_be_irregular() -> None:
    said = {"period_start": "2026-03-03", "cycle_length_days": 28}
    assert "ovulation" not in drawn(WINDOW, "irregular_bleeding", **said)


def test_days_after_the_procedure_are_drawn() -> None:
    said = {"procedure_day": "2026-03-05", "period_start": "2025-06-01"}
    assert drawn(Dates(free_from="2026-03-07"), **said) == {"procedure": ["03-05"], "free_from": ["03-07"]}


def test_day_not_before_which_is_drawn() -> None:
    assert drawn(Dates(not_before="2026-03-09"), period_end="2026-03-08")["not_before"] == ["03-09"]


def test_reply_without_days_has_no_picture() -> None:
    assert picture_of(told(period_start="2026-03-03"), Dates(basis="counted"), frozenset(), TODAY) is None


def test_months_are_whole_weeks_from_the_first_marked_day_to_the_last() -> None:
    picture = _picture(period_start="2026-02-26", period_end="2026-03-01")
    assert [month.first for month in picture.months] == [on("2026-02-01"), on("2026-03-01")]
    assert all(len(week) == 7 for month in picture.months for week in month.weeks)
    outside = [square for month in picture.months for week in month.weeks for square in week if not square.is_inside]
    assert outside != []
    assert all(square.marks == () for square in outside)


def test_today_and_a_day_of_two_meanings_are_told() -> None:
    squares = {
        square.day: square
        for month in _picture(period_end="2026-03-08").months
        for week in month.weeks
        for square in week
        if square.is_inside
    }
    assert [day for day, square in squares.items() if square.is_today] == [TODAY]
    assert squares[on("2026-03-11")].marks == ("window", "open")


def test_week_begins_where_the_locale_has_it_begin() -> None:
    for weekday in range(7):
        picture = picture_of(told(), WINDOW, frozenset(), TODAY, weekday)
        assert picture is not None
        assert picture.months[0].weeks[0][0].day.weekday() == weekday


NEAR = st.integers(-400, 400).map(lambda ahead: TODAY + timedelta(days=ahead))


@settings(deadline=None)
@given(
    said=st.fixed_dictionaries(
        {},
        optional={
            "period_start": NEAR | st.dates(),
            "period_end": NEAR | st.dates(),
            "next_period": NEAR | st.dates(),
            "procedure_day": NEAR | st.dates(),
            "period_length_days": st.integers(-5, 10**9),
            "cycle_length_days": st.integers(-5, 10**9),
            "still_bleeding": st.booleans(),
        },
    ),
    free=NEAR,
)
def test_whatever_she_told_the_picture_is_small_and_in_order(said: dict[str, Any], free: date) -> None:
    picture = picture_of(told(**said), Dates(free_from=free.isoformat()), frozenset(), TODAY)
    assert picture is not None
    assert 1 <= len(picture.months) <= 6
    assert list(picture.days) == [mark for mark in MARKS if mark in picture.days]


def _picture(**said: Any) -> Picture:
    picture = picture_of(told(**said), WINDOW, frozenset(), TODAY)
    assert picture is not None
    return picture
