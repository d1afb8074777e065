"""Whatever she told, dates are planned and told, or a detail is asked for; nothing that was told breaks a plan."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from told_days import HSG, HYSTEROSCOPY, asks

from bot.dates.planning import AFTER_TOPICS, TIMING, answered, plan, remember
from bot.dates.shapes import Computed, NoDates, Rule
from bot.dates.tell import event_title, tell_plan
from bot.knowledge.shapes import Knowledge, Value
from bot.opening import Opening, opening_of
from bot.settings import Clinic
from bot.told import Day, Told
from bot.wording import Wording

TODAY = date(2026, 3, 20)
NEAR = st.integers(-60, 60).map(lambda ahead: TODAY + timedelta(days=ahead))
ANY_DATE = NEAR | st.dates()
DAY = st.one_of(
    st.builds(Day, text=st.text(max_size=9), on=ANY_DATE),
    st.builds(Day, text=st.text(max_size=9), unclear=st.sampled_from(["impossible", "vague"])),
    st.builds(Day, text=st.just("3/4"), unclear=st.just("ambiguous"), choices=st.tuples(ANY_DATE, ANY_DATE)),
)
FLAG = st.none() | st.booleans()
LENGTH = st.none() | st.integers(1, 40) | st.integers(-10_000, 10_000_000_000)
TOLD = st.builds(
    Told,
    period_start=st.none() | DAY,
    period_end=st.none() | DAY,
    next_period=st.none() | DAY,
    procedure_day=st.none() | DAY,
    period_length_days=LENGTH,
    cycle_length_days=LENGTH,
    still_bleeding=FLAG,
    irregular=FLAG,
    no_period=FLAG,
    other_days=st.lists(DAY, max_size=3).map(tuple),
    number=LENGTH,
)
QUESTION = st.builds(
    asks,
    st.sampled_from([TIMING, *AFTER_TOPICS]),
    st.sampled_from([HSG, HYSTEROSCOPY]),
    contrast=st.sampled_from(["water", "oil"]),
)


@pytest.fixture(scope="module")
def rules(knowledge: Knowledge) -> list[Rule]:
    """The general rules of the shipped knowledge."""
    rows = [row for row in knowledge.rows if row.audience == "patient" and not row.conditions]
    return [Rule(row.id, row.topic, row.authority, frozenset(), row.values) for row in rows]


@pytest.fixture(scope="module")
def opening(clinic: Clinic) -> Opening:
    return opening_of(clinic)


@settings(deadline=None)  # a new year of holidays takes its time
@given(question=QUESTION, said=TOLD, counting=st.sampled_from(["first_clean_day", "period_start"]))
def test_whatever_she_told_is_answered_in_words(
    rules: list[Rule], opening: Opening, wording: Wording, question: Any, said: Told, counting: Any
) -> None:
    mine = [rule for rule in rules if rule.row.startswith(question.procedure.value)]
    made = plan(question, said, mine, opening, counting, TODAY)
    if not isinstance(made, NoDates):
        assert tell_plan(made, wording, (), TODAY).text
    if isinstance(made, Computed):
        assert all(event_title(event, question.procedure, wording) for event in made.events)


@settings(deadline=None)  # a new year of holidays takes its time
@given(said=TOLD, low=st.integers(1, 10), width=st.integers(1, 10))
def test_no_day_is_offered_on_which_she_may_still_bleed(opening: Opening, said: Told, low: int, width: int) -> None:
    value = Value(name="window", unit="day", low=low, high=low + width)
    made = plan(asks(), said, [Rule("kite", TIMING, "clinic", values=(value,))], opening, "period_start", TODAY)
    if isinstance(made, Computed) and said.period_end is not None and said.period_end.on is not None:
        offered = [day for day in made.open_days or () if day <= max(said.period_end.on, TODAY - timedelta(days=1))]
        assert offered == []


@settings(deadline=None)  # a new year of holidays takes its time
@given(before=TOLD, now=TOLD)
def test_what_she_tells_now_is_always_kept(before: Told, now: Told) -> None:
    told_now = now.model_dump(exclude_none=True, exclude={"other_days"})
    kept = remember(before, now).model_dump(exclude_none=True)
    assert {name: kept.get(name) for name in told_now} == told_now


@settings(deadline=None)  # a new year of holidays takes its time
@given(said=TOLD, asked=st.sampled_from(["period_end", "period_length", "procedure_day", "period_start_and_end"]))
def test_answer_never_overwrites_what_she_told_in_full(said: Told, asked: Any) -> None:
    full = said.model_dump(exclude_none=True, exclude={"other_days", "number"})
    taken = answered(said, asked).model_dump(exclude_none=True)
    assert {name: taken.get(name) for name in full} == full


@settings(deadline=None)  # a new year of holidays takes its time
@given(said=TOLD)
def test_last_bleeding_day_settles_every_question_back(rules: list[Rule], opening: Opening, said: Told) -> None:
    mine = [rule for rule in rules if rule.row.startswith("hsg")]
    answer = Told(period_end=Day(text="yesterday", on=TODAY - timedelta(days=1)), still_bleeding=False)
    made = plan(asks(), remember(said, answer), mine, opening, "first_clean_day", TODAY)
    assert isinstance(made, Computed), made
