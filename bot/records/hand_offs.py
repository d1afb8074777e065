"""The conversations that wait for a person, or have one: begun once, taken by one clerk, said in, handed back.

Plain SQLAlchemy with the time passed in; whoever comes second is told so and changes nothing. What the patient of a
messenger is told goes into the inbox as an answer that any door may deliver; its parts are passed in.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, bindparam, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.records.inbox import ANSWERED, SentPart
from bot.records.tables import ClerkMessageRecord, EventRecord, HandOffRecord, InboxRecord, UserRecord
from bot.reply import Level

WAITING, TAKEN, CLOSED = "waiting", "taken", "closed"
LEVELS: tuple[Level, ...] = ("before_visit", "clinic_now", "emergency")  # the most urgent last
USER = "user"
MOST_SHOWN = 100
Filled = dict[str, Any]
_TAKEN = select(HandOffRecord.id).where(HandOffRecord.sender_id == bindparam("sender_id"), HandOffRecord.state == TAKEN)


class HandOffsAway(Exception):
    """The records did not answer; nothing was begun."""


class NoHandOff(Exception):
    """There is no such hand-off, or none that is open."""


class NotYours(Exception):
    """The hand-off is in another's hands; `by` is whose, null where nobody has it."""

    def __init__(self, by: str | None) -> None:
        super().__init__(by)
        self.by = by


class NoAddress(Exception):
    """A messenger's conversation whose address is not known yet."""


@dataclass(frozen=True)
class HandOff:
    """A conversation that waits for a person, or has one. Times are UTC.

    `unanswered_since` is when she wrote what nobody has answered; null where it is her turn.
    """

    id: int
    sender_id: str
    channel: str
    state: str
    opened_at: datetime
    out_of_hours: bool
    taken_at: datetime | None
    taken_by: str | None
    alerted_at: datetime | None
    sign_level: str | None
    wish_at: datetime | None
    unanswered_since: datetime | None = None


@dataclass(frozen=True)
class Told:
    """What a person, or the desk (`by` is null), wrote to her. `by` is the full name. Times are UTC."""

    id: int
    text: str
    by: str | None
    at: datetime


@dataclass(frozen=True)
class Counts:
    """How many conversations wait, have a person, and hold a warning sign."""

    waiting: int = 0
    taken: int = 0
    signs: int = 0


@dataclass(frozen=True)
class HandOffs:
    """The hand-offs of one database. Each call is a transaction of its own and waits as long as the engine does."""

    engine: Engine

    # For her

    def begin(
        self, sender_id: str, channel: str, now: datetime, *, out_of_hours: bool, sign_level: Level | None = None
    ) -> tuple[HandOff, bool]:
        """Put a conversation into the queue; return its hand-off and whether it is new.

        Raises:
            HandOffsAway: the database did not answer.
        """
        try:
            made = self._begin(sender_id, channel, now, out_of_hours)
            if sign_level is not None:
                self.flag(sender_id, sign_level)
            found = made or self.of(sender_id)
        except SQLAlchemyError as error:
            raise HandOffsAway(type(error).__name__) from error
        if found is None:  # closed between the two looks
            raise HandOffsAway("closed meanwhile")
        return found, made is not None

    def of(self, sender_id: str) -> HandOff | None:
        """Return the open hand-off of a conversation; null where it has none."""
        with Session(self.engine) as session:
            record = session.scalar(select(HandOffRecord).where(*_open_of(sender_id)))
            return _hand_off(record) if record is not None else None

    def is_taken(self, sender_id: str) -> bool:
        """Tell whether a person answers a conversation."""
        with self.engine.connect() as connection:
            return connection.scalar(_TAKEN, {"sender_id": sender_id}) is not None

    def place(self, hand_off: HandOff) -> int:
        """Return the place of a hand-off in the queue, 1 for the next to be answered."""
        wanted = select(func.count()).where(HandOffRecord.state == WAITING, HandOffRecord.id <= hand_off.id)
        with Session(self.engine) as session:
            return max(1, session.scalar(wanted) or 0)

    def told(self, sender_id: str, after: int) -> list[Told]:
        """Return what was written to her by people, or by the desk for them, behind the message `after`."""
        wanted = (
            select(ClerkMessageRecord, UserRecord.full_name)
            .outerjoin(UserRecord, UserRecord.name == ClerkMessageRecord.by)
            .where(ClerkMessageRecord.sender_id == sender_id, ClerkMessageRecord.id > after)
            .order_by(ClerkMessageRecord.id)
            .limit(MOST_SHOWN)
        )
        with Session(self.engine) as session:
            return [
                Told(one.id, one.text, full_name if one.by is None else full_name or one.by, one.at)
                for one, full_name in session.execute(wanted)
            ]

    def full_name(self, name: str | None) -> str | None:
        """Return the full name of a member of the staff."""
        if name is None:
            return None
        with Session(self.engine) as session:
            return session.scalar(select(UserRecord.full_name).where(UserRecord.name == name)) or name

    def flag(self, sender_id: str, level: Level) -> bool:
        """Note a warning sign in a conversation that waits or has a person; the most urgent one counts."""
        less = LEVELS[: LEVELS.index(level)]
        worse = or_(HandOffRecord.sign_level.is_(None), HandOffRecord.sign_level.in_(less))
        return self._change(*_open_of(sender_id), worse, sign_level=level) > 0

    def wish(self, sender_id: str, sealed_phone: str, now: datetime) -> None:
        """Keep the number at which she wishes to be called.

        Raises:
            NoHandOff: she has not asked for a person, or it is over.
        """
        if not self._change(*_open_of(sender_id), wish_phone=sealed_phone, wish_at=now):
            raise NoHandOff(sender_id)

    def keep_address(self, sender_id: str, sealed_address: str) -> bool:
        """Keep the address of a messenger's conversation, if it waits for a person or has one.

        Tell whether she has written to that person more than once.
        """
        wrote = (
            select(func.count(EventRecord.id))
            .join(HandOffRecord, HandOffRecord.sender_id == EventRecord.sender_id)
            .where(HandOffRecord.sender_id == sender_id, HandOffRecord.state == TAKEN)
            .where(EventRecord.type == USER, EventRecord.at > HandOffRecord.taken_at)
        )
        if not self._change(*_open_of(sender_id), address=sealed_address):
            return False
        with Session(self.engine) as session:
            return (session.scalar(wrote) or 0) > 1

    # For the desk

    def get(self, number: int) -> HandOff:
        """Return a hand-off, open or closed.

        Raises:
            NoHandOff: there is none.
        """
        with Session(self.engine) as session:
            record = session.get(HandOffRecord, number)
            if record is None:
                raise NoHandOff(str(number))
            return _hand_off(record)

    def open_ones(self) -> list[HandOff]:
        """Return those that wait or have a person, the oldest first, with since when nobody has answered."""
        wanted = (
            select(HandOffRecord, _unanswered_since())
            .where(HandOffRecord.state.in_((WAITING, TAKEN)))
            .order_by(HandOffRecord.opened_at, HandOffRecord.id)
        )
        with Session(self.engine) as session:
            return [_hand_off(record, _as_time(since)) for record, since in session.execute(wanted)]

    def counts(self) -> Counts:
        """Return how many there are."""
        wanted = (
            select(HandOffRecord.state, func.count(), func.count(HandOffRecord.sign_level))
            .where(HandOffRecord.state.in_((WAITING, TAKEN)))
            .group_by(HandOffRecord.state)
        )
        with Session(self.engine) as session:
            found = {state: (count, signs) for state, count, signs in session.execute(wanted)}
        (waiting, signs), (taken, more) = found.get(WAITING, (0, 0)), found.get(TAKEN, (0, 0))
        return Counts(waiting, taken, signs + more)

    def take(
        self, number: int, by: str, now: datetime, notice: str, parts: Sequence[SentPart], over: str | None = None
    ) -> HandOff:
        """Take a conversation that waits, or over from the colleague who has it; she is told by a notice.

        Raises:
            NoHandOff: there is none, or it is closed.
            NotYours: another was first.
        """
        is_free = (
            HandOffRecord.state == WAITING
            if over is None
            else and_(HandOffRecord.state == TAKEN, HandOffRecord.taken_by == over)
        )
        values: Filled = {"state": TAKEN, "taken_by": by, "alerted_at": None}
        values["taken_at"] = func.coalesce(HandOffRecord.taken_at, now)
        return self._do(number, is_free, values, None, notice, parts, now)

    def say(self, number: int, by: str, text: str, parts: Sequence[SentPart], now: datetime) -> HandOff:
        """Write to her.

        Raises:
            NoHandOff: there is none, or it is closed.
            NotYours: another has taken it, or nobody.
            NoAddress: it is a messenger's and cannot be reached yet.
        """
        return self._do(number, _taken_by(by), {"alerted_at": None}, by, text, parts, now)

    def hand_back(self, number: int, by: str, notice: str, parts: Sequence[SentPart], now: datetime) -> HandOff:
        """Give a conversation back to the assistant; address and wish go.

        Raises:
            NoHandOff: there is none, or it is closed.
            NotYours: another has taken it, or nobody.
        """
        return self._do(number, _taken_by(by), _closing(now), None, notice, parts, now)

    def close(self, number: int, by: str, notice: str, parts: Sequence[SentPart], now: datetime) -> HandOff:
        """End what waits, or what one has taken oneself; address and wish go.

        Raises:
            NoHandOff: there is none, or it is closed.
            NotYours: another has taken it.
        """
        may = or_(HandOffRecord.state == WAITING, _taken_by(by))
        return self._do(number, may, _closing(now), None, notice, parts, now)

    def alert(self, hand_off: HandOff, notice: str | None, parts: Sequence[SentPart], now: datetime) -> bool:
        """Note that somebody waits too long, and tell her by a notice; tell whether no other door was first."""
        as_seen = and_(HandOffRecord.state == hand_off.state, HandOffRecord.alerted_at.is_(None))
        try:
            self._do(hand_off.id, as_seen, {"alerted_at": now}, None, notice, parts, now)
        except (NoHandOff, NotYours):
            return False
        return True

    def wished_phone(self, number: int) -> str | None:
        """Return the sealed number at which she wishes to be called; null where she left none."""
        with Session(self.engine) as session:
            return session.scalar(select(HandOffRecord.wish_phone).where(HandOffRecord.id == number))

    def has_address(self, number: int) -> bool:
        """Tell whether a messenger's conversation can be reached."""
        with Session(self.engine) as session:
            return session.scalar(select(HandOffRecord.address).where(HandOffRecord.id == number)) is not None

    def _begin(self, sender_id: str, channel: str, now: datetime, out_of_hours: bool) -> HandOff | None:
        """Return a new hand-off; null where the conversation has one that is open."""
        record = HandOffRecord(
            sender_id=sender_id, channel=channel, state=WAITING, opened_at=now, out_of_hours=out_of_hours
        )
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                session.add(record)
        except IntegrityError:
            return None
        return _hand_off(record)

    def _do(
        self,
        number: int,
        may: ColumnElement[bool],
        values: Filled,
        by: str | None,
        text: str | None,
        parts: Sequence[SentPart],
        now: datetime,
    ) -> HandOff:
        """Change a hand-off that may be changed, and write to her, both or neither; the first of several wins."""
        with Session(self.engine) as session, session.begin():
            address = session.scalar(select(HandOffRecord.address).where(HandOffRecord.id == number))
            changed = session.execute(
                update(HandOffRecord).where(HandOffRecord.id == number, may).values(**values),
                execution_options={"synchronize_session": False},
            )
            record = session.get(HandOffRecord, number)
            if record is None:
                raise NoHandOff(str(number))
            if not changed.rowcount:  # type: ignore[attr-defined]
                raise NotYours(record.taken_by) if record.state != CLOSED else NoHandOff(str(number))
            if text is None:
                return _hand_off(record)
            if by is not None and parts and address is None:
                raise NoAddress(str(number))
            said = ClerkMessageRecord(hand_off_id=number, sender_id=record.sender_id, at=now, by=by, text=text)
            session.add(said)
            session.flush()
            if parts and address is not None:
                session.add(_answer_to_deliver(record, said.id, address, parts, now))
            return _hand_off(record)

    def _change(self, *where: ColumnElement[bool], **values: Any) -> int:
        with Session(self.engine) as session, session.begin():
            found = session.execute(
                update(HandOffRecord).where(*where).values(**values), execution_options={"synchronize_session": False}
            )
            return int(found.rowcount)  # type: ignore[attr-defined]


def _open_of(sender_id: str) -> tuple[ColumnElement[bool], ...]:
    return (HandOffRecord.sender_id == sender_id, HandOffRecord.state != CLOSED)


def _taken_by(by: str) -> ColumnElement[bool]:
    return and_(HandOffRecord.state == TAKEN, HandOffRecord.taken_by == by)


def _closing(now: datetime) -> Filled:
    return {"state": CLOSED, "closed_at": now, "address": None, "wish_phone": None}


def _unanswered_since() -> Any:
    """Return since when nobody has answered: her first message behind a person's last; null where it is her turn."""
    said = (
        select(func.max(ClerkMessageRecord.at))
        .where(
            ClerkMessageRecord.sender_id == HandOffRecord.sender_id,
            ClerkMessageRecord.hand_off_id == HandOffRecord.id,
            ClerkMessageRecord.by.is_not(None),
        )
        .correlate(HandOffRecord)
        .scalar_subquery()
    )
    wrote = (
        select(func.min(EventRecord.at))
        .where(EventRecord.sender_id == HandOffRecord.sender_id, EventRecord.type == USER, EventRecord.at > said)
        .correlate(HandOffRecord)
        .scalar_subquery()
    )
    return case(
        (HandOffRecord.state == WAITING, HandOffRecord.opened_at), (said.is_(None), HandOffRecord.taken_at), else_=wrote
    )


def _as_time(found: Any) -> datetime | None:
    """Return a time that the database has reckoned: SQLite gives it as text."""
    return datetime.fromisoformat(found) if isinstance(found, str) else found


def _hand_off(record: HandOffRecord, unanswered_since: datetime | None = None) -> HandOff:
    return HandOff(
        id=record.id,
        sender_id=record.sender_id,
        channel=record.channel,
        state=record.state,
        opened_at=record.opened_at,
        out_of_hours=record.out_of_hours,
        taken_at=record.taken_at,
        taken_by=record.taken_by,
        alerted_at=record.alerted_at,
        sign_level=record.sign_level,
        wish_at=record.wish_at if record.wish_phone is not None else None,
        unanswered_since=unanswered_since,
    )


def _answer_to_deliver(
    record: HandOffRecord, said: int, address: str, parts: Sequence[SentPart], now: datetime
) -> InboxRecord:
    """Return an answer whose claim is over, so that the courier of any door delivers it next."""
    return InboxRecord(
        channel=record.channel,
        message_id=f"said-{said}",
        sender_id=record.sender_id,
        address=address,
        text=None,
        received_at=now,
        state=ANSWERED,
        claimed_by=f"desk:{secrets.token_hex(8)}",
        claimed_until=now,
        parts=list(parts),
        delivered=0,
        tries=0,
    )
