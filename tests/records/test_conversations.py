"""Conversations in the database: kept once, forgotten, set aside, exported. On SQLite and PostgreSQL."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.records.__main__ import main
from bot.records.conversations import BrokenEvents, Conversations, TakenBefore, now_utc
from bot.records.retention import Retention
from bot.records.tables import Base, EventRecord, InboxRecord, MessengerRecord, open_records
from bot.settings import read_settings

NOW = datetime(2026, 3, 10, 12)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A new database with the present schema."""
    engine = open_records(f"sqlite:///{tmp_path / 'records.db'}")
    yield engine
    engine.dispose()


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


def test_old_conversations_go_whole_and_young_ones_stay_whole(conversations: Conversations, engine: Engine) -> None:
    now = now_utc()
    old, young = now - timedelta(days=31), now - timedelta(days=29)
    conversations.add("old", [said("a", at=old)], kept=0)
    conversations.add("both", [said("b", at=old), said("c", at=young)], kept=0)
    with Session(engine) as session, session.begin():
        for name, at in (("old", old), ("young", young)):
            inbox = InboxRecord(channel="slack", message_id=name, sender_id=name, received_at=at)
            inbox.state, inbox.delivered, inbox.tries = "done", 0, 0
            session.add(inbox)
    assert Retention(conversations, days=30).run_once() == 1
    assert conversations.export("old") == []
    assert len(conversations.export("both")) == 2
    with Session(engine) as session:
        assert [row.message_id for row in session.query(InboxRecord)] == ["young"]


@pytest.mark.parametrize(("what", "code", "left"), [("export", 0, 1), ("forget", 0, 0)])
def test_clinic_exports_and_forgets_by_number(
    tmp_path: Path,
    conversations: Conversations,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
    code: int,
    left: int,
) -> None:
    monkeypatch.setattr("bot.records.__main__.read_settings", lambda: _settings(tmp_path))
    conversations.add("one", [said("hello")], kept=0)
    assert main([what, "one"]) == code
    assert capsys.readouterr().out
    assert len(conversations.export("one")) == left


def test_number_that_nobody_has_is_told(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine
    monkeypatch.setattr("bot.records.__main__.read_settings", lambda: _settings(tmp_path))
    assert main(["export", "nobody"]) == 1


def _settings(folder: Path) -> Any:
    return read_settings({"BOT_RECORDS_URL": f"sqlite:///{folder / 'records.db'}"})
