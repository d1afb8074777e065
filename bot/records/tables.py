"""The records in the database: conversations, messages that wait, and what the front desk has to do and has done.

Shapes only; who reads and writes them stands beside: `conversations.py`, `inbox.py`, `hand_offs.py`, `votes.py`,
`missed.py`, `tally.py`, `users.py`, `audit.py`.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.database import change_schema, make_folder_of, open_engine

MIGRATIONS = Path(__file__).parent / "migrations"
SENDER_CHARACTERS = 64
WAITS, NAMED = "handled_at IS NULL", "sender_id IS NOT NULL"  # of missed questions
NOT_DONE = "state <> 'done'"  # of inbox messages; written out, for a database must see that its index fits
Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up whole numbers of this type alone


class Base(DeclarativeBase):
    """The metadata that the migrations in `migrations/` build. Times are UTC."""


class EventRecord(Base):
    """An event of a conversation, as Rasa writes it. A message is taken once: its id is unique in its conversation."""

    __tablename__ = "conversation_event"
    __table_args__ = (
        UniqueConstraint("sender_id", "message_id", name="uq_conversation_event_message"),
        Index("ix_conversation_event_sender", "sender_id", "id"),
        Index("ix_conversation_event_sender_type", "sender_id", "type", "id"),
        Index("ix_conversation_event_at", "at"),
    )
    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    sender_id: Mapped[str] = mapped_column(String(SENDER_CHARACTERS))
    type: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(DateTime)
    data: Mapped[str] = mapped_column(Text)
    quarantined_at: Mapped[datetime | None] = mapped_column(DateTime)


class InboxRecord(Base):
    """A message of a messenger until it is answered: the text is masked, the address goes when it is answered.

    `state` is `received`, `answering` (one door has it until `claimed_until`), `answered` (its `parts` are being
    delivered, `delivered` of them are) or `done`.
    """

    __tablename__ = "inbox_message"
    __table_args__ = (
        UniqueConstraint("channel", "message_id", name="uq_inbox_message"),
        Index("ix_inbox_message_state", "state", "received_at"),
        Index("ix_inbox_message_sender", "sender_id", "id"),
        Index("ix_inbox_message_received", "received_at"),
        Index("ix_inbox_message_open", "channel", "id", sqlite_where=text(NOT_DONE), postgresql_where=text(NOT_DONE)),
    )
    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(16))
    message_id: Mapped[str] = mapped_column(String(128))
    sender_id: Mapped[str] = mapped_column(String(SENDER_CHARACTERS))
    address: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime)
    state: Mapped[str] = mapped_column(String(16))
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None] = mapped_column(DateTime)
    parts: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    delivered: Mapped[int]
    tries: Mapped[int]


class MessengerRecord(Base):
    """What is remembered of a messenger's conversation: consent was told, the choices offered last, the language.

    A choice has a title, a message and, where one was shown, its number.
    """

    __tablename__ = "messenger_conversation"
    sender_id: Mapped[str] = mapped_column(String(SENDER_CHARACTERS), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    consent_told_at: Mapped[datetime | None] = mapped_column(DateTime)
    choices: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    language: Mapped[str | None] = mapped_column(String(8))
    heard_at: Mapped[datetime] = mapped_column(DateTime, index=True)


class HandOffRecord(Base):
    """A conversation that waits for a person, or has one. One at a time is open in a conversation.

    `state` is `waiting`, `taken` (a clerk answers, the assistant is silent) or `closed`. `address` (a messenger's) and
    `wish_phone` (the number that she wishes to be called at) are sealed (`addresses.py`) and go when it is closed.
    """

    __tablename__ = "hand_off"
    __table_args__ = (
        Index(
            "uq_hand_off_open",
            "sender_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_hand_off_state", "state", "opened_at"),
        Index("ix_hand_off_opened", "opened_at"),
    )
    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    sender_id: Mapped[str] = mapped_column(String(SENDER_CHARACTERS), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime] = mapped_column(DateTime)
    out_of_hours: Mapped[bool]
    taken_at: Mapped[datetime | None] = mapped_column(DateTime)
    taken_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime)
    alerted_at: Mapped[datetime | None] = mapped_column(DateTime)
    sign_level: Mapped[str | None] = mapped_column(String(16))
    address: Mapped[str | None] = mapped_column(Text)
    wish_phone: Mapped[str | None] = mapped_column(Text)
    wish_at: Mapped[datetime | None] = mapped_column(DateTime)


class ClerkMessageRecord(Base):
    """What a clerk, or the desk for her, wrote to a patient in a hand-off. `by` is null where the desk itself tells."""

    __tablename__ = "clerk_message"
    __table_args__ = (
        Index("ix_clerk_message_sender", "sender_id", "id"),
        Index("ix_clerk_message_hand_off", "hand_off_id"),
        Index("ix_clerk_message_at", "at"),
    )
    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    hand_off_id: Mapped[int] = mapped_column(ForeignKey("hand_off.id", ondelete="CASCADE"))
    sender_id: Mapped[str] = mapped_column(String(SENDER_CHARACTERS))
    at: Mapped[datetime] = mapped_column(DateTime)
    by: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)


class VoteRecord(Base):
    """Whether a reply helped: the `place`-th to a message of a conversation, voted on once and changed at will."""

    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("sender_id", "message_id", "place", name="uq_vote"), Index("ix_vote_at", "at"))
    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    sender_id: Mapped[str] = mapped_column(String(SENDER_CHARACTERS))
    message_id: Mapped[str] = mapped_column(String(64))
    place: Mapped[int]
    helpful: Mapped[bool]
    topic: Mapped[str | None] = mapped_column(String(64))
    procedure: Mapped[str | None] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(DateTime)


class MissedRecord(Base):
    """A question that was not answered well; masked, and kept until it is handled. `why` says how it came here.

    `sender_id` goes with the conversation; `vector` is what the question means (float32, unit length).
    """

    __tablename__ = "missed_question"
    __table_args__ = (
        UniqueConstraint("sender_id", "message_id", "why", name="uq_missed_question"),
        Index("ix_missed_question_handled", "handled_at", "at"),
        Index("ix_missed_question_waiting", "id", sqlite_where=text(WAITS), postgresql_where=text(WAITS)),
        Index("ix_missed_question_named", "at", sqlite_where=text(NAMED), postgresql_where=text(NAMED)),
    )
    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    sender_id: Mapped[str | None] = mapped_column(String(SENDER_CHARACTERS))
    message_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(DateTime)
    text: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str | None] = mapped_column(String(64))
    procedure: Mapped[str | None] = mapped_column(String(16))
    confidence: Mapped[float | None]
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    handled_at: Mapped[datetime | None] = mapped_column(DateTime)
    handled_by: Mapped[str | None] = mapped_column(String(64))
    handled_as: Mapped[str | None] = mapped_column(String(64))


class ExampleRecord(Base):
    """A sentence that the desk made a training example of an intent; `trained_at` is when a model first learnt it."""

    __tablename__ = "training_example"
    __table_args__ = (UniqueConstraint("intent", "text", name="uq_training_example"),)
    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    intent: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(500))
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(DateTime)
    trained_at: Mapped[datetime | None] = mapped_column(DateTime)


class TallyRecord(Base):
    """How often something happened on a day of the clinic: counts alone, nothing of anyone."""

    __tablename__ = "tally"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    what: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]


class UserRecord(Base):
    """A member of the clinic's staff. `role` is one of `users.ROLES`; nobody is deleted, whoever leaves is disabled."""

    __tablename__ = "desk_user"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    full_name: Mapped[str] = mapped_column(String(128))
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str] = mapped_column(String(256))
    failures: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(DateTime)
    created_at: Mapped[datetime] = mapped_column(DateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime)


class SessionRecord(Base):
    """A login. The cookie holds the token, this its hash; every form brings `csrf` along."""

    __tablename__ = "desk_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("desk_user.name"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(DateTime)
    seen_at: Mapped[datetime] = mapped_column(DateTime)


class AuditRecord(Base):
    """Who did what at the desk. The database itself refuses to change or delete one."""

    __tablename__ = "desk_audit"
    __table_args__ = (Index("ix_desk_audit_subject", "subject", "id"),)
    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(DateTime)
    by: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


def open_records(records_url: str, within_seconds: float = 5.0) -> Engine:
    """Return an engine to the records, which have the present schema."""
    make_folder_of(records_url)
    engine = open_engine(records_url, within_seconds)
    change_schema(engine, MIGRATIONS)
    return engine
