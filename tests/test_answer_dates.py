"""A patient's own dates as the reply to a question, with the shipped rules: given, asked for, or offered."""

from dataclasses import replace
from typing import Any

import pytest
from told_days import HSG, HYSTEROSCOPY, on, told

from bot.answer import Answered, Assistant, Days
from bot.question import Asked, Procedure, Question
from bot.reply import Reply
from bot.told import Day

TODAY = "2026-03-09"
ENDED = {"period_end": "2026-03-07"}
DONE = {"procedure_day": "2026-03-05"}
ONLY_START = {"period_start": "2026-03-03"}


def known(said: dict[str, Any] | None = None, *, wished: bool = False, today: str = TODAY) -> Days:
    return Days(on(today), told(**said or {}), wished=wished)


def ask(assistant: Assistant, topic: str, days: Days, procedure: Procedure | None = HSG, *conditions: str) -> Answered:
    asked = [Asked((Question(topic, procedure, frozenset(conditions)),))]
    (answered,) = assistant.answer_all(asked, days, say_not_advice=False)
    return answered


def dates_button(assistant: Assistant, reply: Reply) -> list[str]:
    title = assistant.wording.say("utter_dates_button")
    return [button.message for button in reply.buttons if button.title == title]


# Dates


@pytest.mark.parametrize(
    ("procedure", "first", "last"), [(HSG, "2026-03-10", "2026-03-14"), (HYSTEROSCOPY, "2026-03-10", "2026-03-17")]
)
def test_end_of_her_period_gives_her_window_and_a_file(
    assistant: Assistant, procedure: Procedure, first: str, last: str
) -> None:
    answered = ask(assistant, "timing", known(ENDED, wished=True), procedure)
    reply = answered.reply
    assert (reply.kind, reply.topic, reply.procedure, answered.needs) == ("dates", "timing", procedure, None)
    assert reply.dates is not None
    assert reply.dates.window == (first, last)
    assert [file.type for file in reply.files] == ["text/calendar", "application/pdf"]


def test_file_holds_the_days_of_the_reply(assistant: Assistant) -> None:
    calendar, leaflet = ask(assistant, "timing", known(ENDED)).reply.files
    tokens = (
        calendar.url.removeprefix("/calendar/").removesuffix(".ics"),
        leaflet.url.removeprefix("/leaflets/").removesuffix(".pdf"),
    )
    for token in tokens:
        events, procedure = assistant.files.open(token)
        assert procedure is HSG
        assert (on("2026-03-10"), on("2026-03-14")) in [(event.first, event.last) for event in events]


def test_days_that_were_told_are_used_although_she_does_not_wish_for_dates_now(assistant: Assistant) -> None:
    assert ask(assistant, "timing", known(ENDED)).reply.kind == "dates"


@pytest.mark.parametrize(
    ("topic", "free_from"),
    [("sex_after", "2026-03-19"), ("bathing", "2026-03-19"), ("results", "2026-03-09")],
)
def test_day_of_the_procedure_gives_the_day_afterwards(assistant: Assistant, topic: str, free_from: str) -> None:
    reply = ask(assistant, topic, known(DONE)).reply
    assert reply.dates is not None
    assert (reply.kind, reply.dates.free_from or reply.dates.not_before) == ("dates", free_from)


def test_first_reply_with_dates_says_that_it_is_no_advice(assistant: Assistant) -> None:
    asked = [Asked((Question("timing", HSG),)), Asked((Question("cost", HSG),))]
    told_all = assistant.answer_all(asked, known(ENDED), say_not_advice=True)
    not_advice = assistant.wording.say("utter_not_advice")
    assert [one.reply.kind for one in told_all] == ["dates", "answer"]
    assert [not_advice in one.reply.text for one in told_all] == [True, False]


def test_dates_of_both_procedures_are_told_one_after_the_other(assistant: Assistant) -> None:
    asked = [Asked((Question("timing", procedure),)) for procedure in (HSG, HYSTEROSCOPY)]
    told_all = assistant.answer_all(asked, known(ENDED), say_not_advice=False)
    assert [(one.reply.kind, one.reply.procedure) for one in told_all] == [("dates", HSG), ("dates", HYSTEROSCOPY)]


def test_dates_say_where_sources_differ(assistant: Assistant) -> None:
    text = ask(assistant, "timing", known(ENDED)).reply.text
    plain = ask(assistant, "timing", known()).reply.text
    differ = next(part for part in plain.split("\n\n") if part.startswith("Where sources differ"))
    assert differ in text


def test_dates_begin_with_a_warning_where_she_told_of_a_sign(assistant: Assistant) -> None:
    days = replace(known(ENDED), warned_of="a fever")
    text = ask(assistant, "timing", days).reply.text
    assert text.startswith(assistant.wording.say("utter_dates_warned", signs="a fever"))
    assert text.endswith(ask(assistant, "timing", known(ENDED)).reply.text)


def test_question_for_a_detail_needs_no_warning(assistant: Assistant) -> None:
    days = known(ONLY_START, wished=True)
    assert ask(assistant, "timing", replace(days, warned_of="a fever")) == ask(assistant, "timing", days)


@pytest.mark.parametrize(("told_of", "counts"), [(HYSTEROSCOPY, True), (None, True), (HSG, False)])
def test_day_of_a_procedure_counts_for_that_one_alone(
    assistant: Assistant, told_of: Procedure | None, counts: bool
) -> None:
    booked = replace(known(ENDED | {"procedure_day": "2026-03-12"}), procedure=told_of)
    with_day, without = (ask(assistant, "timing", days, HYSTEROSCOPY).reply.text for days in (booked, known(ENDED)))
    assert (with_day != without) is counts


def test_her_period_counts_for_either_procedure() -> None:
    days = replace(known(ENDED | DONE), procedure=HSG)
    assert days.of(HYSTEROSCOPY).told == told(**ENDED)
    assert days.of(HSG) is days


# A detail that is missing


@pytest.mark.parametrize(
    ("topic", "said", "detail"),
    [
        pytest.param("timing", {}, "period_start_and_end", id="nothing told"),
        pytest.param("timing", ONLY_START, "period_length", id="only the start"),
        pytest.param("timing", {"next_period": "2026-03-20"}, "period_length", id="only the next period"),
        pytest.param("timing", {"period_end": "2026-01-03"}, "period_start_and_end", id="too long ago"),
        pytest.param("timing", {"still_bleeding": True}, "bleeding_to_stop", id="still bleeding"),
        pytest.param("sex_after", {}, "procedure_day", id="no day of the procedure"),
    ],
)
def test_wish_for_dates_asks_for_the_missing_detail(
    assistant: Assistant, topic: str, said: dict[str, Any], detail: str
) -> None:
    answered = ask(assistant, topic, known(said, wished=True))
    assert (answered.reply.kind, answered.reply.topic, answered.reply.procedure) == ("ask", topic, HSG)
    assert answered.needs is not None
    assert answered.needs.detail == detail
    assert answered.reply.files == ()


def test_unclear_day_is_asked_about(assistant: Assistant) -> None:
    choices = (on("2026-03-02"), on("2026-02-03"))
    either = Day(text="02/03", unclear="ambiguous", choices=choices)
    answered = ask(assistant, "timing", known({"period_end": either}, wished=True, today="2026-03-04"))
    assert answered.needs is not None
    assert (answered.needs.detail, answered.needs.role) == ("which_reading", "period_end")
    assert '"02/03"' in answered.reply.text
    assert len(answered.reply.buttons) == len(choices)


# A plain answer


@pytest.mark.parametrize(
    ("topic", "said", "wished", "files"),
    [
        pytest.param("timing", {}, False, ["/leaflets/hsg.pdf"], id="nothing told or wished"),
        pytest.param("timing", ONLY_START, False, ["/leaflets/hsg.pdf"], id="not enough told and nothing wished"),
        pytest.param("pain", ENDED, True, [], id="a topic without dates"),
        pytest.param("cost", DONE, True, [], id="a topic without dates after the procedure"),
    ],
)
def test_question_is_answered_plainly(
    assistant: Assistant, topic: str, said: dict[str, Any], wished: bool, files: list[str]
) -> None:
    """Give no date and no calendar; a leaflet is the procedure's own, without her days."""
    answered = ask(assistant, topic, known(said, wished=wished))
    assert (answered.reply.kind, answered.reply.dates) == ("answer", None)
    assert [file.url for file in answered.reply.files] == files
    assert answered.needs is None


def test_procedure_is_asked_for_before_her_dates(assistant: Assistant) -> None:
    answered = ask(assistant, "timing", known(ENDED, wished=True), None)
    assert (answered.reply.kind, answered.needs) == ("ask", None)
    assert [button.title for button in answered.reply.buttons] == ["HSG", "hysteroscopy"]


def test_unclear_question_gives_no_dates(assistant: Assistant) -> None:
    unclear = [Asked((Question("timing", HSG), Question("cost", HSG)), is_clear=False)]
    (answered,) = assistant.answer_all(unclear, known(ENDED, wished=True), say_not_advice=False)
    assert (answered.reply.kind, answered.reply.dates) == ("ask", None)


# Buttons


@pytest.mark.parametrize("topic", ["timing", "imaging", "sex_after", "bathing", "conceive_after", "results"])
def test_answer_to_a_topic_with_dates_offers_them_first(assistant: Assistant, topic: str) -> None:
    reply = ask(assistant, topic, known()).reply
    assert reply.kind == "answer"
    assert reply.buttons[0].title == assistant.wording.say("utter_dates_button")
    assert reply.buttons[0].message == assistant.wording.ask_dates(topic, HSG)
    assert "HSG" in reply.buttons[0].message


@pytest.mark.parametrize("topic", ["pain", "cost", "steps"])
def test_answer_to_another_topic_offers_no_dates(assistant: Assistant, topic: str) -> None:
    assert dates_button(assistant, ask(assistant, topic, known()).reply) == []


def test_dates_that_were_given_are_not_offered_again(assistant: Assistant) -> None:
    assert dates_button(assistant, ask(assistant, "timing", known(ENDED)).reply) == []


@pytest.mark.parametrize("procedure", [HSG, HYSTEROSCOPY])
def test_answer_on_who_should_not_have_it_offers_the_checklist(assistant: Assistant, procedure: Procedure) -> None:
    first, *_ = ask(assistant, "contraindications", known(), procedure).reply.buttons
    assert first.title == first.message == assistant.wording.say("utter_checklist_button")
