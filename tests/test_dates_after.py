"""Planning the days after a procedure and the reminders of a calendar, with the shipped rules."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from told_days import HSG, HYSTEROSCOPY, Planned, asks, computed, needed, notes, on, planner, told, window_rule

from bot.dates.planning import AFTER_TOPICS, plan
from bot.dates.rules import found_for
from bot.dates.shapes import Event, NoDates, Plan, Rule
from bot.knowledge.shapes import Value
from bot.opening import opening_of
from bot.settings import Clinic, read_clinic
from bot.told import Day, Told

DONE = "2026-03-03"


@pytest.fixture(scope="module")
def plan_for(engine: Engine, clinic: Clinic) -> Planned:
    return planner(engine, opening_of(clinic))


def found_days(made: Plan) -> dict[str, date]:
    days = {"free_from": computed(made).free_from, "not_before": computed(made).not_before}
    return {name: day for name, day in days.items() if day}


@pytest.mark.parametrize(
    ("topic", "done", "expected"),
    [
        pytest.param("sex_after", DONE, {"free_from": "2026-03-17"}, id="sex"),
        pytest.param("bathing", DONE, {"free_from": "2026-03-17"}, id="bathing"),
        pytest.param("bathing", "2024-02-20", {"free_from": "2024-03-05"}, id="bathing over a leap day"),
        pytest.param("bathing", "2025-12-22", {"free_from": "2026-01-05"}, id="bathing over a year's turn"),
        pytest.param("conceive_after", DONE, {"free_from": "2026-03-17"}, id="trying again"),
        pytest.param("results", DONE, {"not_before": "2026-03-05"}, id="report"),
        pytest.param("results", "2026-03-05", {"not_before": "2026-03-09"}, id="report over a weekend"),
        pytest.param("results", "2026-02-13", {"not_before": "2026-02-25"}, id="report over a holiday"),
    ],
)
def test_days_after_a_procedure_are_counted_from_it(
    plan_for: Planned, topic: str, done: str, expected: dict[str, str]
) -> None:
    made = plan_for(asks(topic), told(procedure_day=done), "2026-03-04")
    assert found_days(made) == {name: on(day) for name, day in expected.items()}


@pytest.mark.parametrize("conditions", [(), ("oil_contrast",)])
def test_late_picture_with_oil_is_taken_again_the_next_day(plan_for: Planned, conditions: tuple[str, ...]) -> None:
    question = asks("imaging", HSG, *conditions, contrast="oil")
    assert found_days(plan_for(question, told(procedure_day=DONE), DONE)) == {"not_before": on("2026-03-04")}


def test_late_picture_with_water_has_no_day(plan_for: Planned) -> None:
    assert plan_for(asks("imaging"), told(procedure_day=DONE), DONE) == NoDates(asks("imaging"))


@pytest.mark.parametrize("topic", AFTER_TOPICS)
def test_hysteroscopy_has_no_days_that_are_not_in_its_rules(plan_for: Planned, topic: str) -> None:
    question = asks(topic, HYSTEROSCOPY, contrast="oil")
    assert plan_for(question, told(procedure_day=DONE), DONE) == NoDates(question)


@pytest.mark.parametrize(
    ("said", "detail", "reason"),
    [
        pytest.param(Told(), "procedure_day", "missing", id="nothing"),
        pytest.param(told(period_end=DONE), "procedure_day", "missing", id="her period"),
        pytest.param(told(procedure_day="9999-12-31"), "real_day", "future", id="in thousands of years"),
        pytest.param(
            told(procedure_day=Day(text="31 Feb", unclear="impossible")), "real_day", "impossible", id="impossible"
        ),
        pytest.param(told(procedure_day=Day(text="last week", unclear="vague")), "exact_day", "vague", id="vague"),
        pytest.param(
            told(procedure_day=Day(text="3/4", unclear="ambiguous", choices=(on("2026-04-03"), on("2026-03-04")))),
            "which_reading",
            "ambiguous",
            id="two readings, one ahead",
        ),
    ],
)
def test_day_of_the_procedure_is_asked_for(plan_for: Planned, said: Told, detail: str, reason: str) -> None:
    needs = needed(plan_for(asks("bathing"), said, "2026-03-20"))
    assert (needs.detail, needs.reason, needs.role) == (detail, reason, "procedure_day")


def test_procedure_that_lies_ahead_makes_a_first_plan(plan_for: Planned) -> None:
    assert notes(plan_for(asks("bathing"), told(procedure_day=DONE), "2026-03-01")) == {"provisional": ()}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param({}, (), id="not known"),
        pytest.param({"period_start": "2026-02-20"}, (), id="no cycle length"),
        pytest.param({"period_start": "2026-02-20", "cycle_length_days": 28}, ("2026-03-20",), id="by her cycle"),
        pytest.param({"period_start": "2026-01-02", "cycle_length_days": 28}, ("2026-03-27",), id="an old start"),
        pytest.param({"next_period": "2026-03-25"}, ("2026-03-25",), id="as she told"),
        pytest.param({"next_period": "2026-02-25"}, (), id="before the procedure"),
        pytest.param(
            {"period_start": "2026-02-20", "cycle_length_days": 28, "irregular": True}, (), id="irregular cycle"
        ),
    ],
)
def test_trying_again_waits_for_the_next_period(
    plan_for: Planned, more: dict[str, Any], expected: tuple[str, ...]
) -> None:
    made = plan_for(asks("conceive_after"), told(procedure_day=DONE, **more), "2026-03-04")
    assert notes(made) == {"next_cycle_after_procedure": tuple(map(on, expected))}


def in_order(events: tuple[Event, ...]) -> list[Event]:
    return sorted(events, key=lambda one: (one.first, one.last, one.name))


def event(name: Any, first: str, last: str, *rows: str) -> Event:
    return Event(name, on(f"2026-{first}"), on(f"2026-{last}"), rows)


NO_SEX = event("no_sex_after", "03-03", "03-16", "hsg-sex-after-clinic")
NO_BATHING = event("no_bathing", "03-03", "03-16", "hsg-bathing-clinic")
FILM = event("second_film", "03-04", "03-04", "hsg-imaging-clinic")
REPORT = event("report_ready", "03-05", "03-05", "hsg-results-clinic")


@pytest.mark.parametrize("topic", AFTER_TOPICS)
def test_every_question_after_a_procedure_gives_the_whole_calendar(plan_for: Planned, topic: str) -> None:
    made = plan_for(asks(topic, contrast="oil"), told(procedure_day=DONE), DONE)
    assert computed(made).events == (NO_SEX, NO_BATHING, FILM, REPORT)


def test_calendar_after_water_holds_no_late_picture(plan_for: Planned) -> None:
    assert computed(plan_for(asks("bathing"), told(procedure_day=DONE), DONE)).events == (NO_SEX, NO_BATHING, REPORT)


def test_calendar_holds_nothing_that_is_over(plan_for: Planned) -> None:
    assert computed(plan_for(asks("bathing"), told(procedure_day=DONE), "2026-03-06")).events == (NO_SEX, NO_BATHING)
    assert computed(plan_for(asks("bathing"), told(procedure_day=DONE), "2026-06-06")).events == ()


SEX_BEFORE = event("no_sex_before", "03-04", "03-10", "hsg-sex-before-clinic")
PREPARE = event("prepare", "03-05", "03-05", "hsg-preparation-clinic")


@pytest.mark.parametrize(
    ("conditions", "ended", "expected"),
    [
        pytest.param(
            (),
            DONE,
            (
                event("come_to_clinic", "03-04", "03-04", "hsg-booking-clinic"),
                SEX_BEFORE,
                PREPARE,
                event("window", "03-06", "03-10", "hsg-timing-clinic"),
            ),
            id="lives near",
        ),
        pytest.param(
            ("out_of_town",),
            DONE,
            (
                SEX_BEFORE,
                PREPARE,
                event("come_to_clinic", "03-05", "03-06", "hsg-booking-out-of-town-clinic"),
                event("window", "03-06", "03-10", "hsg-timing-out-of-town-clinic"),
            ),
            id="lives far away",
        ),
        pytest.param(
            (),
            "2026-03-06",
            (
                event("no_sex_before", "03-07", "03-13", "hsg-sex-before-clinic"),
                event("prepare", "03-08", "03-08", "hsg-preparation-clinic"),
                event("come_to_clinic", "03-09", "03-09", "hsg-booking-clinic"),
                event("window", "03-09", "03-13", "hsg-timing-clinic"),
            ),
            id="clinic closed on the first clean day",
        ),
    ],
)
def test_calendar_before_an_hsg_holds_visit_preparation_and_window(
    plan_for: Planned, conditions: tuple[str, ...], ended: str, expected: tuple[Event, ...]
) -> None:
    made = plan_for(asks("timing", HSG, *conditions), told(period_end=ended), ended)
    assert in_order(computed(made).events) == in_order(expected)


def test_calendar_before_a_hysteroscopy_rests_on_its_own_rows(plan_for: Planned) -> None:
    made = plan_for(asks("timing", HYSTEROSCOPY), told(period_end=DONE), DONE)
    assert computed(made).events == (
        event("prepare", "03-05", "03-05", "hysteroscopy-preparation-guideline"),
        event("window", "03-06", "03-13", "hysteroscopy-timing-reference"),
    )


def is_visit(event: Event) -> bool:
    return event.name == "come_to_clinic"


@pytest.mark.parametrize(
    ("ended", "today"),
    [
        pytest.param(DONE, "2026-03-11", id="the window is over"),
        pytest.param("2026-03-07", "2026-03-14", id="the last day of the window is closed"),
    ],
)
def test_calendar_is_empty_where_no_open_day_is_left(plan_for: Planned, ended: str, today: str) -> None:
    made = computed(plan_for(asks(), told(period_end=ended), today))
    assert (made.open_days, made.events) == ((), ())


def test_visit_lies_between_today_and_the_end_of_the_window(plan_for: Planned) -> None:
    made = computed(plan_for(asks(), told(period_end=DONE), "2026-03-09"))
    (visit,) = filter(is_visit, made.events)
    assert (visit.first, visit.last) == (on("2026-03-09"), on("2026-03-09"))


@pytest.mark.parametrize(("first_day", "visits"), [(2, 1), (4, 1), (5, 0)])
def test_calendar_holds_no_visit_after_the_window(clinic: Clinic, first_day: int, visits: int) -> None:
    booking = Value(name="visit", unit="day", low=first_day, high=first_day + 1, anchor="first_clean_day")
    rules = [window_rule(1, 4), Rule("kite-visit", "booking", "clinic", frozenset(), (booking,))]
    made = plan(asks(), told(period_end="2026-03-08"), rules, opening_of(clinic), "first_clean_day", on("2026-03-08"))
    assert len([*filter(is_visit, computed(made).events)]) == visits


@pytest.mark.parametrize(
    ("topic", "expected"),
    [("timing", {"timing", "booking", "sex_before", "preparation"}), ("bathing", set(AFTER_TOPICS))],
)
def test_rules_are_those_of_all_topics_of_the_calendar(engine: Engine, topic: str, expected: set[str]) -> None:
    assert found_for(engine, asks(topic)).keys() == expected


def test_rules_that_nobody_signed_are_left_out_where_signatures_are_asked_for(engine: Engine) -> None:
    assert found_for(engine, asks(), signed_only=True) == {}


@settings(deadline=None)  # a new year of holidays takes its time
@given(
    done=st.dates(min_value=date(2022, 1, 1), max_value=date(2032, 12, 31)),
    number=st.integers(1, 30),
    unit=st.sampled_from(["day", "week", "hour", "working_day"]),
    ago=st.integers(-300, 300),
)
def test_day_after_a_procedure_does_not_depend_on_the_day_of_the_question(
    done: date, number: int, unit: Any, ago: int
) -> None:
    rule = Rule("kite", "sex_after", "clinic", values=(Value(name="no_sex", unit=unit, value=number),))
    days = [
        found_days(
            plan(asks("sex_after"), told(procedure_day=done), [rule], opening_of(read_clinic()), "period_start", today)
        )
        for today in (done, done + timedelta(days=ago))
    ]
    assert days[0] == days[1]
    assert min(days[0].values()) > done
