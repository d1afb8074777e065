"""Conversations in the database: kept once, forgotten, set aside, exported. On SQLite and PostgreSQL."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from records_of_messengers import empty_records
from sqlalchemy import Engine, inspect
from sqlalchemy.orm import Session

from bot.database import change_schema
from bot.records.conversations import BrokenEvents, Conversations, TakenBefore
from bot.records.tables import MIGRATIONS, Base, EventRecord, InboxRecord, MessengerRecord, open_records

NOW = datetime(2026, 3, 10, 12)


OLD, YOUNG = NOW - timedelta(days=31), NOW - timedelta(days=29)
LIMIT = NOW - timedelta(days=30)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Empty records, on either server, as the migrations make them."""
    with empty_records(request.param, tmp_path) as engine:
        Base.metadata.drop_all(engine)
        change_schema(engine, MIGRATIONS)
        yield engine


@pytest.fixture
def conversations(engine: Engine) -> Conversations:
    """The conversations of that database."""
    return Conversations(engine)


def said(text: str, message_id: str | None = None, at: datetime = NOW) -> dict[str, Any]:
    return {"event": "user", "text": text, "message_id": message_id or uuid.uuid4().hex, "timestamp": at.timestamp()}


STARTED = {"event": "session_started", "timestamp": NOW.timestamp()}


def test_schema_of_the_migrations_is_that_of_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "records_version"})
        assert compare_metadata(context, Base.metadata) == []


def test_schema_can_be_taken_back_and_made_again(engine: Engine) -> None:
    change_schema(engine, MIGRATIONS, "base")
    assert set(inspect(engine).get_table_names()) <= {"records_version"}
    change_schema(engine, MIGRATIONS)
    assert set(Base.metadata.tables) < set(inspect(engine).get_table_names())


def test_records_that_are_opened_have_their_schema(tmp_path: Path) -> None:
    for _ in range(2):  # the second time nothing is left to do
        engine = open_records(f"sqlite:///{tmp_path / 'var' / 'records.db'}")
        assert set(Base.metadata.tables) < set(inspect(engine).get_table_names())
        engine.dispose()


def test_events_come_back_in_their_order(conversations: Conversations) -> None:
    events = [STARTED, said("a"), said("b")]
    assert conversations.add("one", events, kept=0) == events
    assert conversations.latest_events("one") == events


def test_only_what_is_new_is_added(conversations: Conversations) -> None:
    first, second = said("a"), said("b")
    conversations.add("one", [first], kept=0)
    assert conversations.add("one", [first, second], kept=1) == [second]
    assert conversations.latest_events("one") == [first, second]


def test_conversation_begins_with_its_last_session(conversations: Conversations) -> None:
    conversations.add("one", [STARTED, said("old"), STARTED, said("new")], kept=0)
    assert [event.get("text") for event in conversations.latest_events("one")] == [None, "new"]


def test_conversation_holds_nothing_of_another(conversations: Conversations) -> None:
    conversations.add("one", [said("mine")], kept=0)
    assert conversations.latest_events("two") == []


def test_message_is_taken_once(conversations: Conversations) -> None:
    conversations.add("one", [said("a", "m1")], kept=0)
    with pytest.raises(TakenBefore):
        conversations.add("one", [said("b"), said("a", "m1")], kept=0)
    assert [event["text"] for event in conversations.latest_events("one")] == ["a"]


def test_two_conversations_may_hold_the_same_message_id(conversations: Conversations) -> None:
    conversations.add("one", [said("a", "m1")], kept=0)
    conversations.add("two", [said("a", "m1")], kept=0)
    assert len(conversations.latest_events("two")) == 1


@pytest.mark.parametrize("row", ["no json", "[]", '{"text": "no kind"}'])
def test_broken_event_is_told_and_set_aside(conversations: Conversations, engine: Engine, row: str) -> None:
    with Session(engine) as session, session.begin():
        session.add(EventRecord(sender_id="one", type="user", at=NOW, data=row))
    with pytest.raises(BrokenEvents):
        conversations.latest_events("one")
    conversations.quarantine("one", NOW)
    assert conversations.latest_events("one") == []
    assert len(conversations.export("one")) == 1


def test_forgotten_conversation_leaves_no_row(conversations: Conversations, engine: Engine) -> None:
    conversations.add("one", [said("a")], kept=0)
    conversations.add("two", [said("b")], kept=0)
    with Session(engine) as session, session.begin():
        session.add(MessengerRecord(sender_id="one", channel="telegram", choices=[], heard_at=NOW))
    assert conversations.forget("one") == 1
    assert conversations.export("one") == []
    assert len(conversations.export("two")) == 1
    with Session(engine) as session:
        assert session.get(MessengerRecord, "one") is None


def test_forgetting_takes_what_a_messenger_message_says_and_keeps_its_id(
    conversations: Conversations, engine: Engine
) -> None:
    keep(engine, inbox("one", NOW, text="kites", address="sealed", parts=[{"text": "Kites."}]))
    conversations.forget("one")
    (row,) = inbox_of(engine)
    assert (row.text, row.address, row.parts, row.sender_id, row.message_id) == (None, None, None, "", "one")


def test_forgetting_lets_a_message_that_waits_be_answered(conversations: Conversations, engine: Engine) -> None:
    keep(engine, inbox("one", NOW, state="received", text="kites"))
    conversations.forget("one")
    assert [row.text for row in inbox_of(engine)] == ["kites"]


def test_forgetting_who_is_not_known_is_no_error(conversations: Conversations) -> None:
    assert conversations.forget("nobody") == 0


def test_broken_conversation_that_was_set_aside_is_forgotten_too(conversations: Conversations, engine: Engine) -> None:
    keep(engine, EventRecord(sender_id="one", type="user", at=NOW, data="no json"))
    conversations.quarantine("one", NOW)
    assert conversations.forget("one") == 1


def test_message_that_was_set_aside_may_be_taken_again(conversations: Conversations) -> None:
    conversations.add("one", [said("a", "m1")], kept=0)
    conversations.quarantine("one", NOW)
    conversations.add("one", [said("a", "m1")], kept=0)
    assert len(conversations.latest_events("one")) == 1


def test_setting_aside_touches_no_other_conversation(conversations: Conversations) -> None:
    conversations.add("two", [said("b")], kept=0)
    conversations.quarantine("one", NOW)
    assert len(conversations.latest_events("two")) == 1


def test_old_conversations_go_whole_and_young_ones_stay_whole(conversations: Conversations) -> None:
    conversations.add("old", [said("a", at=OLD), said("b", at=OLD)], kept=0)
    conversations.add("both", [said("b", at=OLD), said("c", at=YOUNG)], kept=0)
    assert conversations.forget_older_than(LIMIT) == 2
    assert conversations.export("old") == []
    assert len(conversations.export("both")) == 2


def test_old_conversation_that_was_set_aside_goes_too(conversations: Conversations) -> None:
    conversations.add("old", [said("a", at=OLD)], kept=0)
    conversations.quarantine("old", OLD)
    assert conversations.forget_older_than(LIMIT) == 1


def test_old_messages_and_memories_of_messengers_go(conversations: Conversations, engine: Engine) -> None:
    for name, at in (("old", OLD), ("young", YOUNG)):
        keep(engine, inbox(name, at), MessengerRecord(sender_id=name, channel="slack", choices=[], heard_at=at))
    conversations.forget_older_than(LIMIT)
    assert [row.message_id for row in inbox_of(engine)] == ["young"]
    with Session(engine) as session:
        assert [row.sender_id for row in session.query(MessengerRecord)] == ["young"]


def test_export_holds_every_session_and_what_cannot_be_read(conversations: Conversations, engine: Engine) -> None:
    first, second = said("old"), said("new")
    conversations.add("one", [STARTED, first, STARTED, second], kept=0)
    keep(engine, EventRecord(sender_id="one", type="user", at=NOW, data="no json"))
    unreadable = {"event": "unreadable", "data": "no json"}
    assert conversations.export("one") == [STARTED, first, STARTED, second, unreadable]


@pytest.mark.parametrize("text", ["子宫输卵管造影疼吗", "é\u00a0'\"\\\n;--", "😀"])
def test_text_comes_back_as_it_was(conversations: Conversations, text: str) -> None:
    conversations.add("one", [said(text)], kept=0)
    assert [event["text"] for event in conversations.latest_events("one")] == [text]


def test_one_message_added_by_many_at_once_is_kept_once(conversations: Conversations) -> None:
    message = said("a", "m1")

    def add(number: int) -> bool:
        try:
            conversations.add("one", [{**message, "number": number}, said("its answer")], kept=0)
        except TakenBefore:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(add, range(16))].count(True) == 1
    assert len(conversations.latest_events("one")) == 2


def test_what_was_refused_leaves_nothing(conversations: Conversations) -> None:
    conversations.add("one", [said("a", "m1")], kept=0)
    with pytest.raises(TakenBefore):
        conversations.add("one", [{"event": "slot"}, said("a", "m1"), {"event": "bot"}], kept=0)
    assert len(conversations.latest_events("one")) == 1


def inbox(name: str, at: datetime, state: str = "done", **fields: Any) -> InboxRecord:
    return InboxRecord(
        channel="slack", message_id=name, sender_id=name, received_at=at, state=state, delivered=0, tries=0, **fields
    )


def keep(engine: Engine, *rows: Base) -> None:
    with Session(engine) as session, session.begin():
        session.add_all(rows)


def inbox_of(engine: Engine) -> list[InboxRecord]:
    with Session(engine) as session:
        return [*session.query(InboxRecord)]
