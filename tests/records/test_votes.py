"""Votes on replies: one a reply, changed at will; what is voted down is noted as missed, and taken back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.records.conversations import Conversations
from bot.records.missed import Missed
from bot.records.tables import MissedRecord, VoteRecord, open_records
from bot.records.votes import NoSuchReply, Vote, Votes

NOW = datetime(2026, 3, 9, 10)
LATER = NOW + timedelta(minutes=1)
HERS, FIRST, SECOND = "her-conversation", "message-1", "message-2"


def said(text: str, message_id: str) -> dict[str, Any]:
    return {"event": "user", "text": text, "message_id": message_id, "timestamp": NOW.timestamp()}


def told(kind: str, topic: str | None = None) -> dict[str, Any]:
    reply = {"text": "Any.", "kind": kind, "topic": topic, "procedure": "hsg" if topic else None}
    return {"event": "bot", "data": {"custom": reply}, "timestamp": NOW.timestamp()}


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    """Records with a conversation of two messages: two answers and a notice to the first, an answer to the second."""
    engine = open_records(empty_database)
    events = [
        said("Does it hurt <name>, and how long?", FIRST),
        told("answer", "pain"),
        {"event": "slot", "name": "topic", "value": "pain", "timestamp": NOW.timestamp()},
        told("not_covered", "duration"),
        told("notice"),
        said("And then?", SECOND),
        told("answer", "results"),
    ]
    Conversations(engine).add(HERS, events, kept=0)
    yield engine
    engine.dispose()


@pytest.fixture
def votes(engine: Engine) -> Votes:
    """The votes."""
    return Votes(engine)


def kept(engine: Engine) -> list[tuple[str, int, bool, str | None]]:
    with Session(engine) as session:
        found = session.scalars(select(VoteRecord).order_by(VoteRecord.message_id, VoteRecord.place))
        return [(one.message_id, one.place, one.helpful, one.topic) for one in found]


def missed(engine: Engine) -> list[tuple[str, str | None, str | None]]:
    with Session(engine) as session:
        found = session.scalars(select(MissedRecord).where(MissedRecord.why == "voted_down"))
        return [(one.text, one.topic, one.procedure) for one in found]


def test_each_reply_has_its_vote(votes: Votes, engine: Engine) -> None:
    assert votes.cast(HERS, FIRST, 0, True, NOW) is None
    assert votes.cast(HERS, FIRST, 1, True, NOW) is None
    assert votes.cast(HERS, SECOND, 0, True, NOW) is None
    assert kept(engine) == [(FIRST, 0, True, "pain"), (FIRST, 1, True, "duration"), (SECOND, 0, True, "results")]
    assert missed(engine) == []


def test_vote_is_changed_and_what_it_was_is_told(votes: Votes, engine: Engine) -> None:
    votes.cast(HERS, FIRST, 0, True, NOW)
    assert votes.cast(HERS, FIRST, 0, False, LATER) == Vote(True, NOW)
    assert votes.cast(HERS, FIRST, 0, False, LATER) == Vote(False, LATER)
    assert kept(engine) == [(FIRST, 0, False, "pain")]


def test_question_whose_answer_is_voted_down_is_missed_once(votes: Votes, engine: Engine) -> None:
    for place in (0, 1, 0):
        votes.cast(HERS, FIRST, place, False, NOW)
    assert missed(engine) == [("Does it hurt <name>, and how long?", "pain", "hsg")]


def test_changed_vote_takes_the_question_back_when_no_answer_to_it_is_voted_down(votes: Votes, engine: Engine) -> None:
    votes.cast(HERS, FIRST, 0, False, NOW)
    votes.cast(HERS, FIRST, 1, False, NOW)
    votes.cast(HERS, FIRST, 0, True, LATER)
    assert len(missed(engine)) == 1
    votes.cast(HERS, FIRST, 1, True, LATER)
    assert missed(engine) == []


def test_question_that_somebody_handled_stays(votes: Votes, engine: Engine) -> None:
    votes.cast(HERS, FIRST, 0, False, NOW)
    numbers = [question.id for question in Missed(engine).waiting(10) if question.why == "voted_down"]
    Missed(engine).handle(numbers, "out_of_scope", "anna", NOW)
    votes.cast(HERS, FIRST, 0, True, LATER)
    votes.cast(HERS, FIRST, 0, False, LATER)
    assert len(missed(engine)) == 1


@pytest.mark.parametrize(
    ("sender", "message", "place"),
    [
        pytest.param("somebody-else", FIRST, 0, id="another's conversation"),
        pytest.param(HERS, "message-9", 0, id="no such message"),
        pytest.param(HERS, FIRST, 2, id="a notice"),
        pytest.param(HERS, FIRST, 3, id="the answer to the next message"),
        pytest.param(HERS, SECOND, 1, id="no such reply"),
        pytest.param(HERS, FIRST, -1, id="before the first"),
        pytest.param(HERS, FIRST, 10**9, id="far behind the last"),
    ],
)
def test_what_is_no_answer_of_hers_has_no_vote(
    votes: Votes, engine: Engine, sender: str, message: str, place: int
) -> None:
    with pytest.raises(NoSuchReply):
        votes.cast(sender, message, place, False, NOW)
    assert kept(engine) == []
    assert missed(engine) == []


def test_conversation_that_was_set_aside_has_no_vote(votes: Votes, engine: Engine) -> None:
    Conversations(engine).quarantine(HERS, NOW)
    with pytest.raises(NoSuchReply):
        votes.cast(HERS, FIRST, 0, True, NOW)


def test_votes_go_with_the_conversation(votes: Votes, engine: Engine) -> None:
    votes.cast(HERS, FIRST, 0, False, NOW)
    Conversations(engine).forget(HERS)
    assert kept(engine) == []
    assert missed(engine) == []
