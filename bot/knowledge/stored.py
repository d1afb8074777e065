"""Rows as they stand in the database: read back into their shapes, found by words and filters, put in their place.

What may be written, by whom and when, stands in `bot/knowledge/revisions.py`; what a patient is told in `look_up.py`.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, or_, select
from sqlalchemy.orm import Session, selectinload

from bot.knowledge.shapes import Conflict, Knowledge, Row, Source, SourceOfRow, Value
from bot.knowledge.tables import (
    ConditionRecord,
    ConflictPlace,
    ConflictRecord,
    FactRecord,
    Load,
    RevisionRecord,
    RowRecord,
    RowSource,
    RowTranslationRecord,
    SourceRecord,
    ValueRecord,
)

SHIPPED, CLINIC = "shipped", "clinic"
CHANGED_BYTES = 16
OPEN_STATES = ("draft", "approved")
MOST_WORDS = 8
PARTS = (
    selectinload(RowRecord.values),
    selectinload(RowRecord.sources),
    selectinload(RowRecord.facts),
    selectinload(RowRecord.conditions),
)


@dataclass(frozen=True)
class Filters:
    """What is looked for: words that all stand in a row, and the row's own details; empty ones do not count."""

    words: str = ""
    topic: str = ""
    procedure: str = ""
    authority: str = ""
    status: str = ""
    origin: str = ""


@dataclass(frozen=True)
class Listed:
    """A row in a list. `open_state` is that of a version of it that is written and not yet published."""

    row: Row
    origin: str
    open_state: str | None = None


def row_of(record: RowRecord) -> Row:
    """Return the row that a record holds, conditions and facts in the order of the alphabet."""
    return Row.model_validate(
        {
            "id": record.id,
            "procedure": record.procedure,
            "topic": record.topic,
            "authority": record.authority,
            "audience": record.audience,
            "kind": record.kind,
            "conditions": tuple(sorted(one.condition for one in record.conditions)),
            "facts": tuple(sorted(one.fact for one in record.facts)),
            "sources": tuple(SourceOfRow(id=one.source_id, section=one.section) for one in record.sources),
            "short": record.short,
            "more": record.more,
            "values": tuple(Value.model_validate(one, from_attributes=True) for one in record.values),
            "status": record.status,
            "reviewer": record.reviewer,
            "reviewed_on": record.reviewed_on,
            "review_by": record.review_by,
        }
    )


def content_of(row: Row) -> dict[str, Any]:
    """Return what a row tells, without who signed it: two rows of the same content are the same to a patient."""
    told = row.model_dump(mode="json", exclude={"status", "reviewer", "reviewed_on"})
    told |= {"conditions": sorted(row.conditions), "facts": sorted(set(row.facts)), "is_told": row.status != "retired"}
    return told


def parts_of(row: Row) -> dict[str, Any]:
    """Return everything of a row's record but its place, origin and translations."""
    return {
        "sources": [
            RowSource(place=at, source_id=source.id, section=source.section) for at, source in enumerate(row.sources)
        ],
        "conditions": [ConditionRecord(condition=name) for name in dict.fromkeys(row.conditions)],
        "facts": [FactRecord(fact=fact) for fact in dict.fromkeys(row.facts)],
        "values": [ValueRecord(place=at, **value.model_dump()) for at, value in enumerate(row.values)],
        "narrowed_by": min(row.conditions, default=""),
        **row.model_dump(exclude={"sources", "conditions", "facts", "values"}),
    }


def put_row(session: Session, row: Row) -> None:
    """Put a row of the clinic into the table, in the place of the one with its id or behind all others."""
    session.merge(Load(origin=CLINIC, fingerprint=secrets.token_hex(CHANGED_BYTES)))
    record = session.get(RowRecord, row.id)
    if record is None:
        last = session.scalar(select(func.max(RowRecord.place)))
        session.add(RowRecord(place=(last or 0) + 1, origin=CLINIC, translations=[], **parts_of(row)))
        return
    for parts in (record.sources, record.conditions, record.facts, record.values):
        parts.clear()
    session.flush()
    for name, value in parts_of(row).items():
        setattr(record, name, value)
    record.origin = CLINIC


def find_row(engine: Engine, row_id: str) -> Listed | None:
    """Return a row by its id; null where there is none."""
    with Session(engine) as session:
        record = session.get(RowRecord, row_id, options=PARTS)
        if record is None:
            return None
        return Listed(row_of(record), record.origin, _open_states(session, [row_id]).get(row_id))


def search(engine: Engine, filters: Filters, first: int, most: int) -> tuple[list[Listed], int]:
    """Return rows that fit, from the one numbered `first` on, in the order of the table, and how many fit in all."""
    tests = _tests(filters)
    wanted = select(RowRecord).where(*tests).order_by(RowRecord.place, RowRecord.id)
    with Session(engine) as session:
        count = session.scalar(select(func.count(RowRecord.id)).where(*tests)) or 0
        records = session.scalars(wanted.options(*PARTS).offset(first).limit(most)).all()
        states = _open_states(session, [record.id for record in records])
        return [Listed(row_of(record), record.origin, states.get(record.id)) for record in records], count


def due_rows(engine: Engine, until: date, most: int) -> list[Listed]:
    """Return the rows that are told and are to be checked again by a day, the oldest first."""
    wanted = (
        select(RowRecord)
        .where(RowRecord.status != "retired", RowRecord.review_by <= until)
        .order_by(RowRecord.review_by, RowRecord.place)
        .options(*PARTS)
        .limit(most)
    )
    with Session(engine) as session:
        records = session.scalars(wanted).all()
        states = _open_states(session, [record.id for record in records])
        return [Listed(row_of(record), record.origin, states.get(record.id)) for record in records]


def conflicts(engine: Engine, row_id: str | None = None) -> list[Conflict]:
    """Return the points on which sources differ, in the order of the table; those of one row where it is given."""
    with Session(engine) as session:
        return _conflicts(session, [row_id] if row_id is not None else None)


def rows_by_id(engine: Engine, ids: Iterable[str]) -> dict[str, Row]:
    """Return rows by their ids; those that are not there are left out."""
    with Session(engine) as session:
        wanted = select(RowRecord).where(RowRecord.id.in_(list(ids))).options(*PARTS)
        return {record.id: row_of(record) for record in session.scalars(wanted)}


def has_translation(engine: Engine, row_id: str) -> bool:
    """Tell whether a row's text, present or past, was translated."""
    wanted = select(RowTranslationRecord.row_id).where(RowTranslationRecord.row_id == row_id).limit(1)
    with Session(engine) as session:
        return session.scalar(wanted) is not None


def sources(engine: Engine) -> dict[str, Source]:
    """Return the documents that rows are taken from, by id."""
    with Session(engine) as session:
        return {source.id: source for source in _sources(session)}


def whole_table(engine: Engine, knowledge: Knowledge) -> Knowledge:
    """Return the knowledge with the rows, conflicts and sources of the database in place of those shipped."""
    with Session(engine) as session:
        records = session.scalars(select(RowRecord).order_by(RowRecord.place, RowRecord.id).options(*PARTS))
        rows = tuple(row_of(record) for record in records)
        also = {conflict.id: conflict.also for conflict in knowledge.conflicts}
        differ = tuple(one.model_copy(update={"also": also.get(one.id, ())}) for one in _conflicts(session, None))
        return knowledge.model_copy(update={"rows": rows, "conflicts": differ, "sources": _sources(session)})


def around(session: Session, row: Row, knowledge: Knowledge) -> Knowledge:
    """Return the knowledge that a row can be checked against: the rows of its topic and of the conflicts it is in."""
    differ = _conflicts(session, [row.id])
    named = {name for conflict in differ for name in conflict.rows}
    wanted = select(RowRecord).where(or_(RowRecord.topic == row.topic, RowRecord.id.in_(named))).options(*PARTS)
    rows = tuple(row_of(record) for record in session.scalars(wanted))
    return knowledge.model_copy(update={"rows": rows, "conflicts": tuple(differ), "sources": _sources(session)})


def _tests(filters: Filters) -> list[ColumnElement[bool]]:
    tests: list[ColumnElement[bool]] = [
        getattr(RowRecord, name) == value
        for name in ("topic", "authority", "status", "origin")
        if (value := getattr(filters, name))
    ]
    if filters.procedure:
        tests.append(RowRecord.procedure.in_((filters.procedure, "both")))
    for word in filters.words.lower().split()[:MOST_WORDS]:
        parts = (RowRecord.id, RowRecord.short, RowRecord.more)
        tests.append(or_(*(func.lower(part).contains(word, autoescape=True) for part in parts)))
    return tests


def _open_states(session: Session, ids: Sequence[str]) -> dict[str, str]:
    wanted = select(RevisionRecord.row_id, RevisionRecord.state).where(
        RevisionRecord.row_id.in_(ids), RevisionRecord.state.in_(OPEN_STATES)
    )
    return dict(session.execute(wanted).tuples().all())


def _conflicts(session: Session, ids: Sequence[str] | None) -> list[Conflict]:
    wanted = select(ConflictRecord).order_by(ConflictRecord.place, ConflictRecord.id)
    if ids is not None:
        mine = select(ConflictPlace.conflict_id).where(ConflictPlace.row_id.in_(ids))
        wanted = wanted.where(ConflictRecord.id.in_(mine))
    records = session.scalars(wanted).all()
    places: dict[str, list[tuple[str, str]]] = {record.id: [] for record in records}
    told = (
        select(ConflictPlace.conflict_id, ConflictPlace.row_id, ConflictPlace.topic)
        .join(RowRecord, RowRecord.id == ConflictPlace.row_id)
        .where(ConflictPlace.conflict_id.in_(list(places)))
        .order_by(RowRecord.place, ConflictPlace.topic)
    )
    for name, row_id, topic in session.execute(told):
        places[name].append((row_id, topic))
    return [
        Conflict.model_validate(
            {
                "id": record.id,
                "kind": record.kind,
                "question": record.question,
                "rows": list(dict.fromkeys(row_id for row_id, _ in places[record.id])),
                "told_in": list(dict.fromkeys(topic for _, topic in places[record.id])),
                "told": record.told,
                "decides": record.decides,
            }
        )
        for record in records
        if places[record.id]
    ]


def _sources(session: Session) -> tuple[Source, ...]:
    records = session.scalars(select(SourceRecord).order_by(SourceRecord.id))
    return tuple(Source.model_validate(record, from_attributes=True) for record in records)
