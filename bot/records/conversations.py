"""The events of conversations in the database: read, added once, set aside when broken, forgotten, exported.

Plain SQLAlchemy with the time passed in; nothing of Rasa is known here, an event is a mapping as Rasa writes it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

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

SESSION_STARTED, USER = "session_started", "user"
OF_A_CONVERSATION = (ClerkMessageRecord, HandOffRecord, VoteRecord, MissedRecord)

Event = dict[str, Any]


class TakenBefore(Exception):
    """A message that is already in its conversation."""


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
                .where(*_of(sender_id), EventRecord.id >= func.coalesce(began, 0))
                .order_by(EventRecord.id)
            ).all()
        return [_read(row) for row in rows]

    def add(self, sender_id: str, events: Sequence[Event], kept: int) -> list[Event]:
        """Add what a conversation has come to, and which of its questions were missed; return the events that were new.

        `events` are those since the session began; `kept` of them were read from here.

        Raises:
            TakenBefore: one of the messages among them was added meanwhile.
        """
        new = list(events[kept:])
        if not new:
            return new
        try:
            with Session(self.engine) as session, session.begin():
                session.add_all(_record(sender_id, event) for event in new)
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

        A missed question that nobody has handled stays, without its conversation.
        """
        old = select(EventRecord.sender_id).group_by(EventRecord.sender_id).having(func.max(EventRecord.at) < moment)
        with Session(self.engine) as session, session.begin():
            session.execute(delete(MessengerRecord).where(MessengerRecord.heard_at < moment))
            session.execute(delete(InboxRecord).where(InboxRecord.received_at < moment))
            ended = func.coalesce(HandOffRecord.closed_at, HandOffRecord.taken_at, HandOffRecord.opened_at)
            session.execute(delete(HandOffRecord).where(ended < moment))
            session.execute(delete(ClerkMessageRecord).where(ClerkMessageRecord.at < moment))
            session.execute(delete(VoteRecord).where(VoteRecord.at < moment))
            session.execute(delete(MissedRecord).where(MissedRecord.handled_at < moment))
            session.execute(update(MissedRecord).where(MissedRecord.at < moment).values(sender_id=None))
            found = session.execute(
                delete(EventRecord).where(EventRecord.sender_id.in_(old)),
                execution_options={"synchronize_session": False},
            )
            return int(found.rowcount)  # type: ignore[attr-defined]

    def export(self, sender_id: str) -> list[Event]:
        """Return everything that is kept of a conversation, in order; what cannot be read as it stands."""
        with Session(self.engine) as session:
            rows = session.scalars(
                select(EventRecord.data).where(EventRecord.sender_id == sender_id).order_by(EventRecord.id)
            ).all()
        return [_read_or_show(row) for row in rows]


def now_utc() -> datetime:
    """Return the present moment as the records write it."""
    return datetime.now(UTC).replace(tzinfo=None)


def _of(sender_id: str) -> tuple[Any, ...]:
    return (EventRecord.sender_id == sender_id, EventRecord.quarantined_at.is_(None))


def _session_began(sender_id: str) -> Any:
    return (
        select(func.max(EventRecord.id)).where(*_of(sender_id), EventRecord.type == SESSION_STARTED).scalar_subquery()
    )


def _record(sender_id: str, event: Event) -> EventRecord:
    at = datetime.fromtimestamp(event.get("timestamp") or 0, UTC).replace(tzinfo=None)
    return EventRecord(
        sender_id=sender_id,
        type=str(event["event"]),
        message_id=event.get("message_id") if event["event"] == USER else None,
        at=at,
        data=json.dumps(event, ensure_ascii=False),
    )


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
