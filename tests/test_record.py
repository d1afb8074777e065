"""The record of a reply: why it was given, as plain values."""

import json

from bot.question import Asked, Procedure, Question
from bot.record import Record, record_of
from bot.reply import Reply

KITES = Question("kites", Procedure.HSG, frozenset({"windy", "rainy"}))
ASKED = Asked((KITES, Question("lanterns"), Question("kites")), follows=True, text="and kites?", confidence=2 / 3)
ANSWER = Reply(text="Silk.", kind="answer", topic="kites", procedure=Procedure.HSG, rules=("hsg-kites-clinic",))


def test_record_holds_what_was_understood_and_what_was_told() -> None:
    assert record_of(ASKED, ANSWER) == Record(
        text="and kites?",
        kind="answer",
        topic="kites",
        procedure=Procedure.HSG,
        conditions=("rainy", "windy"),
        confidence=0.6667,
        likely=("kites", "lanterns"),
        follows=True,
        rules=("hsg-kites-clinic",),
    )


def test_record_of_a_reply_without_a_topic_still_tells_what_was_likely() -> None:
    record = record_of(ASKED, Reply(text="I give up.", kind="not_covered"))
    assert (record.topic, record.procedure, record.rules) == (None, None, ())
    assert record.likely == ("kites", "lanterns")


def test_record_is_what_the_history_can_store() -> None:
    stored = record_of(ASKED, ANSWER).as_metadata()
    assert json.loads(json.dumps(stored)) == stored
    assert Record.model_validate(stored) == record_of(ASKED, ANSWER)


def test_record_holds_no_sentence_of_the_reply() -> None:
    assert "Silk." not in json.dumps(record_of(ASKED, ANSWER).as_metadata())
