"""Planning the days for a procedure with the shipped rules: which window, which open days, which notes."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from told_days import HSG, HYSTEROSCOPY, Planned, asks, calendar, computed, notes, on, planner, told, window_rule

from bot import cycle
from bot.dates.planning import plan
from bot.dates.shapes import NoDates, Plan, ReadBack
from bot.opening import Opening, opening_of
from bot.question import Procedure
from bot.settings import Clinic, read_clinic
from bot.told import Day

DAYS = st.dates(min_value=date(2022, 1, 1), max_value=date(2032, 12, 31))


@pytest.fixture(scope="module")
def opening(clinic: Clinic) -> Opening:
    return opening_of(clinic)


@pytest.fixture(scope="module")
def plan_for(engine: Engine, opening: Opening) -> Planned:
    return planner(engine, opening)


@pytest.mark.parametrize(
    ("procedure", "said", "today", "first", "last"),
    [
        pytest.param(HSG, {"period_end": "2025-04-28"}, "2025-04-29", "2025-05-01", "2025-05-05", id="end told"),
        pytest.param(HYSTEROSCOPY, {"period_end": "2025-04-28"}, "2025-04-29", "2025-05-01", "2025-05-08", id="scope"),
        pytest.param(HSG, {"period_end": "2024-02-26"}, "2024-02-27", "2024-02-29", "2024-03-04", id="leap day"),
        pytest.param(HSG, {"period_end": "2025-12-28"}, "2025-12-30", "2025-12-31", "2026-01-04", id="year's turn"),
        pytest.param(
            HSG, {"period_start": "2026-03-03", "period_length_days": 5}, "2026-03-09", "2026-03-10", "2026-03-14",
            id="start and length",
        ),
        pytest.param(
            HSG, {"period_start": "2026-03-03", "period_end": "2026-03-08", "period_length_days": 4}, "2026-03-09",
            "2026-03-11", "2026-03-15", id="told end before usual length",
        ),
        pytest.param(
            HSG, {"next_period": "2026-03-20", "period_length_days": 4}, "2026-03-09", "2026-03-26", "2026-03-30",
            id="next period",
        ),
        pytest.param(HSG, {"period_end": "2026-03-03"}, "2026-03-03", "2026-03-06", "2026-03-10", id="ended today"),
        pytest.param(HSG, {"period_end": "2026-03-03"}, "2026-04-07", "2026-03-06", "2026-03-10", id="five weeks ago"),
    ],
)  # fmt: skip
def test_window_is_counted_from_the_end_of_the_period(
    plan_for: Planned, procedure: Procedure, said: dict[str, Any], today: str, first: str, last: str
) -> None:
    assert computed(plan_for(asks("timing", procedure), told(**said), today)).window == (on(first), on(last))


@pytest.mark.parametrize(
    ("said", "today", "expected"),
    [
        pytest.param({"period_end": "2026-03-03"}, "2026-03-04", ["06", "09", "10"], id="over a weekend"),
        pytest.param({"period_end": "2026-03-03"}, "2026-03-09", ["09", "10"], id="partly over"),
        pytest.param({"period_end": "2026-03-03"}, "2026-03-11", [], id="over"),
        pytest.param({"period_end": "2026-03-03"}, "2026-03-10", ["10"], id="on the last day"),
    ],
)
def test_open_days_are_those_of_the_window_from_today_on(
    plan_for: Planned, said: dict[str, Any], today: str, expected: list[str]
) -> None:
    open_days = computed(plan_for(asks(), told(**said), today)).open_days
    assert open_days == tuple(on(f"2026-03-{day}") for day in expected)


STARTED = {"period_start": "2026-03-03"}
LASTS = STARTED | {"period_length_days": 5}
ENDED = {"period_end": "2026-03-07"}


@pytest.mark.parametrize(
    ("said", "today", "expected"),
    [
        pytest.param(ENDED, "2026-03-08", {}, id="nothing to say"),
        pytest.param(LASTS, "2026-03-09", {"predicted_end": ["03-07"]}, id="end worked out"),
        pytest.param(
            LASTS, "2026-03-05", {"provisional": [], "still_ask_bleeding_stopped": ["03-07"]}, id="end lies ahead"
        ),
        pytest.param(
            LASTS, "2026-03-07", {"provisional": [], "still_ask_bleeding_stopped": ["03-07"]}, id="end is today"
        ),
        pytest.param(
            LASTS | {"still_bleeding": True}, "2026-03-05",
            {"provisional": [], "still_ask_bleeding_stopped": ["03-07"]}, id="still bleeds within its usual length",
        ),
        pytest.param(
            LASTS | {"still_bleeding": True}, "2026-03-07",
            {"provisional": [], "still_ask_bleeding_stopped": ["03-07"]}, id="still bleeds on its usual last day",
        ),
        pytest.param(
            ENDED | {"still_bleeding": True}, "2026-03-08", {"bleeding_also_told": []}, id="bleeds although it ended"
        ),
        pytest.param(ENDED, "2026-03-12", {"window_partly_past": ["03-12", "03-14"]}, id="partly over"),
        pytest.param(ENDED, "2026-03-15", {"window_is_past": ["03-10", "03-14"]}, id="over"),
        pytest.param(
            ENDED, "2026-03-14", {"window_partly_past": ["03-14", "03-14"], "no_open_day": []}, id="last day closed"
        ),
        pytest.param(ENDED | {"irregular": True}, "2026-03-08", {"irregular": []}, id="irregular"),
        pytest.param(
            ENDED | STARTED | {"cycle_length_days": 24}, "2026-03-08", {"ovulation_limit": ["03-13", "03-14"]},
            id="short cycle",
        ),
        pytest.param(
            ENDED | STARTED | {"cycle_length_days": 20}, "2026-03-08", {"ovulation_limit": ["03-10", "03-14"]},
            id="very short cycle",
        ),
        pytest.param(ENDED | STARTED | {"cycle_length_days": 28}, "2026-03-08", {}, id="usual cycle"),
        pytest.param(ENDED | STARTED | {"cycle_length_days": 3}, "2026-03-08", {}, id="cycle that is a slip"),
        pytest.param(
            ENDED | STARTED | {"cycle_length_days": 24, "irregular": True}, "2026-03-08", {"irregular": []},
            id="no guess in an irregular cycle",
        ),
        pytest.param(
            ENDED | {"period_length_days": 8}, "2026-03-08", {"past_cycle_day": ["03-14", "03-14"]},
            id="long period",
        ),
        pytest.param(
            {"period_start": "2026-02-18"} | ENDED, "2026-03-08",
            {"long_bleeding": ["02-18", "03-07"], "past_cycle_day": ["03-10", "03-14"]}, id="very long period",
        ),
        pytest.param(
            ENDED | {"procedure_day": "2026-03-12"}, "2026-03-08", {"booked_day_fits": ["03-12"]}, id="booked day fits"
        ),
        pytest.param(
            ENDED | {"procedure_day": "2026-03-17"}, "2026-03-08", {"booked_day_outside": ["03-17"]},
            id="booked day does not fit",
        ),
        pytest.param(ENDED | {"procedure_day": "2026-01-12"}, "2026-03-08", {}, id="an old procedure"),
    ],
)  # fmt: skip
def test_window_comes_with_its_notes(
    plan_for: Planned, said: dict[str, Any], today: str, expected: dict[str, list[str]]
) -> None:
    days = {key: tuple(on(f"2026-{day}") for day in days) for key, days in expected.items()}
    assert notes(plan_for(asks(), told(**said), today)) == days


def test_period_that_is_due_makes_a_first_plan(plan_for: Planned) -> None:
    made = plan_for(asks(), told(next_period="2026-03-20", period_length_days=4), "2026-03-09")
    assert notes(made) == {"provisional": (), "still_ask_bleeding_stopped": (on("2026-03-23"),)}
    assert computed(made).read_back == (ReadBack("next_period", on("2026-03-20"), 4),)


@pytest.mark.parametrize(
    ("more", "window"),
    [
        pytest.param({"cycle_length_days": 28}, ("2026-04-07", "2026-04-11"), id="by the length of her cycle"),
        pytest.param({"next_period": "2026-04-02"}, ("2026-04-09", "2026-04-13"), id="by the day she told"),
        pytest.param({"next_period": "2026-03-05"}, ("2026-03-10", "2026-03-14"), id="not by a day of this period"),
        pytest.param({}, ("2026-03-10", "2026-03-14"), id="unknown"),
        pytest.param({"cycle_length_days": 28, "irregular": True}, ("2026-03-10", "2026-03-14"), id="irregular"),
    ],
)
def test_window_that_is_over_gives_way_to_that_of_the_next_cycle(
    plan_for: Planned, more: dict[str, Any], window: tuple[str, str]
) -> None:
    made = plan_for(asks(), told(**LASTS, **more), "2026-03-20")
    assert computed(made).window == tuple(map(on, window))
    assert notes(made)["window_is_past"] == (on("2026-03-10"), on("2026-03-14"))


def test_irregular_bleeding_leaves_any_day_for_a_hysteroscopy_once_it_has_stopped(plan_for: Planned) -> None:
    made = computed(plan_for(asks("timing", HYSTEROSCOPY, "irregular_bleeding"), told(**ENDED), "2026-03-20"))
    assert (made.not_before, made.window, made.open_days) == (on("2026-03-08"), None, None)
    assert notes(made) == {"irregular": ()}
    assert made.counted.row == "hysteroscopy-timing-irregular-bleeding-reference"


@pytest.mark.parametrize(
    ("said", "first", "last", "open_days", "keys"),
    [
        pytest.param(LASTS, "03-05", "03-09", ["09"], {"counted_from_start", "predicted_end"}, id="end known"),
        pytest.param(STARTED, "03-05", "03-09", [], {"counted_from_start", "bleeding_end_unknown"}, id="end unknown"),
        pytest.param(
            ENDED | {"period_length_days": 5}, "03-05", "03-09", ["09"], {"counted_from_start"}, id="end and length"
        ),
        pytest.param(
            LASTS | {"still_bleeding": True}, "03-05", "03-09", [], {"counted_from_start", "bleeding_end_unknown"},
            id="still bleeding",
        ),
    ],
)  # fmt: skip
def test_clinic_that_counts_from_the_first_day_offers_no_day_of_bleeding(
    engine: Engine, opening: Opening, said: dict[str, Any], first: str, last: str, open_days: list[str], keys: set[str]
) -> None:
    made = planner(engine, opening, "period_start")(asks(), told(**said), "2026-03-08")
    assert computed(made).window == (on(f"2026-{first}"), on(f"2026-{last}"))
    assert computed(made).open_days == tuple(on(f"2026-03-{day}") for day in open_days)
    assert notes(made).keys() - {"window_partly_past"} == keys


@pytest.mark.parametrize(
    ("counting", "note"), [("first_clean_day", "counted_from_end"), ("period_start", "counted_from_start")]
)
def test_rule_without_a_day_to_count_from_is_counted_as_the_clinic_counts(
    engine: Engine, opening: Opening, counting: Any, note: str
) -> None:
    made = planner(engine, opening, counting)(asks("timing", HYSTEROSCOPY), told(**LASTS), "2026-03-08")
    assert note in notes(made)


def test_nothing_is_computed_without_a_rule(opening: Opening) -> None:
    made = plan(asks(), told(**ENDED), (), opening, "first_clean_day", on("2026-03-08"))
    assert made == NoDates(asks())


def test_start_that_is_not_clear_does_not_matter_where_the_end_is(plan_for: Planned) -> None:
    said = told(**ENDED, period_start=Day(text="last week", unclear="vague"))
    assert computed(plan_for(asks(), said, "2026-03-08")).read_back == (ReadBack("period_end", on("2026-03-07")),)


def timing_with(end: date, today: date, low: int, high: int) -> Plan:
    rules = [window_rule(low, high)]
    return plan(asks(), told(period_end=end), rules, opening_of(read_clinic()), "first_clean_day", today)


@settings(deadline=None)  # a new year of holidays takes its time
@given(end=DAYS, ago=st.integers(0, 35), low=st.integers(1, 10), width=st.integers(1, 12))
def test_window_has_the_length_of_its_rule_and_begins_after_the_bleeding(
    end: date, ago: int, low: int, width: int
) -> None:
    made = computed(timing_with(end, end + timedelta(days=ago), low, low + width))
    assert made.window is not None
    first, last = made.window
    assert (last - first).days == width
    assert first >= cycle.first_clean_day(end)


@settings(deadline=None)  # a new year of holidays takes its time
@given(end=DAYS, ago=st.integers(0, 35), low=st.integers(1, 10), width=st.integers(1, 12))
def test_open_days_are_open_ordered_in_the_window_and_not_over(end: date, ago: int, low: int, width: int) -> None:
    today = end + timedelta(days=ago)
    made = computed(timing_with(end, today, low, low + width))
    assert made.window is not None
    expected = [
        day for day in cycle.days_between(*made.window) if day >= today and calendar(read_clinic()).is_open(day)
    ]
    assert list(made.open_days or ()) == expected


@settings(deadline=None)  # a new year of holidays takes its time
@given(start=DAYS, length=st.integers(1, 15), ago=st.integers(0, 35))
def test_start_and_length_plan_the_same_days_as_the_end(start: date, length: int, ago: int) -> None:
    end, today = cycle.last_bleeding_day(start, length), start + timedelta(days=ago)
    clinic_calendar, rules = opening_of(read_clinic()), [window_rule(3, 7)]
    by_length = told(period_start=start, period_length_days=length)
    made = computed(plan(asks(), by_length, rules, clinic_calendar, "first_clean_day", today))
    assert made.window == cycle.window(cycle.first_clean_day(end), 3, 7)
