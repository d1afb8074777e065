"""Databases filled by bulk hold what real ones hold: conversations that can be read, rows that can be looked up."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from made_up import knowledge as made_up_knowledge
from made_up import row
from records_of_messengers import empty_records
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bot.bench.fill import HOURS_OF_RETENTION, RETENTION_DAYS, Past, fill_records, lengthen, shorten, talk_of
from bot.knowledge.load import prepare_database
from bot.knowledge.look_up import Found, look_up
from bot.knowledge.tables import ConditionRecord, RowRecord
from bot.question import Procedure, Question
from bot.records.conversations import Conversations
from bot.records.hand_offs import HandOffs
from bot.records.missed import Missed
from bot.records.tables import EventRecord

NOW = datetime(2030, 1, 1, 12)
HELD = [
    {"event": "action", "name": "action_session_start", "timestamp": 100.0},
    {"event": "session_started", "timestamp": 100.5},
    {"event": "user", "text": "Hello", "message_id": "m1", "timestamp": 101.0, "parse_data": {"message_id": "m1"}},
    {"event": "slot", "name": "topic", "value": "pain", "timestamp": 101.5},
    {"event": "bot", "text": "Hello.", "timestamp": 102.0},
]
CONVERSATIONS = 1500


@pytest.fixture(params=["sqlite", "postgresql"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Records with some conversations in them."""
    with empty_records(request.param, tmp_path) as engine:
        written = fill_records(engine, Past([talk_of(HELD, 4)], CONVERSATIONS, NOW))
        assert all(written.values())
        assert written["conversation_event"] == 4 * CONVERSATIONS
        yield engine


@pytest.mark.parametrize(("most", "kinds"), [(1, 3), (3, 3), (4, 4), (9, 5)])
def test_talk_keeps_the_message_and_its_answer(most: int, kinds: int) -> None:
    talk = talk_of(HELD, most)
    assert len(talk.events) == kinds
    assert {"session_started", "user", "bot"} <= {kind for kind, _, _ in talk.events}


def test_talk_is_written_again_under_its_own_id_and_time() -> None:
    rows = list(talk_of(HELD, 9).rows("hers", 7, NOW))
    assert [row[2] for row in rows] == [None, None, f"{7:032x}", None, None]
    said = json.loads(rows[2][4])
    assert said["message_id"] == said["parse_data"]["message_id"] == f"{7:032x}"
    assert rows[2][3] == "2030-01-01 12:00:01.000000"
    assert datetime.fromtimestamp(said["timestamp"]).timestamp() == said["timestamp"]


def test_filled_conversation_reads_as_one_that_was_held(records: Engine) -> None:
    with Session(records) as session:
        sender_id, messages = session.execute(
            select(EventRecord.sender_id, func.count(EventRecord.message_id)).group_by(EventRecord.sender_id).limit(1)
        ).one()
    window = Conversations(records).window(sender_id)
    assert [event["event"] for event in window.events] == ["session_started", "user", "bot"]
    assert messages == 1


def test_filled_records_have_what_is_old_and_what_is_open(records: Engine) -> None:
    assert Missed(records).count_waiting() > 0
    assert HandOffs(records).counts().waiting == 20
    gone = Conversations(records).forget_older_than(NOW - timedelta(days=RETENTION_DAYS))
    assert gone == 4 * len(range(0, CONVERSATIONS, HOURS_OF_RETENTION))


# Knowledge


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Engine]:
    """A table of four rows on two topics."""
    rows = [
        row("hsg-kites-clinic"),
        row("hsg-kites-windy-clinic", conditions=["windy"]),
        row("hysteroscopy-kites-clinic"),
        row("hsg-lanterns-clinic"),
    ]
    engine = prepare_database(f"sqlite:///{tmp_path / 'kites.db'}", made_up_knowledge(rows))
    yield engine
    engine.dispose()


def count(engine: Engine, *where: object) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count(RowRecord.id)).where(*where)) or 0  # type: ignore[arg-type]


def test_table_is_shortened_to_the_topics_that_are_asked(table: Engine) -> None:
    shorten(table, ["kites"], 3)
    assert (count(table), count(table, RowRecord.topic == "kites")) == (3, 3)


def test_lengthened_table_answers_the_same(table: Engine) -> None:
    asked = [Question("kites", Procedure.HSG), Question("kites", Procedure.HSG, frozenset({"windy"}))]
    before = [look_up(table, question) for question in asked]
    lengthen(table, ["windy", "rainy", "snowy", "foggy"], 20)
    assert count(table) == 20
    assert count(table, RowRecord.topic == "kites") > 6
    assert [look_up(table, question) for question in asked] == before
    assert all(isinstance(one, Found) for one in before)


def test_copy_beside_its_original_is_narrowed(table: Engine) -> None:
    lengthen(table, ["rainy", "snowy", "foggy"], 8)
    with Session(table) as session:
        copied = session.scalars(select(RowRecord).where(RowRecord.origin == "clinic")).all()
        assert {one.topic for one in copied} == {"kites", "lanterns"}
        for one in copied:
            conditions = {condition.condition for condition in one.conditions}
            assert one.narrowed_by == min(conditions)
            assert {"rainy", "snowy", "foggy"} <= conditions
            assert re.search(r"-0$", one.id)
        assert session.scalar(select(func.count()).select_from(ConditionRecord)) == 4 * 3 + 2
