"""A message as it is meant in the conversation: an answer to what is open, or a question of its own."""

from dataclasses import replace

import numpy as np
import pytest

from bot.understanding.days import DayReader, build_day_reader
from bot.understanding.turn import Open, take_turn
from bot.understanding.understand import AskedQuestion, Read

NOTHING = Open()
CHECKLIST = Open(checklist=True)
TOLD = Open(dates=True)
ASKED = Open(dates=True, asked_for_day=True)


@pytest.fixture(scope="module")
def days() -> DayReader:
    return build_day_reader(["hsg", "hysteroscopy"])


def read(text: str, *intents: str) -> Read:
    """Return a message as it was read: each intent is one question, with a runner-up."""
    questions = [AskedQuestion(0, len(text), text, ((intent, 0.7), ("ask_cost", 0.2))) for intent in intents]
    return Read(questions, [], too_many=len(intents) > 1)


@pytest.mark.parametrize(
    ("is_open", "text", "intent", "meant"),
    [
        # the checklist
        pytest.param(CHECKLIST, "yes", "affirm", "answer_checklist", id="yes to the checklist"),
        pytest.param(CHECKLIST, "no", "deny", "answer_checklist", id="no to the checklist"),
        pytest.param(CHECKLIST, "not sure", "unsure", "answer_checklist", id="not sure to the checklist"),
        pytest.param(CHECKLIST, "stop", "cancel", "answer_checklist", id="stop to the checklist"),
        pytest.param(CHECKLIST, "does it hurt", "ask_pain", "ask_pain", id="a question beside the checklist"),
        pytest.param(CHECKLIST, "hello", "greet", "greet", id="a greeting beside the checklist"),
        pytest.param(NOTHING, "yes", "affirm", "affirm", id="yes to nothing"),
        pytest.param(ASKED, "no", "deny", "deny", id="no to a question for a day"),
        # a day was asked for
        pytest.param(ASKED, "3 March", "nlu_fallback", "follow_up", id="a day"),
        pytest.param(ASKED, "3 March", "out_of_scope", "follow_up", id="a day that seems to be about something else"),
        pytest.param(ASKED, "5", "nlu_fallback", "follow_up", id="a number"),
        pytest.param(ASKED, "5 days", "ask_activity", "follow_up", id="a length that looks like a topic"),
        pytest.param(NOTHING, "5 days", "ask_activity", "ask_activity", id="a length alone means nothing"),
        pytest.param(ASKED, "3 March, does it hurt?", "ask_pain", "ask_pain", id="a day and a question"),
        pytest.param(ASKED, "on 3 March how long will it take", "ask_duration", "ask_duration", id="a question word"),
        pytest.param(ASKED, "I do not know", "nlu_fallback", "nlu_fallback", id="no day"),
        pytest.param(ASKED, "does it hurt", "ask_pain", "ask_pain", id="a question without a day"),
        # her dates were told
        pytest.param(TOLD, "sorry, 4 March", "nlu_fallback", "follow_up", id="another day"),
        pytest.param(TOLD, "my period lasts 5 days", "nlu_fallback", "follow_up", id="a length"),
        pytest.param(TOLD, "5", "nlu_fallback", "nlu_fallback", id="a number alone is no other day"),
        pytest.param(TOLD, "may I swim on 20 March", "ask_bathing", "ask_bathing", id="a clear question with a day"),
        # nothing is open
        pytest.param(NOTHING, "My period ended on 3 March", "out_of_scope", "ask_timing", id="the end of her period"),
        pytest.param(NOTHING, "My period started 3 March", "nlu_fallback", "ask_timing", id="its first day"),
        pytest.param(NOTHING, "my next period is due 20 March", "nlu_fallback", "ask_timing", id="the next one"),
        pytest.param(NOTHING, "no period for months", "nlu_fallback", "ask_timing", id="no period"),
        pytest.param(NOTHING, "3 March", "nlu_fallback", "nlu_fallback", id="a day alone means nothing"),
        pytest.param(NOTHING, "My period ended 3 March, cost?", "ask_cost", "ask_cost", id="a period and a question"),
    ],
)  # fmt: skip
def test_message_is_meant_as(days: DayReader, is_open: Open, text: str, intent: str, meant: str) -> None:
    (question,) = take_turn(read(text, intent), text, is_open, days).questions
    assert question.intent == meant


def test_what_it_was_read_as_stays_second(days: DayReader) -> None:
    (question,) = take_turn(read("yes", "affirm"), "yes", CHECKLIST, days).questions
    assert question.ranking == (("answer_checklist", 1.0), ("affirm", 0.7), ("ask_cost", 0.2))


def test_intent_stands_once_in_the_ranking(days: DayReader) -> None:
    text = "3 March"
    (question,) = take_turn(read(text, "follow_up"), text, ASKED, days).questions
    assert question.ranking == (("follow_up", 1.0), ("ask_cost", 0.2))


def test_answer_is_one_whatever_was_read_in_it(days: DayReader) -> None:
    text = "it began 3 March, it ended 7 March"
    meant = take_turn(read(text, "nlu_fallback", "greet"), text, ASKED, days)
    assert [question.intent for question in meant.questions] == ["follow_up"]
    assert not meant.too_many


@pytest.mark.parametrize(
    ("text", "intents", "meant"),
    [
        ("it ended on 3 March", ["ask_timing"], ["follow_up", "ask_timing"]),
        ("it ended on 3 March, does it hurt?", ["ask_pain"], ["follow_up", "ask_pain"]),
        ("it ended on 3 March, does it hurt?", ["nlu_fallback", "ask_pain"], ["follow_up", "ask_pain"]),
        ("3 March. Tell me the cost", ["ask_cost"], ["follow_up", "ask_cost"]),
        ("3 March, does it hurt?", ["ask_pain"], ["ask_pain"]),
    ],
)
def test_answer_keeps_the_clear_questions_beside_it(
    days: DayReader, text: str, intents: list[str], meant: list[str]
) -> None:
    taken = take_turn(read(text, *intents), text, ASKED, days)
    assert [question.intent for question in taken.questions] == meant


def test_correction_is_another_day(days: DayReader) -> None:
    (question,) = take_turn(read("no, the 6th", "nlu_fallback"), "no, the 6th", TOLD, days).questions
    assert question.intent == "follow_up"


def test_name_of_a_procedure_alone_answers_the_checklist(days: DayReader) -> None:
    (question,) = take_turn(read("HSG", "follow_up"), "HSG", CHECKLIST, days).questions
    assert question.intent == "answer_checklist"


def test_follow_up_that_had_to_be_understood_does_not_answer_the_checklist(days: DayReader) -> None:
    understood = replace(read("and how long", "follow_up"), vector=np.ones(3, dtype=np.float32))
    (question,) = take_turn(understood, "and how long", CHECKLIST, days).questions
    assert question.intent == "follow_up"


@pytest.mark.parametrize("is_open", [NOTHING, TOLD, ASKED], ids=["nothing open", "dates told", "a day asked for"])
def test_wish_for_a_person_stays_one_beside_a_day(days: DayReader, is_open: Open) -> None:
    text = "my period started 3 March, please let me talk to a nurse"
    (question,) = take_turn(read(text, "request_human"), text, is_open, days).questions
    assert question.intent == "request_human"


def test_question_of_its_own_is_left_as_it_was_read(days: DayReader) -> None:
    before = read("does it hurt?", "ask_pain")
    assert take_turn(before, "does it hurt?", ASKED, days) is before


def test_message_in_which_nothing_was_read_is_left_alone(days: DayReader) -> None:
    before = read("3 March")
    assert take_turn(before, "3 March", ASKED, days) is before
