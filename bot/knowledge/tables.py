"""The knowledge table in the database (SQLAlchemy 2.0): shapes only."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The metadata that the migrations in `migrations/` build."""


class SourceRecord(Base):
    """A document that rows are taken from."""

    __tablename__ = "source"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(64))
    tier: Mapped[str] = mapped_column(String(8))
    url: Mapped[str | None] = mapped_column(Text)
    read_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text)


class RowRecord(Base):
    """One thing that may be told.

    `narrowed_by` is one of its conditions, empty where it has none: by it what may hold for a patient is found.
    """

    __tablename__ = "knowledge_row"
    __table_args__ = (
        Index("ix_knowledge_row_cell", "topic", "procedure", "audience", "status"),
        Index("ix_knowledge_row_narrowed", "topic", "narrowed_by", "audience", "status"),
    )
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    place: Mapped[int]
    procedure: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str] = mapped_column(String(64))
    authority: Mapped[str] = mapped_column(String(16))
    audience: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    short: Mapped[str] = mapped_column(Text)
    more: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    reviewer: Mapped[str | None] = mapped_column(Text)
    reviewed_on: Mapped[date | None] = mapped_column(Date)
    review_by: Mapped[date] = mapped_column(Date)
    origin: Mapped[str] = mapped_column(String(16))
    narrowed_by: Mapped[str] = mapped_column(String(64))
    sources: Mapped[list["RowSource"]] = relationship(
        lazy="select", cascade="all, delete-orphan", order_by="RowSource.place"
    )
    translations: Mapped[list["RowTranslationRecord"]] = relationship(lazy="select", cascade="all, delete-orphan")
    conditions: Mapped[list["ConditionRecord"]] = relationship(lazy="selectin", cascade="all, delete-orphan")
    facts: Mapped[list["FactRecord"]] = relationship(lazy="select", cascade="all, delete-orphan")
    values: Mapped[list["ValueRecord"]] = relationship(
        lazy="select", cascade="all, delete-orphan", order_by="ValueRecord.place"
    )


class RowSource(Base):
    """A part of a document that a row was taken from."""

    __tablename__ = "row_source"
    row_id: Mapped[str] = mapped_column(ForeignKey("knowledge_row.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"))
    section: Mapped[str] = mapped_column(Text)
    source: Mapped[SourceRecord] = relationship(lazy="joined")


class RowTranslationRecord(Base):
    """What a row tells in another language; `of` is the fingerprint of the text that was translated."""

    __tablename__ = "row_translation"
    row_id: Mapped[str] = mapped_column(ForeignKey("knowledge_row.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    of: Mapped[str] = mapped_column(String(16))
    short: Mapped[str] = mapped_column(Text)
    more: Mapped[str] = mapped_column(Text)


class ConditionRecord(Base):
    """A condition that must hold for a row to be told."""

    __tablename__ = "row_condition"
    row_id: Mapped[str] = mapped_column(ForeignKey("knowledge_row.id", ondelete="CASCADE"), primary_key=True)
    condition: Mapped[str] = mapped_column(String(64), primary_key=True)


class FactRecord(Base):
    """A fact that a row tells."""

    __tablename__ = "row_fact"
    row_id: Mapped[str] = mapped_column(ForeignKey("knowledge_row.id", ondelete="CASCADE"), primary_key=True)
    fact: Mapped[str] = mapped_column(String(32), primary_key=True)


class ValueRecord(Base):
    """A number that a row tells, with its unit."""

    __tablename__ = "row_value"
    row_id: Mapped[str] = mapped_column(ForeignKey("knowledge_row.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(32))
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    anchor: Mapped[str | None] = mapped_column(String(32))
    approx: Mapped[bool]
    bound: Mapped[str | None] = mapped_column(String(16))


class ConflictRecord(Base):
    """A point on which sources differ, and how that is told."""

    __tablename__ = "conflict"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    question: Mapped[str] = mapped_column(Text)
    told: Mapped[str] = mapped_column(Text)
    decides: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(16))
    translations: Mapped[list["ConflictTranslationRecord"]] = relationship(lazy="select", cascade="all, delete-orphan")


class ConflictTranslationRecord(Base):
    """How a conflict is told in another language; `of` is the fingerprint of the text that was translated."""

    __tablename__ = "conflict_translation"
    conflict_id: Mapped[str] = mapped_column(ForeignKey("conflict.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    of: Mapped[str] = mapped_column(String(16))
    told: Mapped[str] = mapped_column(Text)
    decides: Mapped[str] = mapped_column(Text)


class ConflictPlace(Base):
    """A row and a topic in whose answers a conflict is told."""

    __tablename__ = "conflict_place"
    __table_args__ = (Index("ix_conflict_place_row", "row_id", "topic"),)
    conflict_id: Mapped[str] = mapped_column(ForeignKey("conflict.id", ondelete="CASCADE"), primary_key=True)
    row_id: Mapped[str] = mapped_column(ForeignKey("knowledge_row.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(64), primary_key=True)


class Load(Base):
    """The shipped knowledge that was loaded last, so that a start without changes loads nothing.

    Of the clinic's own rows: a mark that is another one after each change (`held.py`).
    """

    __tablename__ = "knowledge_load"
    origin: Mapped[str] = mapped_column(String(16), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))


class RevisionRecord(Base):
    """A version of a row, counted from 1; nothing of a version is ever changed but its state and who moved it on.

    `body` is the row in the shape of `shapes.Row`. `state` is `draft`, `approved` (by a clinician, not its author),
    `published` (what patients are told, or were before a later one) or `withdrawn`. What was shipped has the author
    `shipped`. Times are UTC.
    """

    __tablename__ = "row_revision"
    __table_args__ = (UniqueConstraint("row_id", "number", name="uq_row_revision"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    row_id: Mapped[str] = mapped_column(String(128))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16), index=True)
    comment: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(DateTime)
    approved_by: Mapped[str | None] = mapped_column(String(64))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime)
    published_by: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None] = mapped_column(DateTime)


class ClinicRecord(Base):
    """A version of what the clinic says of itself (`bot.settings.Clinic`); the last one holds. Times are UTC."""

    __tablename__ = "clinic_version"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    author: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(DateTime)
