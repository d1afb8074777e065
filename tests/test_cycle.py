"""The arithmetic of cycles: tables of days, over a leap day and a year's turn, and what holds for every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from told_days import on

from bot import cycle

DAYS = st.dates(min_value=date(1970, 1, 1), max_value=date(2200, 12, 31))
LENGTHS = st.integers(min_value=1, max_value=15)
CYCLES = st.integers(min_value=15, max_value=90)
NUMBERS = st.integers(min_value=1, max_value=40)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        pytest.param("2025-04-28", "2025-04-29", id="in a month"),
        pytest.param("2025-04-30", "2025-05-01", id="a month's end"),
        pytest.param("2024-02-28", "2024-02-29", id="before a leap day"),
        pytest.param("2024-02-29", "2024-03-01", id="on a leap day"),
        pytest.param("2025-02-28", "2025-03-01", id="no leap day"),
        pytest.param("2025-12-31", "2026-01-01", id="a year's turn"),
    ],
)
def test_first_clean_day_is_the_day_after_the_last_bleeding_day(last: str, expected: str) -> None:
    assert cycle.first_clean_day(on(last)) == on(expected)


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        ("2026-03-01", 1, "2026-03-01"),
        ("2026-03-01", 5, "2026-03-05"),
        ("2024-02-26", 4, "2024-02-29"),
        ("2025-02-26", 4, "2025-03-01"),
        ("2025-12-29", 7, "2026-01-04"),
    ],
)
def test_period_of_a_length_ends_on_the_day_of_that_number(start: str, length: int, expected: str) -> None:
    assert cycle.last_bleeding_day(on(start), length) == on(expected)
    assert cycle.first_bleeding_day(on(expected), length) == on(start)


@pytest.mark.parametrize(
    ("ended", "low", "high", "first", "last"),
    [
        pytest.param("2025-04-28", 3, 7, "2025-05-01", "2025-05-05", id="over a month's end"),
        pytest.param("2024-02-25", 3, 7, "2024-02-28", "2024-03-03", id="over a leap day"),
        pytest.param("2025-02-25", 3, 7, "2025-02-28", "2025-03-04", id="without a leap day"),
        pytest.param("2025-12-28", 3, 10, "2025-12-31", "2026-01-07", id="over a year's turn"),
    ],
)
def test_window_after_a_period_counts_the_first_clean_day_as_one(
    ended: str, low: int, high: int, first: str, last: str
) -> None:
    assert cycle.window(cycle.first_clean_day(on(ended)), low, high) == (on(first), on(last))


@pytest.mark.parametrize(
    ("length", "first", "last"),
    [(3, 6, 10), (4, 7, 11), (5, 8, 12), (6, 9, 13), (7, 10, 14), (8, 11, 15)],
)
def test_third_to_seventh_day_after_a_period_are_these_days_of_the_cycle(length: int, first: int, last: int) -> None:
    start = on("2026-03-01")
    window = cycle.window(cycle.first_clean_day(cycle.last_bleeding_day(start, length)), 3, 7)
    assert [cycle.cycle_day(start, day) for day in window] == [first, last]


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [("2026-03-01", 28, "2026-03-15"), ("2026-03-01", 24, "2026-03-11"), ("2024-02-20", 26, "2024-03-03")],
)
def test_likely_ovulation_is_two_weeks_before_the_next_period(start: str, length: int, expected: str) -> None:
    assert cycle.likely_ovulation(on(start), length) == on(expected)


@pytest.mark.parametrize(
    ("start", "length", "day", "expected"),
    [
        pytest.param("2026-03-01", 28, "2026-03-12", "2026-03-29", id="in the first cycle"),
        pytest.param("2026-03-01", 28, "2026-03-29", "2026-04-26", id="on the day of a period"),
        pytest.param("2026-03-01", 28, "2026-05-01", "2026-05-24", id="three cycles on"),
        pytest.param("2026-03-01", 28, "2026-02-01", "2026-03-29", id="before the period"),
    ],
)
def test_next_period_after_a_day_is_a_whole_number_of_cycles_on(
    start: str, length: int, day: str, expected: str
) -> None:
    assert cycle.next_period_after(on(start), length, on(day)) == on(expected)


@pytest.mark.parametrize(
    ("day", "weeks", "expected"),
    [("2026-03-03", 2, "2026-03-17"), ("2024-02-20", 2, "2024-03-05"), ("2025-12-25", 2, "2026-01-08")],
)
def test_weeks_after_a_day_is_the_same_weekday(day: str, weeks: int, expected: str) -> None:
    assert cycle.weeks_after(on(day), weeks) == on(expected)


@pytest.mark.parametrize(("hours", "expected"), [(24, "2026-03-04"), (25, "2026-03-05"), (1, "2026-03-04")])
def test_hours_after_a_day_are_whole_days(hours: int, expected: str) -> None:
    assert cycle.hours_after(on("2026-03-03"), hours) == on(expected)


def test_days_between_hold_both_ends() -> None:
    assert cycle.days_between(on("2024-02-28"), on("2024-03-01")) == (
        on("2024-02-28"),
        on("2024-02-29"),
        on("2024-03-01"),
    )


def test_no_days_lie_between_days_in_the_wrong_order() -> None:
    assert cycle.days_between(on("2026-03-02"), on("2026-03-01")) == ()


@given(start=DAYS, length=LENGTHS)
def test_first_clean_day_has_the_number_after_the_length(start: date, length: int) -> None:
    clean = cycle.first_clean_day(cycle.last_bleeding_day(start, length))
    assert cycle.cycle_day(start, clean) == length + 1


@given(day_one=DAYS, low=NUMBERS, width=NUMBERS)
def test_window_is_as_long_as_its_numbers_say(day_one: date, low: int, width: int) -> None:
    first, last = cycle.window(day_one, low, low + width)
    assert len(cycle.days_between(first, last)) == width + 1
    assert first >= day_one


@given(day_one=DAYS, number=NUMBERS)
def test_numbered_day_has_its_number(day_one: date, number: int) -> None:
    assert cycle.cycle_day(day_one, cycle.numbered_day(day_one, number)) == number


@given(start=DAYS, length=CYCLES)
def test_ovulation_lies_in_its_cycle(start: date, length: int) -> None:
    assert start < cycle.likely_ovulation(start, length) < cycle.next_period(start, length)


@given(start=DAYS, length=CYCLES, ahead=st.integers(min_value=0, max_value=500))
def test_next_period_after_a_day_is_the_first_after_it(start: date, length: int, ahead: int) -> None:
    day = start + timedelta(days=ahead)
    following = cycle.next_period_after(start, length, day)
    assert day < following <= day + timedelta(days=length)
