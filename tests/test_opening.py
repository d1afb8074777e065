"""The clinic's calendar: open and closed days, working days, phones, and the day at the clinic by its own clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from told_days import calendar, on

from bot.opening import NoTimeZone, Opening, opening_of
from bot.settings import Clinic, read_clinic

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
WORKING_DAYS = st.integers(min_value=0, max_value=12)


@pytest.fixture(scope="module")
def shanghai(clinic: Clinic) -> Opening:
    return opening_of(clinic)


@pytest.fixture(scope="module")
def london(clinic: Clinic) -> Opening:
    return calendar(clinic, time_zone="Europe/London", holidays="GB")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param("2026-03-03", True, id="a Tuesday"),
        pytest.param("2026-03-07", False, id="a Saturday"),
        pytest.param("2026-03-08", False, id="a Sunday"),
        pytest.param("2026-01-01", False, id="New Year"),
        pytest.param("2026-02-17", False, id="Spring Festival"),
        pytest.param("2026-02-20", False, id="a Friday off for a Saturday of work"),
        pytest.param("2026-02-14", False, id="a Saturday of work"),
        pytest.param("2026-10-01", False, id="National Day"),
        pytest.param("2024-02-29", True, id="a leap day"),
    ],
)
def test_clinic_is_open_on_its_weekdays_without_holidays(shanghai: Opening, day: str, expected: bool) -> None:
    assert shanghai.is_open(on(day)) is expected


def test_saturday_of_work_is_open_where_saturdays_are(clinic: Clinic) -> None:
    assert calendar(clinic, opening_hours={"saturday": ("08:00", "12:00")}).is_open(on("2026-02-14"))


def test_clinics_own_closed_day_is_closed(clinic: Clinic) -> None:
    opening = calendar(clinic, closed_days=["2026-03-03"])
    assert [opening.is_open(on(day)) for day in ("2026-03-02", "2026-03-03", "2026-03-04")] == [True, False, True]


def test_open_days_leave_out_weekends_and_holidays(shanghai: Opening) -> None:
    assert shanghai.open_days(on("2026-02-12"), on("2026-02-24")) == (
        on("2026-02-12"),
        on("2026-02-13"),
        on("2026-02-24"),
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-03-03", "2026-03-03"), ("2026-03-07", "2026-03-09"), ("2026-02-14", "2026-02-24")],
)
def test_next_open_day_is_the_first_from_a_day_on(shanghai: Opening, day: str, expected: str) -> None:
    assert shanghai.next_open(on(day)) == on(expected)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        pytest.param("2026-03-03", 2, "2026-03-05", id="in a week"),
        pytest.param("2026-03-05", 2, "2026-03-09", id="over a weekend"),
        pytest.param("2026-03-07", 2, "2026-03-10", id="from a Saturday"),
        pytest.param("2026-02-13", 2, "2026-02-25", id="over the Spring Festival"),
        pytest.param("2025-12-31", 2, "2026-01-06", id="over a year's turn"),
        pytest.param("2024-02-28", 2, "2024-03-01", id="over a leap day"),
        pytest.param("2026-03-03", 0, "2026-03-03", id="none"),
    ],
)
def test_working_days_are_counted_from_the_day_after(shanghai: Opening, day: str, count: int, expected: str) -> None:
    assert shanghai.after_working_days(on(day), count) == on(expected)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(datetime(2026, 3, 3, 7, 59, tzinfo=SHANGHAI), False, id="before it opens"),
        pytest.param(datetime(2026, 3, 3, 8, 0, tzinfo=SHANGHAI), True, id="when it opens"),
        pytest.param(datetime(2026, 3, 3, 16, 59, tzinfo=SHANGHAI), True, id="before it closes"),
        pytest.param(datetime(2026, 3, 3, 17, 0, tzinfo=SHANGHAI), False, id="when it closes"),
        pytest.param(datetime(2026, 3, 7, 12, 0, tzinfo=SHANGHAI), False, id="on a Saturday"),
        pytest.param(datetime(2026, 3, 3, 0, 30, tzinfo=UTC), True, id="in another time zone"),
        pytest.param(datetime(2026, 3, 3, 12, 0, tzinfo=UTC), False, id="by day in another time zone"),
    ],
)
def test_clinic_is_open_in_its_hours(shanghai: Opening, moment: datetime, expected: bool) -> None:
    assert shanghai.is_open_at(moment) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(datetime(2026, 3, 27, 7, 30, tzinfo=UTC), False, id="winter, 7.30 there"),
        pytest.param(datetime(2026, 3, 30, 7, 30, tzinfo=UTC), True, id="summer, 8.30 there"),
        pytest.param(datetime(2026, 10, 23, 16, 30, tzinfo=UTC), False, id="summer, 17.30 there"),
        pytest.param(datetime(2026, 10, 26, 16, 30, tzinfo=UTC), True, id="winter, 16.30 there"),
    ],
)
def test_opening_hours_follow_the_clocks_of_the_clinic(london: Opening, moment: datetime, expected: bool) -> None:
    assert london.is_open_at(moment) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "2026-03-29", id="the night the clocks go forward"),
        pytest.param(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "2026-07-01", id="a summer night"),
        pytest.param(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25", id="the hour that comes twice"),
        pytest.param(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25", id="the hour that comes again"),
        pytest.param(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "2026-12-31", id="a winter night"),
    ],
)
def test_today_is_the_day_at_the_clinic(london: Opening, moment: datetime, expected: str) -> None:
    assert london.today(moment) == on(expected)


def test_today_in_shanghai_begins_before_today_in_london(shanghai: Opening, london: Opening) -> None:
    moment = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)
    assert shanghai.today(moment) - london.today(moment) == timedelta(days=1)


@pytest.mark.parametrize("ask", [Opening.is_open_at, Opening.today, Opening.phones_at])
def test_moment_without_a_time_zone_is_refused(shanghai: Opening, ask: Any) -> None:
    with pytest.raises(NoTimeZone, match=r"2026-03-03T10:00:00: expected a moment with a time zone"):
        ask(shanghai, datetime(2026, 3, 3, 10))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 3, 10, 0, tzinfo=SHANGHAI), ["Desk", "Line"]),
        (datetime(2026, 3, 3, 20, 0, tzinfo=SHANGHAI), ["Nurse", "Line"]),
        (datetime(2026, 3, 7, 10, 0, tzinfo=SHANGHAI), ["Nurse", "Line"]),
    ],
)
def test_phones_that_answer_are_those_of_the_hour(clinic: Clinic, moment: datetime, expected: list[str]) -> None:
    kinds = {"Desk": "clinic", "Nurse": "out_of_hours", "Line": "always"}
    phones = [{"label": label, "number": "+44 1632", "hours": hours} for label, hours in kinds.items()]
    assert [phone.label for phone in calendar(clinic, phones=phones).phones_at(moment)] == expected


@settings(deadline=None)  # a new year of holidays takes its time
@given(day=DAYS, fewer=WORKING_DAYS, more=WORKING_DAYS)
def test_more_working_days_never_end_earlier(day: date, fewer: int, more: int) -> None:
    opening = opening_of(read_clinic())
    ends = [opening.after_working_days(day, count) for count in sorted((fewer, more))]
    assert ends == sorted(ends)


@settings(deadline=None)  # a new year of holidays takes its time
@given(day=DAYS, count=st.integers(min_value=1, max_value=12))
def test_working_days_end_on_an_open_day_with_so_many_passed(day: date, count: int) -> None:
    opening = opening_of(read_clinic())
    end = opening.after_working_days(day, count)
    passed = opening.open_days(day + timedelta(days=1), end)
    assert len(passed) == count
    assert passed[-1] == end


# When it opens, and for how long it was open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        pytest.param("2026-03-03T06:00", "2026-03-03T08:00", id="before it opens"),
        pytest.param("2026-03-03T17:00", "2026-03-04T08:00", id="when it closes"),
        pytest.param("2026-03-06T20:00", "2026-03-09T08:00", id="on a Friday evening"),
        pytest.param("2026-03-08T10:00", "2026-03-09T08:00", id="on a Sunday"),
        pytest.param("2026-09-30T18:00", "2026-10-08T08:00", id="before public holidays"),
    ],
)
def test_clinic_opens_next(moment: str, opens: str, shanghai: Opening) -> None:
    found = shanghai.opens_at(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))
    assert found == datetime.fromisoformat(opens).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("first", "last", "minutes"),
    [
        pytest.param("2026-03-03T10:00", "2026-03-03T10:05", 5, id="while it is open"),
        pytest.param("2026-03-03T07:00", "2026-03-03T08:02", 2, id="before and after it opens"),
        pytest.param("2026-03-03T16:58", "2026-03-04T08:03", 5, id="over a night"),
        pytest.param("2026-03-03T18:00", "2026-03-03T23:00", 0, id="in the evening"),
        pytest.param("2026-03-06T16:00", "2026-03-09T09:00", 120, id="over a week-end"),
        pytest.param("2026-03-03T10:00", "2026-03-03T09:00", 0, id="backwards"),
    ],
)
def test_clinic_was_open_for(first: str, last: str, minutes: int, shanghai: Opening) -> None:
    moments = [datetime.fromisoformat(one).replace(tzinfo=SHANGHAI).astimezone(UTC) for one in (first, last)]
    assert shanghai.open_time(*moments) == timedelta(minutes=minutes)


def test_moment_without_a_zone_opens_nothing(shanghai: Opening) -> None:
    with pytest.raises(NoTimeZone):
        shanghai.opens_at(datetime(2026, 3, 3))
    with pytest.raises(NoTimeZone):
        shanghai.open_time(datetime(2026, 3, 3), datetime(2026, 3, 4))
