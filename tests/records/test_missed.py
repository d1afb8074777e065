"""Missed questions: noted with their conversation, handled once, made training examples. On SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from records_of_messengers import empty_records
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.records.conversations import Conversations
from bot.records.missed import Example, Missed
from bot.records.tables import MissedRecord

NOW = datetime(2026, 3, 10, 12)
Event = dict[str, Any]


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Empty records, on either server."""
    with empty_records(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def missed(engine: Engine) -> Missed:
    """The missed questions of that database."""
    return Missed(engine)


def asks(text: str, *intents: str, signs: tuple[str, ...] = ()) -> Event:
    questions = [{"ranking": [{"name": intent, "confidence": 0.4}]} for intent in intents]
    return {
        "event": "user",
        "text": text,
        "message_id": f"id-{text[:40]}".replace(" ", "-"),
        "timestamp": NOW.timestamp(),
        "parse_data": {"questions": questions, "signs": list(signs)},
    }


def tells(kind: str, *rules: str, topic: str | None = "pain", likely: tuple[str, ...] = ()) -> Event:
    record = {"kind": kind, "rules": list(rules), "topic": topic, "procedure": "hsg", "likely": list(likely)}
    return {"event": "bot", "metadata": {"record": record | {"confidence": 0.4}}, "timestamp": NOW.timestamp()}


ANSWERED = (asks("does it hurt", "ask_pain"), tells("answer", "hsg-pain"))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (ANSWERED, []),
        ((asks("who won", "out_of_scope"), tells("not_covered", topic=None)), [("who won", "rejected", None)]),
        (
            (asks("sore", "nlu_fallback"), tells("ask", likely=("pain", "normal_after"))),
            [("sore", "unclear", "pain")],
        ),
        ((asks("cost", "ask_cost"), tells("not_covered", topic="cost")), [("cost", "not_covered", "cost")]),
        ((asks("cost", "ask_cost"), tells("not_covered", "hsg-cost-nothing", topic="cost")), []),
        ((*ANSWERED, asks("no, the camera", "follow_up")), [("does it hurt", "corrected", "pain")]),
        (
            (asks("sore", "nlu_fallback"), tells("ask"), asks("no, pain", "ask_pain"), tells("answer", "hsg-pain")),
            [("sore", "unclear", "pain")],
        ),
        ((asks("I faint, who won", "out_of_scope", signs=("collapse",)), tells("urgent")), []),
        (
            (asks("two things", "ask_pain", "nlu_fallback"), tells("answer", "hsg-pain")),
            [("two things", "unclear", "pain")],
        ),
    ],
)
def test_question_that_is_not_answered_well_is_noted_with_its_conversation(
    engine: Engine, missed: Missed, events: tuple[Event, ...], expected: list[tuple[str, str, str | None]]
) -> None:
    conversations = Conversations(engine)
    kept = 0
    for end in range(1, len(events) + 1):
        if end == len(events) or events[end]["event"] == "user":  # a turn is kept when it is over
            conversations.add("one", events[:end], kept)
            kept = end
    assert [(one.text, one.why, one.topic) for one in missed.waiting(10)] == expected


def noted(engine: Engine, missed: Missed, *texts: str) -> list[int]:
    for text in texts:
        Conversations(engine).add(text, [asks(text, "out_of_scope")], kept=0)
    return [one.id for one in missed.waiting(100)]


def test_question_is_handled_once_and_waits_no_longer(engine: Engine, missed: Missed) -> None:
    numbers = noted(engine, missed, "a", "b", "c")
    assert sorted(missed.handle(numbers[:2], "example of pain", "anna", NOW)) == ["b", "c"]
    assert missed.handle(numbers, "out of scope", "ben", NOW) == ["a"]
    assert missed.waiting(10) == []
    assert missed.count_waiting() == 0
    with Session(engine) as session:
        kept = session.scalars(select(MissedRecord).order_by(MissedRecord.id))
        assert [(one.text, one.handled_by, one.handled_as) for one in kept] == [
            ("a", "ben", "out of scope"),
            ("b", "anna", "example of pain"),
            ("c", "anna", "example of pain"),
        ]


def test_examples_are_taught_once_and_trained_once(missed: Missed) -> None:
    assert missed.teach("ask_pain", ["ouch?", "sore?"], "anna", NOW) == 2
    assert missed.teach("ask_pain", ["ouch?", "aua?"], "anna", NOW) == 1
    assert missed.teach("out_of_scope", ["ouch?"], "anna", NOW) == 1
    missed.trained({("ask_pain", "ouch?")}, NOW)
    assert missed.examples() == [
        Example("ask_pain", "aua?", is_new=True),
        Example("ask_pain", "ouch?", is_new=False),
        Example("ask_pain", "sore?", is_new=True),
        Example("out_of_scope", "ouch?", is_new=True),
    ]


def test_meaning_is_kept(engine: Engine, missed: Missed) -> None:
    (number,) = noted(engine, missed, "a")
    missed.keep_vectors({number: b"1234"})
    assert [one.vector for one in missed.waiting(10)] == [b"1234"]


def test_question_outlives_its_conversation_until_it_is_handled(engine: Engine, missed: Missed) -> None:
    conversations = Conversations(engine)
    handled, _ = noted(engine, missed, "a", "b")
    missed.handle([handled], "out of scope", "anna", NOW)
    conversations.forget_older_than(NOW + timedelta(days=1))
    with Session(engine) as session:
        assert [(one.text, one.sender_id) for one in session.scalars(select(MissedRecord))] == [("a", None)]


def test_forgotten_patient_leaves_no_question(engine: Engine, missed: Missed) -> None:
    noted(engine, missed, "a", "b")
    Conversations(engine).forget("a")
    assert [one.text for one in missed.waiting(10)] == ["b"]
