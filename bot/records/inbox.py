"""The messages of messengers in the database: taken once, claimed by one door at a time, kept until they are answered.

Plain SQLAlchemy with the time passed in; no provider is known here. A conversation's oldest message that is not done is
its head: the head alone can be claimed, its burst with it, so that nothing overtakes and no two doors answer at once.
What is forgotten, and when, is `conversations.py`.
"""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, null, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from bot.records.addresses import Addresses
from bot.records.tables import NOT_DONE, InboxRecord, MessengerRecord

RECEIVED, ANSWERING, ANSWERED, DONE = "received", "answering", "answered", "done"
QUIET = timedelta(seconds=1)  # after so long without another message a burst is over
LONGEST_WAIT = timedelta(seconds=3)  # she that writes on and on is answered even so
LEASE = timedelta(seconds=30)  # above the time of an answer and of one part's delivery
MOST_MESSAGES, MOST_CHARACTERS = 20, 2000  # of one burst; what is more is the next one
ID_CHARACTERS, DOOR_CHARACTERS = 128, 40
SentPart = dict[str, Any]


class LostClaim(Exception):
    """A claim that ran out and was taken over by another door."""


@dataclass(frozen=True)
class Memory:
    """What is remembered of a conversation. A choice is a title, a message and, where one was shown, its number."""

    consent_told: bool = False
    choices: tuple[Mapping[str, str], ...] = ()
    language: str | None = None


@dataclass(frozen=True)
class Claimed:
    """A burst of one conversation that this door has; `address` is sealed, `parts` is null until it is answered."""

    token: str
    channel: str
    sender_id: str
    message_id: str
    address: str = field(repr=False)
    texts: tuple[str | None, ...] = field(repr=False)
    parts: tuple[SentPart, ...] | None = field(repr=False)
    delivered: int
    tries: int
    memory: Memory = field(repr=False)


@dataclass(frozen=True)
class Inbox:
    """The inbox of one database. Each call is a transaction of its own and waits as long as the engine does.

    `mask` takes what identifies a person out of a text before it is stored.
    """

    engine: Engine
    addresses: Addresses
    mask: Callable[[str], str]

    def take(self, channel: str, message_id: str, address: str, text: str | None, now: datetime) -> bool:
        """Store a message; tell whether it is new. Null stands for what cannot be read."""
        record = InboxRecord(
            channel=channel,
            message_id=_short(message_id),
            sender_id=self.addresses.sender_id(channel, address),
            address=self.addresses.seal(address),
            text=self.mask(text) if text is not None else None,
            received_at=now,
            state=RECEIVED,
            delivered=0,
            tries=0,
        )
        try:
            with Session(self.engine) as session, session.begin():
                session.add(record)
        except IntegrityError:
            return False
        return True

    def claim(self, door: str, now: datetime, channels: Collection[str]) -> Claimed | None:
        """Return a burst that is over, or one whose claim ran out, of one of the channels; null where none waits.

        Whoever holds a claim must report on it within `LEASE`.
        """
        due = _due(now, channels)
        with Session(self.engine) as session:
            if session.scalar(due) is None:
                return None
        with Session(self.engine) as session, session.begin():
            _lock_the_file(session.connection())
            head = session.scalar(due.with_for_update(skip_locked=True, of=InboxRecord))
            if head is None:
                return None
            return _claimed(session, head, f"{door[:DOOR_CHARACTERS]}:{secrets.token_hex(8)}", now)

    def answered(
        self, claimed: Claimed, parts: Sequence[SentPart], memory: Memory, consent_told_now: bool, now: datetime
    ) -> Claimed:
        """Store what is to be delivered, and what is remembered of the conversation from now on.

        Raises:
            LostClaim: another door has taken over.
        """
        with Session(self.engine) as session, session.begin():
            _report(session, claimed, state=ANSWERED, parts=list(parts), tries=0, claimed_until=now + LEASE)
            record = session.get(MessengerRecord, claimed.sender_id)
            if record is None:
                record = MessengerRecord(sender_id=claimed.sender_id, channel=claimed.channel)
                session.add(record)
            record.choices = [dict(choice) for choice in memory.choices]
            record.language, record.heard_at = memory.language, now
            if consent_told_now:
                record.consent_told_at = now
        return replace(claimed, parts=tuple(parts), memory=memory, tries=0)

    def delivered(self, claimed: Claimed, count: int, now: datetime) -> Claimed:
        """Note how many parts are delivered.

        Raises:
            LostClaim: another door has taken over.
        """
        with Session(self.engine) as session, session.begin():
            _report(session, claimed, delivered=count, tries=0, claimed_until=now + LEASE)
        return replace(claimed, delivered=count, tries=0)

    def postponed(self, claimed: Claimed, pause: timedelta, now: datetime) -> None:
        """Let go of a claim whose answer or delivery failed; after a pause it may be tried again.

        Raises:
            LostClaim: another door has taken over.
        """
        with Session(self.engine) as session, session.begin():
            _report(session, claimed, tries=claimed.tries + 1, claimed_until=now + pause)

    def done(self, claimed: Claimed) -> None:
        """End a claim: what was written, the address and the answer go; the id stays, so that it is taken once.

        Raises:
            LostClaim: another door has taken over.
        """
        with Session(self.engine) as session, session.begin():
            _report(
                session, claimed, state=DONE, text=None, address=None, parts=null(), claimed_by=None, claimed_until=None
            )


def _due(now: datetime, channels: Collection[str]) -> Any:
    """Return the query for a head that may be claimed, the one that waits longest first."""
    earlier, same = aliased(InboxRecord), aliased(InboxRecord)
    is_head = ~(
        select(earlier.id)
        .where(
            earlier.sender_id == InboxRecord.sender_id,
            earlier.state.in_((RECEIVED, ANSWERING, ANSWERED)),
            earlier.id < InboxRecord.id,
        )
        .exists()
    )
    newest = (
        select(func.max(same.received_at))
        .where(same.sender_id == InboxRecord.sender_id, same.state == RECEIVED)
        .scalar_subquery()
    )
    burst_is_over = or_(InboxRecord.received_at <= now - LONGEST_WAIT, newest <= now - QUIET)
    is_due: ColumnElement[bool] = or_(
        and_(InboxRecord.state == RECEIVED, burst_is_over),
        and_(InboxRecord.state.in_((ANSWERING, ANSWERED)), InboxRecord.claimed_until < now),
    )
    return (
        select(InboxRecord)
        .where(text(f"inbox_message.{NOT_DONE}"), InboxRecord.channel.in_(channels), is_due, is_head)
        .order_by(InboxRecord.id)
        .limit(1)
    )


def _claimed(session: Session, head: InboxRecord, token: str, now: datetime) -> Claimed:
    together = [InboxRecord.sender_id == head.sender_id, InboxRecord.state == head.state]
    if head.state != RECEIVED:  # what was claimed together stays together, and what a person said by itself
        together.append(InboxRecord.claimed_by == head.claimed_by)
    rows = session.scalars(select(InboxRecord).where(*together).order_by(InboxRecord.id).limit(MOST_MESSAGES)).all()
    if head.state == RECEIVED:
        rows = _together(rows)
    for row in rows:
        row.claimed_by, row.claimed_until = token, now + LEASE
        row.state = ANSWERING if row.state == RECEIVED else row.state
    kept = session.get(MessengerRecord, head.sender_id)
    return Claimed(
        token=token,
        channel=head.channel,
        sender_id=head.sender_id,
        message_id=head.message_id,
        address=head.address or "",
        texts=tuple(row.text for row in rows),
        parts=tuple(head.parts) if head.state == ANSWERED and head.parts is not None else None,
        delivered=head.delivered,
        tries=head.tries,
        memory=Memory(kept.consent_told_at is not None, tuple(kept.choices), kept.language) if kept else Memory(),
    )


def _together(rows: Sequence[InboxRecord]) -> list[InboxRecord]:
    """Return the first messages that are asked together: as many as one question may be long, one at least."""
    burst: list[InboxRecord] = []
    left = MOST_CHARACTERS
    for row in rows:
        left -= len(row.text or "") + 1
        if burst and left < 0:
            break
        burst.append(row)
    return burst


def _report(session: Session, claimed: Claimed, **values: Any) -> None:
    """Change the rows of a claim.

    Raises:
        LostClaim: another door has taken over.
    """
    found = session.execute(
        update(InboxRecord)
        .where(InboxRecord.claimed_by == claimed.token, InboxRecord.sender_id == claimed.sender_id)
        .values(**values),
        execution_options={"synchronize_session": False},
    )
    if not found.rowcount:  # type: ignore[attr-defined]
        raise LostClaim("another door has taken over")


def _lock_the_file(connection: Connection) -> None:
    """Become the one writer of an SQLite file before the first look; PostgreSQL locks the row that is looked at."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _short(message_id: str) -> str:
    return message_id if len(message_id) <= ID_CHARACTERS else sha256(message_id.encode()).hexdigest()
