"""Look a typed question up in the knowledge table. Deterministic.

What is told, or "which procedure?", or "nothing for this".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from bot.knowledge.shapes import AUTHORITY_ORDER, Value
from bot.knowledge.tables import ConflictPlace, ConflictRecord, RowRecord
from bot.question import Condition, Procedure, Question

MOST_ROWS_AN_AUTHORITY = 3


@dataclass(frozen=True)
class SourceOfAnswer:
    """The part of a document that an answer names."""

    id: str
    title: str
    section: str
    url: str | None


@dataclass(frozen=True)
class ToldRow:
    """A row as it is told."""

    id: str
    authority: str
    procedures: frozenset[Procedure]
    conditions: frozenset[Condition]
    text: str
    source: SourceOfAnswer
    review_by: date
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Difference:
    """That sources differ on a point, and who decides."""

    id: str
    told: str
    decides: str


@dataclass(frozen=True)
class Found:
    """The rows that answer a question, house rules first, and where sources differ. No procedure: true for both."""

    procedure: Procedure | None
    rows: tuple[ToldRow, ...]
    differences: tuple[Difference, ...]
    other_procedure_has_rows: bool


@dataclass(frozen=True)
class NeedsProcedure:
    """Both procedures have rows of their own, and the question names neither."""


@dataclass(frozen=True)
class NeedsCondition:
    """There are only rows for some patients; tells which details would open one."""

    procedure: Procedure
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class NotCovered:
    """The table says nothing on this."""

    procedure: Procedure | None
    other_procedure_has_rows: bool


Outcome = Found | NeedsProcedure | NeedsCondition | NotCovered


def look_up(engine: Engine, question: Question, *, signed_only: bool = False) -> Outcome:
    """Return what the table tells a patient on a question.

    `signed_only` leaves out the rows that no clinician has signed.
    """
    with Session(engine) as session:
        rows = _rows(session, question.topic, signed_only)
        with_rows = {procedure for row in rows for procedure in row.procedures}
        procedure = question.procedure
        if procedure is None:
            common = [row for row in rows if len(row.procedures) == len(Procedure)]
            hers = [row for row in rows if row.conditions <= question.conditions]
            told = choose(common, question.conditions) if all(row in common for row in hers) else ()
            if told:
                return Found(None, told, _differences(session, told, question.topic), False)
            if len(with_rows) > 1:
                return NeedsProcedure()
            if not with_rows:
                return NotCovered(None, False)
            (procedure,) = with_rows
        candidates = [row for row in rows if procedure in row.procedures]
        other_has_rows = procedure.other in with_rows
        told = choose(candidates, question.conditions)
        if told:
            return Found(procedure, told, _differences(session, told, question.topic), other_has_rows)
        if candidates:
            return NeedsCondition(procedure, tuple(dict.fromkeys(_details(candidates))))
        return NotCovered(procedure, other_has_rows)


def choose(rows: list[ToldRow], conditions: frozenset[Condition]) -> tuple[ToldRow, ...]:
    """Choose the rows to tell, per authority: those whose conditions all hold, else the general one."""
    told: list[ToldRow] = []
    for authority in AUTHORITY_ORDER:
        mine = [row for row in rows if row.authority == authority]
        special = [row for row in mine if row.conditions and row.conditions <= conditions]
        told += special[:MOST_ROWS_AN_AUTHORITY] or [row for row in mine if not row.conditions]
    return tuple(told)


def _details(rows: Iterable[ToldRow]) -> Iterable[Condition]:
    for row in rows:
        yield from sorted(row.conditions)


def _rows(session: Session, topic: str, signed_only: bool) -> list[ToldRow]:
    statuses = ("approved",) if signed_only else ("draft", "approved")
    records = session.scalars(
        select(RowRecord)
        .where(
            RowRecord.topic == topic,
            RowRecord.audience == "patient",
            RowRecord.status.in_(statuses),
        )
        .order_by(RowRecord.place)
        .options(selectinload(RowRecord.values))
    )
    return [_told(record) for record in records]


def _told(record: RowRecord) -> ToldRow:
    return ToldRow(
        id=record.id,
        authority=record.authority,
        procedures=frozenset(Procedure) if record.procedure == "both" else frozenset({Procedure(record.procedure)}),
        conditions=frozenset(condition.condition for condition in record.conditions),
        text=record.text,
        source=SourceOfAnswer(record.source.id, record.source.title, record.source_section, record.source.url),
        review_by=record.review_by,
        values=tuple(Value.model_validate(value, from_attributes=True) for value in record.values),
    )


def _differences(session: Session, rows: tuple[ToldRow, ...], topic: str) -> tuple[Difference, ...]:
    records = session.scalars(
        select(ConflictRecord)
        .join(ConflictPlace, ConflictPlace.conflict_id == ConflictRecord.id)
        .where(ConflictPlace.topic == topic, ConflictPlace.row_id.in_([row.id for row in rows]))
        .order_by(ConflictRecord.place)
        .distinct()
    )
    return tuple(Difference(record.id, record.told, record.decides) for record in records)
