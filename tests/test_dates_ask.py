"""What is asked for before days can be planned, why, and how the answer is taken."""

from typing import Any

import pytest
from sqlalchemy import Engine
from told_days import HYSTEROSCOPY, Planned, asks, clear, needed, on, planner, told

from bot.dates.planning import answered, date_question, remember
from bot.opening import opening_of
from bot.question import Procedure, Question
from bot.settings import Clinic
from bot.told import Day, Told

TODAY = "2026-03-20"
IMPOSSIBLE = Day(text="31 Feb", unclear="impossible")
VAGUE = Day(text="some time last week", unclear="vague")
EITHER = Day(text="03/04", unclear="ambiguous", choices=(on("2026-03-04"), on("2026-04-03")))
BOTH_PAST = Day(text="02/03", unclear="ambiguous", choices=(on("2026-03-02"), on("2026-02-03")))


@pytest.fixture(scope="module")
def plan_for(engine: Engine, clinic: Clinic) -> Planned:
    return planner(engine, opening_of(clinic))


@pytest.mark.parametrize(
    ("said", "detail", "reason"),
    [
        pytest.param({}, "period_start_and_end", "missing", id="nothing"),
        pytest.param({"cycle_length_days": 28}, "period_start_and_end", "missing", id="cycle length alone"),
        pytest.param({"period_length_days": 5}, "period_start_and_end", "missing", id="period length alone"),
        pytest.param({"period_start": "2026-03-18"}, "period_length", "missing", id="start alone"),
        pytest.param({"period_start": TODAY}, "period_length", "missing", id="began this morning"),
        pytest.param({"period_start": "2026-03-18", "irregular": True}, "period_end", "missing", id="irregular"),
        pytest.param({"irregular": True}, "period_end", "missing", id="irregular, nothing else"),
        pytest.param({"period_start": "2026-03-16", "still_bleeding": False}, "period_end", "missing", id="stopped"),
        pytest.param(
            {"period_start": "2026-03-18", "period_length_days": 5, "still_bleeding": False}, "period_end", "missing",
            id="stopped before its usual length",
        ),
        pytest.param({"still_bleeding": True}, "bleeding_to_stop", "still_bleeding", id="still bleeding"),
        pytest.param(
            {"period_start": "2026-03-10", "period_length_days": 5, "still_bleeding": True}, "bleeding_to_stop",
            "still_bleeding", id="still bleeding after its usual length",
        ),
        pytest.param(
            {"period_start": "2026-03-18", "still_bleeding": True}, "bleeding_to_stop", "still_bleeding",
            id="still bleeding, no usual length",
        ),
        pytest.param(
            {"period_start": "2026-03-15", "period_length_days": 5, "still_bleeding": True}, "bleeding_to_stop",
            "still_bleeding", id="still bleeding on the day after its usual last day",
        ),
        pytest.param({"no_period": True}, "period_start_and_end", "no_period", id="no period"),
        pytest.param({"period_end": "2026-03-25"}, "period_end", "future", id="end ahead"),
        pytest.param({"period_start": "2026-03-25"}, "period_start_and_end", "future", id="start ahead"),
        pytest.param({"period_end": "2026-02-12"}, "period_start_and_end", "too_old", id="end too old"),
        pytest.param({"period_start": "2026-02-12"}, "period_start_and_end", "too_old", id="start too old"),
        pytest.param(
            {"period_start": "2026-02-12", "period_end": "2026-03-10"}, "period_start_and_end", "too_old",
            id="start too old, end not",
        ),
        pytest.param(
            {"period_start": "2026-03-12", "period_end": "2026-03-10"}, "period_start_and_end", "contradictory",
            id="end before start",
        ),
        pytest.param({"next_period": "2026-03-25"}, "period_length", "missing", id="due, no length"),
        pytest.param({"next_period": "2026-03-18"}, "period_start_and_end", "late", id="was due"),
        pytest.param({"next_period": "9999-12-31"}, "real_day", "future", id="due in thousands of years"),
        pytest.param(
            {"period_start": "2026-02-15", "period_length_days": 5, "cycle_length_days": 28}, "period_start_and_end",
            "late", id="next period should have come",
        ),
        pytest.param({"period_start": TODAY, "period_length_days": 0}, "period_length", "impossible", id="none"),
        pytest.param({"period_start": TODAY, "period_length_days": 28}, "period_length", "impossible", id="cycle"),
        pytest.param({"period_end": IMPOSSIBLE}, "real_day", "impossible", id="impossible end"),
        pytest.param({"period_start": IMPOSSIBLE}, "real_day", "impossible", id="impossible start"),
        pytest.param({"period_end": VAGUE}, "exact_day", "vague", id="vague end"),
        pytest.param({"period_end": BOTH_PAST}, "which_reading", "ambiguous", id="two readings"),
        pytest.param({"period_end": Day(text="?")}, "exact_day", "vague", id="no day at all"),
    ],
)  # fmt: skip
def test_detail_that_is_missing_is_asked_for_with_its_reason(
    plan_for: Planned, said: dict[str, Any], detail: str, reason: str
) -> None:
    needs = needed(plan_for(asks(), told(**said), TODAY))
    assert (needs.detail, needs.reason) == (detail, reason)


@pytest.mark.parametrize("day", [IMPOSSIBLE, VAGUE, BOTH_PAST])
def test_unclear_day_is_named_in_her_words(plan_for: Planned, day: Day) -> None:
    needs = needed(plan_for(asks(), told(period_end=day), TODAY))
    assert (needs.text, needs.role, needs.choices) == (day.text, "period_end", day.choices)


def test_reading_that_lies_ahead_is_no_reading_of_a_past_day(plan_for: Planned) -> None:
    needs = needed(plan_for(asks(), told(period_start=EITHER), TODAY))
    assert (needs.detail, needs.reason) == ("period_length", "missing")


def test_stopped_bleeding_is_asked_for_where_a_hysteroscopy_waits_for_it(plan_for: Planned) -> None:
    needs = needed(plan_for(asks("timing", HYSTEROSCOPY, "irregular_bleeding"), Told(), TODAY))
    assert (needs.detail, needs.reason) == ("period_end", "missing")


def test_clinic_that_counts_from_the_first_day_asks_for_it(engine: Engine, clinic: Clinic) -> None:
    plan_from_start = planner(engine, opening_of(clinic), "period_start")
    needs = needed(plan_from_start(asks(), told(period_end="2026-03-10"), TODAY))
    assert (needs.detail, needs.reason) == ("period_start_and_end", "missing")


THIRD, EIGHTH = clear("2026-03-03"), clear("2026-03-08")


@pytest.mark.parametrize(
    ("said", "asked", "expected"),
    [
        pytest.param({"other_days": (THIRD,)}, ("period_end",), {"period_end": THIRD}, id="the end"),
        pytest.param({"other_days": (THIRD,)}, ("bleeding_to_stop",), {"period_end": THIRD}, id="it has stopped"),
        pytest.param({"other_days": (THIRD,)}, ("period_length",), {"period_end": THIRD}, id="a day for a length"),
        pytest.param({"number": 5}, ("period_length",), {"period_length_days": 5}, id="the length"),
        pytest.param({"number": 5}, ("period_end",), {"period_length_days": 5}, id="a length for a day"),
        pytest.param({"other_days": (THIRD,)}, ("period_start_and_end",), {"period_start": THIRD}, id="one of two"),
        pytest.param(
            {"other_days": (EIGHTH, THIRD)}, ("period_start_and_end",), {"period_start": THIRD, "period_end": EIGHTH},
            id="two days in any order",
        ),
        pytest.param(
            {"period_start": THIRD, "other_days": (EIGHTH,)}, ("period_start_and_end",),
            {"period_start": THIRD, "period_end": EIGHTH}, id="the other of two",
        ),
        pytest.param({"other_days": (THIRD,)}, ("procedure_day",), {"procedure_day": THIRD}, id="the procedure"),
        pytest.param(
            {"other_days": (THIRD,)}, ("which_reading", "period_start"), {"period_start": THIRD}, id="the reading"
        ),
        pytest.param({"other_days": (THIRD,)}, ("real_day", "next_period"), {"next_period": THIRD}, id="the real day"),
        pytest.param({"period_end": EIGHTH}, ("period_end",), {"period_end": EIGHTH}, id="told in full"),
        pytest.param(
            {"period_length_days": 4, "number": 5}, ("period_length",), {"period_length_days": 4, "number": 5},
            id="length told in full",
        ),
    ],
)  # fmt: skip
def test_bare_day_or_number_answers_what_was_asked(
    said: dict[str, Any], asked: tuple[Any, ...], expected: dict[str, Any]
) -> None:
    assert answered(Told(**said), *asked) == Told(**expected)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param(
            {"period_start": "2026-03-03"}, {"period_end": "2026-03-07"},
            {"period_start": "2026-03-03", "period_end": "2026-03-07"}, id="one period",
        ),
        pytest.param(
            {"period_start": "2026-01-03"}, {"period_end": "2026-03-07"}, {"period_end": "2026-03-07"},
            id="the start of an earlier period",
        ),
        pytest.param(
            {"period_end": "2026-01-07"}, {"period_start": "2026-03-03"}, {"period_start": "2026-03-03"},
            id="the end of an earlier period",
        ),
        pytest.param(
            {"still_bleeding": True}, {"period_end": "2026-03-07"}, {"period_end": "2026-03-07"}, id="it has ended"
        ),
        pytest.param(
            {"period_end": "2026-03-07"}, {"still_bleeding": True}, {"still_bleeding": True}, id="it has not ended"
        ),
        pytest.param(
            {"cycle_length_days": 28}, {"period_end": VAGUE}, {"cycle_length_days": 28, "period_end": VAGUE},
            id="a length stays",
        ),
        pytest.param({"period_end": VAGUE}, {"period_end": EIGHTH}, {"period_end": EIGHTH}, id="made clear"),
        pytest.param(
            {"still_bleeding": True}, {"period_start": "2026-03-03"},
            {"still_bleeding": True, "period_start": "2026-03-03"}, id="it goes on",
        ),
        pytest.param({"no_period": True}, {"period_start": "2026-03-03"}, {"period_start": "2026-03-03"}, id="came"),
    ],
)  # fmt: skip
def test_what_belongs_to_an_earlier_period_is_let_go(
    before: dict[str, Any], now: dict[str, Any], expected: dict[str, Any]
) -> None:
    kept = remember(told(**before), told(**now)).model_dump(exclude_none=True)
    assert kept == told(**expected).model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("conditions", "said", "expected"),
    [
        (set(), Told(irregular=True), {"irregular_bleeding"}),
        (set(), Told(still_bleeding=True), {"still_bleeding"}),
        ({"still_bleeding"}, Told(still_bleeding=False), set()),
        ({"still_bleeding"}, told(period_end="2026-03-07"), set()),
        ({"out_of_town"}, Told(), {"out_of_town"}),
    ],
)
def test_what_she_told_adds_to_her_conditions(
    clinic: Clinic, conditions: set[str], said: Told, expected: set[str]
) -> None:
    question = date_question(Question("timing", Procedure.HSG, frozenset(conditions)), said, clinic)
    assert question is not None
    assert question.conditions == expected


@pytest.mark.parametrize(
    ("conditions", "expected"), [(set(), "water"), ({"oil_contrast"}, "oil"), ({"water_contrast"}, "water")]
)
def test_contrast_is_the_clinics_unless_she_says_otherwise(clinic: Clinic, conditions: set[str], expected: str) -> None:
    question = date_question(Question("imaging", Procedure.HSG, frozenset(conditions)), Told(), clinic)
    assert question is not None
    assert question.contrast == expected


@pytest.mark.parametrize("question", [Question("pain", Procedure.HSG), Question("timing")])
def test_question_whose_answer_is_no_day_is_not_planned(clinic: Clinic, question: Question) -> None:
    assert date_question(question, Told(), clinic) is None
