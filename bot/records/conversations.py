"""The events of conversations in the database: read, added once, set aside when broken, forgotten, exported.

Plain SQLAlchemy with the time passed in; nothing of Rasa is known here, an event is a mapping as Rasa writes it.
"""

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, Engine, Update, case, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from bot.records.missed import missed_in
from bot.records.tables import (
    ClerkMessageRecord,
    EventRecord,
    HandOffRecord,
    InboxRecord,
    MessengerRecord,
    MissedRecord,
    VoteRecord,
)

SESSION_STARTED, USER, BOT, CHECKPOINT = "session_started", "user", "bot", "checkpoint"
EVENTS_A_CHECKPOINT = 20  # so many and at most twice as many are read for a message, however long the conversation is
MOST_AT_A_TIME = 500  # rows that are deleted in one transaction
PAUSE_SECONDS = 0.02  # after each, for those who wait to write: SQLite has one writer at a time
OF_A_CONVERSATION = (ClerkMessageRecord, HandOffRecord, VoteRecord, MissedRecord)

Event = dict[str, Any]


class TakenBefore(Exception):
    """A message that is already in its conversation."""


@dataclass(frozen=True)
class Window:
    """The end of a conversation: the slots where it begins, the events from there on, and how many are unchecked.

    `unchecked` are those after the last checkpoint.
    """

    slots: Mapping[str, Any]
    events: list[Event]
    unchecked: int


class BrokenEvents(Exception):
    """A conversation with an event that cannot be read."""


@dataclass(frozen=True)
class Conversations:
    """The conversations of one database. Each call is a transaction of its own and waits as long as the engine does."""

    engine: Engine

    def latest_events(self, sender_id: str) -> list[Event]:
        """Return the events since the conversation's session began, in order; none where there is no conversation.

        Raises:
            BrokenEvents: one of them is no JSON object.
        """
        began = _session_began(sender_id)
        with Session(self.engine) as session:
            rows = session.scalars(
                select(EventRecord.data)
                .where(*_of(sender_id), EventRecord.id >= func.coalesce(began, 0), EventRecord.type != CHECKPOINT)
                .order_by(EventRecord.id)
            ).all()
        return [_read(row) for row in rows]

    def window(self, sender_id: str) -> Window:
        """Return the end of a conversation: from its last checkpoint but one on, within its session.

        Raises:
            BrokenEvents: one of the events is no JSON object.
        """
        checkpoint = (
            select(EventRecord.id)
            .where(*_of(sender_id), EventRecord.type == CHECKPOINT)
            .order_by(EventRecord.id.desc())
            .offset(1)
            .limit(1)
            .scalar_subquery()
        )
        began = _session_began(sender_id)
        later = case((checkpoint > func.coalesce(began, 0), checkpoint), else_=func.coalesce(began, 0))
        with Session(self.engine) as session:
            rows = session.execute(
                select(EventRecord.type, EventRecord.data)
                .where(*_of(sender_id), EventRecord.id >= later)
                .order_by(EventRecord.id)
            ).all()
        events = [_read(data) for _, data in rows]
        slots = events[0]["slots"] if events and events[0]["event"] == CHECKPOINT else {}
        checked = max((place for place, event in enumerate(events, 1) if event["event"] == CHECKPOINT), default=0)
        return Window(slots, [event for event in events if event["event"] != CHECKPOINT], len(events) - checked)

    def count_messages(self, sender_id: str) -> int:
        """Return how many messages of a conversation are kept."""
        wanted = select(func.count()).where(EventRecord.sender_id == sender_id, EventRecord.type == USER)
        with Session(self.engine) as session:
            return session.scalar(wanted) or 0

    def said_to(self, sender_id: str, message_id: str) -> list[Event]:
        """Return what the assistant said to a message, however long ago."""
        with Session(self.engine) as session:
            asked = session.scalar(
                select(EventRecord.id).where(EventRecord.sender_id == sender_id, EventRecord.message_id == message_id)
            )
            if asked is None:
                return []
            following = select(EventRecord.id).where(
                EventRecord.sender_id == sender_id, EventRecord.type == USER, EventRecord.id > asked
            )
            until = session.scalar(following.order_by(EventRecord.id).limit(1))
            rows = session.scalars(
                select(EventRecord.data)
                .where(
                    EventRecord.sender_id == sender_id,
                    EventRecord.type == BOT,
                    EventRecord.id > asked,
                    *([EventRecord.id < until] if until is not None else []),
                )
                .order_by(EventRecord.id)
            ).all()
        return [_read(row) for row in rows]

    def add(
        self, sender_id: str, events: Sequence[Event], kept: int, checkpoint: Mapping[str, Any] | None = None
    ) -> list[Event]:
        """Add what a conversation has come to, and which of its questions were missed; return the events that were new.

        `events` are those of a window or of the whole session; `kept` of them were read from here. `checkpoint` are
        the slots after them, where a new window may begin there.

        Raises:
            TakenBefore: one of the messages among them was added meanwhile.
        """
        new = list(events[kept:])
        if not new:
            return new
        rows = [_row(sender_id, event) for event in new]
        if checkpoint is not None:  # its number is above theirs
            at = new[-1].get("timestamp")
            rows.append(_row(sender_id, {"event": CHECKPOINT, "timestamp": at, "slots": dict(checkpoint)}))
        try:
            with Session(self.engine) as session, session.begin():
                session.execute(insert(EventRecord), rows)
                session.add_all(missed_in(sender_id, events, kept))
        except IntegrityError as error:
            raise TakenBefore from error
        return new

    def quarantine(self, sender_id: str, now: datetime) -> None:
        """Set the events of a conversation aside: it begins anew, and what is broken waits for a person."""
        with Session(self.engine) as session, session.begin():
            session.execute(update(EventRecord).where(*_of(sender_id)).values(quarantined_at=now, message_id=None))

    def forget(self, sender_id: str) -> int:
        """Delete everything that is kept of a conversation; return how many events went."""
        with Session(self.engine) as session, session.begin():
            session.execute(delete(MessengerRecord).where(MessengerRecord.sender_id == sender_id))
            session.execute(
                update(InboxRecord)
                .where(InboxRecord.sender_id == sender_id, InboxRecord.state == "done")
                .values(text=None, address=None, parts=None, sender_id="")
            )
            for table in OF_A_CONVERSATION:
                session.execute(delete(table).where(table.sender_id == sender_id))
            found = session.execute(delete(EventRecord).where(EventRecord.sender_id == sender_id))
            return int(found.rowcount)  # type: ignore[attr-defined]

    def forget_older_than(self, moment: datetime) -> int:
        """Delete each conversation in which nothing was said since a moment; return how many events went.

        A missed question that nobody has handled stays, without its conversation. Few rows go at a time and others may
        write in between, so that no message waits for it, however much there is to delete.
        """
        for key, is_old in _outlived(moment):
            some = select(key).where(*is_old).limit(MOST_AT_A_TIME)
            self._repeat(delete(key.class_).where(*is_old, key.in_(some)))
        named = (MissedRecord.at < moment, MissedRecord.sender_id.is_not(None))
        some = select(MissedRecord.id).where(*named).limit(MOST_AT_A_TIME)
        self._repeat(update(MissedRecord).where(*named, MissedRecord.id.in_(some)).values(sender_id=None))
        return sum(self._forget_senders(senders, moment) for senders in self._with_old_events(moment))

    def _with_old_events(self, moment: datetime) -> Iterator[set[str]]:
        """Yield whose events are older than a moment, some at a time, the oldest first; they may have young ones."""
        place = tuple_(EventRecord.at, EventRecord.id)
        last: tuple[datetime, int] = (datetime.min, 0)
        while True:
            wanted = select(EventRecord.at, EventRecord.id, EventRecord.sender_id).where(
                EventRecord.at < moment, EventRecord.at >= last[0], place > last
            )
            with Session(self.engine) as session:
                found = session.execute(wanted.order_by(EventRecord.at, EventRecord.id).limit(MOST_AT_A_TIME)).all()
            if not found:
                return
            last = (found[-1].at, found[-1].id)
            yield {sender_id for _, _, sender_id in found}

    def _forget_senders(self, senders: Collection[str], moment: datetime) -> int:
        """Delete the events of those conversations in which nothing was said since a moment; return how many went."""
        younger = aliased(EventRecord)
        said_since = select(younger.id).where(younger.sender_id == EventRecord.sender_id, younger.at >= moment).exists()
        return self._change(delete(EventRecord).where(EventRecord.sender_id.in_(senders), ~said_since))

    def _repeat(self, change: Delete | Update) -> None:
        """Change some rows again and again, until none is left to change."""
        while self._change(change):
            pass

    def _change(self, change: Delete | Update) -> int:
        """Change rows in a transaction of its own, after which others have a moment to write; return how many."""
        with Session(self.engine) as session, session.begin():
            found = session.execute(change, execution_options={"synchronize_session": False})
            count = int(found.rowcount)  # type: ignore[attr-defined]
        if count:
            time.sleep(PAUSE_SECONDS)
        return count

    def export(self, sender_id: str) -> list[Event]:
        """Return everything that is kept of a conversation, in order; what cannot be read as it stands."""
        with Session(self.engine) as session:
            rows = session.scalars(
                select(EventRecord.data).where(EventRecord.sender_id == sender_id).order_by(EventRecord.id)
            ).all()
        return [_read_or_show(row) for row in rows]


def _outlived(moment: datetime) -> Iterator[tuple[InstrumentedAttribute[Any], tuple[ColumnElement[bool], ...]]]:
    """Yield the key of each table but the events', and which of its rows are older than a moment."""
    ended = func.coalesce(HandOffRecord.closed_at, HandOffRecord.taken_at, HandOffRecord.opened_at)
    yield MessengerRecord.sender_id, (MessengerRecord.heard_at < moment,)
    yield InboxRecord.id, (InboxRecord.received_at < moment,)
    yield HandOffRecord.id, (HandOffRecord.opened_at < moment, ended < moment)
    yield ClerkMessageRecord.id, (ClerkMessageRecord.at < moment,)
    yield VoteRecord.id, (VoteRecord.at < moment,)
    yield MissedRecord.id, (MissedRecord.handled_at < moment,)


def now_utc() -> datetime:
    """Return the present moment as the records write it."""
    return datetime.now(UTC).replace(tzinfo=None)


def _of(sender_id: str) -> tuple[Any, ...]:
    return (EventRecord.sender_id == sender_id, EventRecord.quarantined_at.is_(None))


def _session_began(sender_id: str) -> Any:
    return (
        select(func.max(EventRecord.id)).where(*_of(sender_id), EventRecord.type == SESSION_STARTED).scalar_subquery()
    )


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    """Return an event as a row of its table."""
    return {
        "sender_id": sender_id,
        "type": str(event["event"]),
        "message_id": event.get("message_id") if event["event"] == USER else None,
        "at": datetime.fromtimestamp(event.get("timestamp") or 0, UTC).replace(tzinfo=None),
        "data": json.dumps(event, ensure_ascii=False),
    }


def _read(row: str) -> Event:
    try:
        event = json.loads(row)
    except ValueError as error:
        raise BrokenEvents("an event is no JSON") from error
    if not isinstance(event, dict) or "event" not in event:
        raise BrokenEvents("an event is no JSON object that names its kind")
    return event


def _read_or_show(row: str) -> Event:
    try:
        return _read(row)
    except BrokenEvents:
        return {"event": "unreadable", "data": row}
