"""What a patient feels is met first; who is afraid is told her rights after the facts, from the table."""

from datetime import date

import pytest

from bot.answer import Assistant, Days
from bot.kindness import FEARS, FEELINGS, RIGHTS_TOPIC, acknowledge
from bot.knowledge.shapes import Knowledge
from bot.question import Asked, Procedure, Question
from bot.reply import Reply
from bot.wording import Wording

DAYS = Days(today=date(2026, 3, 5))


def reply_to(assistant: Assistant, question: Question, *feelings: str) -> Reply:
    answered = assistant.answer_all([Asked((question,))], DAYS, say_not_advice=False, feelings=frozenset(feelings))
    return answered[0].reply


def rights(knowledge: Knowledge, procedure: Procedure) -> list[str]:
    return [
        entry.id
        for entry in knowledge.rows
        if entry.topic == RIGHTS_TOPIC and procedure in entry.procedures and not entry.conditions
    ]


def test_every_feeling_is_a_detail_of_the_table(knowledge: Knowledge) -> None:
    assert {condition.id for condition in knowledge.conditions} >= FEELINGS


@pytest.mark.parametrize("feeling", sorted(FEELINGS))
def test_feeling_has_a_sentence_of_its_own(feeling: str, wording: Wording) -> None:
    said = {acknowledge({one}, wording) for one in FEELINGS}
    assert len(said) == len(FEELINGS)
    assert acknowledge({feeling}, wording)


def test_nothing_is_said_where_nothing_is_felt(wording: Wording) -> None:
    assert acknowledge(frozenset(), wording) is None


def test_past_trauma_is_met_before_fear(wording: Wording) -> None:
    assert acknowledge({"afraid", "past_trauma"}, wording) == acknowledge({"past_trauma"}, wording)


@pytest.mark.parametrize("procedure", Procedure)
@pytest.mark.parametrize("feeling", sorted(FEARS))
def test_fear_is_met_then_the_facts_then_the_rights(
    feeling: str, procedure: Procedure, assistant: Assistant, wording: Wording, knowledge: Knowledge
) -> None:
    question = Question("pain", procedure)
    plain, kind = reply_to(assistant, question), reply_to(assistant, question, feeling)
    first, *_ = kind.text.split("\n\n")
    assert first == acknowledge({feeling}, wording)
    assert plain.text in kind.text
    assert kind.rules[: len(plain.rules)] == plain.rules
    (told,) = set(kind.rules) - set(plain.rules)
    assert told in rights(knowledge, procedure)
    assert kind.text.endswith(next(entry.short for entry in knowledge.rows if entry.id == told))


@pytest.mark.parametrize("procedure", Procedure)
def test_rights_say_stop_and_pain_relief(procedure: Procedure, assistant: Assistant) -> None:
    text = reply_to(assistant, Question("pain", procedure), "afraid").text.lower()
    assert "stop" in text
    assert "pain relief" in text or "painkiller" in text or "ease pain" in text or "against pain" in text


def test_rights_are_not_told_twice(assistant: Assistant) -> None:
    question = Question(RIGHTS_TOPIC, Procedure.HSG)
    assert reply_to(assistant, question, "afraid").rules == reply_to(assistant, question).rules


def test_disappointment_is_met_without_rights(assistant: Assistant, wording: Wording) -> None:
    question = Question("blocked_tube", Procedure.HSG)
    plain, kind = reply_to(assistant, question), reply_to(assistant, question, "disappointed")
    assert kind.text == f"{acknowledge({'disappointed'}, wording)}\n\n{plain.text}"
    assert kind.rules == plain.rules


def test_only_the_first_reply_of_a_message_meets_it(assistant: Assistant, wording: Wording) -> None:
    asked = [Asked((Question(topic, Procedure.HSG),)) for topic in ("pain", "duration")]
    first, second = assistant.answer_all(asked, DAYS, say_not_advice=False, feelings=frozenset({"afraid"}))
    said = acknowledge({"afraid"}, wording)
    assert said is not None
    assert first.reply.text.startswith(said)
    assert said not in second.reply.text


def test_message_about_something_else_is_met_too(assistant: Assistant, wording: Wording) -> None:
    said = acknowledge({"afraid"}, wording)
    assert said is not None
    assert assistant.reject(frozenset({"afraid"})).text.startswith(said)
