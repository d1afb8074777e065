"""A plan in words: what was understood comes first, then the rule and her days; a detail is asked for with buttons."""

from datetime import date
from typing import Any, get_args

import pytest
from sqlalchemy import Engine
from told_days import HSG, HYSTEROSCOPY, asks, on, planner, told

from bot.dates.ask import ask, day_in_words
from bot.dates.rules import found_for
from bot.dates.shapes import (
    Computed,
    Counted,
    Detail,
    Event,
    EventName,
    NeedsDetail,
    NoDates,
    Note,
    NoteKey,
    Reason,
)
from bot.dates.tell import event_title, tell_plan
from bot.opening import opening_of
from bot.reply import Reply
from bot.told import Day, Told
from bot.wording import Wording

TODAY = on("2026-03-04")
ENDED = told(period_end="2026-03-03")


@pytest.mark.parametrize(
    ("day", "locale", "expected"),
    [
        ("2026-03-03", "en-GB", "Tuesday 3 March 2026"),
        ("2024-02-29", "en-GB", "Thursday 29 February 2024"),
        ("2026-03-03", "en-US", "Tuesday March 3, 2026"),
        ("2026-03-03", "de-DE", "Dienstag 3. März 2026"),
    ],
)
def test_day_is_written_out_in_the_order_of_the_locale(day: str, locale: str, expected: str) -> None:
    assert day_in_words(on(day), locale) == expected


@pytest.fixture(scope="module")
def tell(engine: Engine, wording: Wording) -> Any:
    """Plan with the shipped rules and tell the plan."""

    def tell_one(question: Any, said: Told, today: date = TODAY) -> Reply:
        made = planner(engine, opening_of(wording.clinic))(question, said, today.isoformat())
        assert not isinstance(made, NoDates)
        return tell_plan(made, wording, found_for(engine, question)[question.topic].rows, today)

    return tell_one


def test_window_is_told_with_read_back_rule_open_days_and_basis(tell: Any) -> None:
    reply = tell(asks(), ENDED)
    read_back, rule, days, unsigned = reply.text.split("\n\n")
    assert read_back == "You told me that your period ended on Tuesday 3 March 2026."
    assert rule.startswith("At this clinic the HSG is usually done from the 3rd to the 7th day")
    assert days == (
        "By this rule, your days are from Friday 6 March 2026 to Tuesday 10 March 2026. "
        "The clinic is open on: Friday 6 March 2026; Monday 9 March 2026; Tuesday 10 March 2026."
    )
    assert unsigned == "Not yet signed off by a clinician."
    assert (reply.kind, reply.topic, reply.procedure, reply.rules) == ("dates", "timing", HSG, ("hsg-timing-clinic",))
    assert [source.id for source in reply.sources] == ["S002"]


def test_days_are_given_in_iso_form_beside_the_words(tell: Any) -> None:
    assert tell(asks(), ENDED).dates.model_dump(exclude_none=True) == {
        "window": ("2026-03-06", "2026-03-10"),
        "open_days": ("2026-03-06", "2026-03-09", "2026-03-10"),
        "basis": "last bleeding day 2026-03-03, days 3 to 7 after it (hsg-timing-clinic)",
    }


def test_row_that_a_note_on_late_days_rests_on_is_named_with_its_source(tell: Any) -> None:
    in_time, late = tell(asks(), ENDED), tell(asks(), told(period_end="2026-03-03", period_start="2026-02-18"))
    assert (in_time.rules, late.rules) == (("hsg-timing-clinic",), ("hsg-timing-clinic", "hsg-timing-reference"))
    assert [source.id for source in late.sources[:1]] == [source.id for source in in_time.sources]
    assert len(late.sources) == 2


DONE = told(procedure_day="2026-03-03")


@pytest.mark.parametrize(
    ("topic", "expected", "dates"),
    [
        ("sex_after", "up to and including Monday 16 March 2026", {"free_from": "2026-03-17"}),
        ("bathing", "do not bathe up to and including Monday 16 March 2026", {"free_from": "2026-03-17"}),
        ("conceive_after", "also wait for the next period", {"free_from": "2026-03-17"}),
        ("results", "your report should be ready from Thursday 5 March 2026 on", {"not_before": "2026-03-05"}),
        ("imaging", "taken again on Wednesday 4 March 2026 at the earliest", {"not_before": "2026-03-04"}),
    ],
)
def test_day_after_a_procedure_is_told(tell: Any, topic: str, expected: str, dates: dict[str, str]) -> None:
    reply = tell(asks(topic, contrast="oil"), DONE)
    assert reply.text.startswith("You told me that your HSG was on Tuesday 3 March 2026.")
    assert expected in reply.text
    assert reply.dates.model_dump(exclude_none=True).items() >= dates.items()


@pytest.mark.parametrize(
    ("said", "today", "expected"),
    [
        pytest.param(
            told(period_start="2026-03-03", period_end="2026-03-07"), "2026-03-08",
            "You told me that your period began on Tuesday 3 March 2026. "
            "You told me that your period ended on Saturday 7 March 2026.", id="both ends",
        ),
        pytest.param(
            told(period_start="2026-03-03", period_length_days=5), "2026-03-08",
            "You told me that your period began on Tuesday 3 March 2026 and that it lasts 5 days. "
            "So its last day is Saturday 7 March 2026.", id="start and length",
        ),
        pytest.param(
            told(next_period="2026-03-10", period_length_days=5), "2026-03-08",
            "You told me that your next period is due on Tuesday 10 March 2026 and that it lasts 5 days. "
            "So its last day would be Saturday 14 March 2026.", id="next period",
        ),
    ],
)  # fmt: skip
def test_what_she_told_is_read_back_first(tell: Any, said: Told, today: str, expected: str) -> None:
    assert tell(asks(), said, on(today)).text.split("\n\n")[0] == expected


@pytest.mark.parametrize(
    ("question", "said", "today", "expected"),
    [
        pytest.param(
            asks(), ENDED, "2026-03-20",
            "This month's days, Friday 6 March 2026 to Tuesday 10 March 2026, are over.", id="window over",
        ),
        pytest.param(
            asks(), told(period_start="2026-03-01", period_length_days=3, cycle_length_days=28), "2026-03-20",
            "your days in the next cycle would be from Friday 3 April 2026", id="next cycle",
        ),
        pytest.param(
            asks("timing", HYSTEROSCOPY, "irregular_bleeding"), ENDED, "2026-03-20",
            "that is from Wednesday 4 March 2026 on", id="irregular bleeding",
        ),
        pytest.param(
            asks("bathing"), DONE, "2026-03-20", "Monday 16 March 2026 was the last day of that time.", id="wait over"
        ),
        pytest.param(asks("bathing"), DONE, "2026-03-02", "your HSG is on Tuesday 3 March 2026", id="booked"),
    ],
)  # fmt: skip
def test_days_are_told_as_seen_from_today(tell: Any, question: Any, said: Told, today: str, expected: str) -> None:
    assert expected in tell(question, said, on(today)).text


def test_window_that_is_over_is_not_told_as_hers(tell: Any) -> None:
    assert "your days are from" not in tell(asks(), ENDED, on("2026-03-20")).text


@pytest.mark.parametrize("key", get_args(NoteKey))
def test_every_note_has_its_words(wording: Wording, key: NoteKey) -> None:
    counted = Counted("period_end", TODAY, "kite")
    days = (on("2026-03-06"), on("2026-03-10"))
    plain, noted = (
        tell_plan(Computed(asks(), counted, (), days, (), notes=notes), wording, (), TODAY).text
        for notes in ((), (Note(key, days),))
    )
    assert len(noted) > len(plain)


@pytest.mark.parametrize("name", get_args(EventName))
def test_every_event_has_a_title_that_names_the_procedure(wording: Wording, name: EventName) -> None:
    assert "HSG" in event_title(Event(name, TODAY, TODAY, ()), HSG, wording)


@pytest.mark.parametrize("reason", get_args(Reason))
@pytest.mark.parametrize("detail", get_args(Detail))
def test_every_detail_is_asked_for_in_words(wording: Wording, detail: Detail, reason: Reason) -> None:
    needs = NeedsDetail(asks(), detail, reason, text="31 Feb", day=TODAY, choices=(TODAY, on("2026-04-03")))
    reply = ask(needs, wording, TODAY)
    assert (reply.kind, reply.topic, reply.procedure, reply.dates) == ("ask", "timing", HSG, None)


EITHER = Day(text="02/03", unclear="ambiguous", choices=(on("2026-03-02"), on("2026-02-03")))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(told(period_end=EITHER), ["Monday 2 March 2026", "Tuesday 3 February 2026"], id="two readings"),
        pytest.param(
            told(period_start=TODAY), ["3 days", "4 days", "5 days", "6 days", "7 days"], id="length of the period"
        ),
        pytest.param(Told(), [], id="nothing known"),
        pytest.param(told(no_period=True), ["Talk to a person"], id="no period"),
    ],
)
def test_likely_answers_are_buttons(tell: Any, said: Told, expected: list[str]) -> None:
    assert [button.message for button in tell(asks(), said).buttons] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(told(period_end=Day(text="31 Feb", unclear="impossible")), '"31 Feb"', id="impossible"),
        pytest.param(told(period_end=Day(text="last week", unclear="vague")), '"last week"', id="vague"),
        pytest.param(told(period_end=EITHER), '"02/03"', id="two readings"),
        pytest.param(told(period_end="2026-03-09"), "Monday 9 March 2026 still lies ahead", id="ahead"),
        pytest.param(told(period_start="2026-01-05"), "pregnancy test", id="too old"),
        pytest.param(told(no_period=True), "pregnancy test", id="no period"),
        pytest.param(told(still_bleeding=True), "tell the clinic today", id="still bleeding"),
    ],
)
def test_question_back_names_what_it_is_about(tell: Any, said: Told, expected: str) -> None:
    assert expected in tell(asks(), said).text
