"""The records in the database: the events of conversations, and messages that wait for their answer.

Shapes only; who reads and writes them stands beside: `conversations.py`, `inbox.py`.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Engine, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.database import change_schema, make_folder_of, open_engine

MIGRATIONS = Path(__file__).parent / "migrations"
SENDER_CHARACTERS = 64
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


def open_records(records_url: str, within_seconds: float = 5.0) -> Engine:
    """Return an engine to the records, which have the present schema."""
    make_folder_of(records_url)
    engine = open_engine(records_url, within_seconds)
    change_schema(engine, MIGRATIONS)
    return engine
