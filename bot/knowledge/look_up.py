"""Look a typed question up in the knowledge table. Deterministic.

What is told, or "which procedure?", or "nothing for this".
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from bot.knowledge.held import held, one_look
from bot.knowledge.shapes import AUTHORITY_ORDER, Row, Source, Value, fingerprint_of
from bot.knowledge.tables import ConditionRecord, ConflictPlace, ConflictRecord, RowRecord, RowTranslationRecord
from bot.question import Condition, Language, Procedure, Question
from bot.reply import SourceLine

MOST_ROWS_AN_AUTHORITY = 3
NOT_COVERED = "not_covered"
ENGLISH: Language = "en"
BOTH = "both"  # as the procedure of a row
AT_A_TIME = 50  # rows that are read to find a translated one


@dataclass(frozen=True)
class ToldRow:
    """A row as it is told: what to do in `short`, the rest in `more`."""

    id: str
    authority: str
    procedures: frozenset[Procedure]
    conditions: frozenset[Condition]
    kind: str
    short: str
    more: str
    sources: tuple[SourceLine, ...]
    review_by: date
    values: tuple[Value, ...] = ()
    reviewer: str | None = None
    reviewed_on: date | None = None

    @property
    def text(self) -> str:
        """The whole of what it tells."""
        return f"{self.short} {self.more}".strip()

    @property
    def is_answer(self) -> bool:
        """Whether it tells more than that there is no checked answer."""
        return self.kind != NOT_COVERED


@dataclass(frozen=True)
class Difference:
    """That sources differ on a point, and who decides. `is_plain` tells that they contradict each other."""

    id: str
    told: str
    decides: str
    is_plain: bool = True


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


def look_up(
    engine: Engine,
    question: Question,
    *,
    signed_only: bool = False,
    language: Language = ENGLISH,
    instead: ToldRow | None = None,
) -> Outcome:
    """Return what the table tells a patient on a question.

    `signed_only` leaves out the rows that no clinician has signed. In another language than English only rows count
    whose present text was translated. `instead` is a row that is tried out: it stands in the place of the one with its
    id, or behind all others.
    """
    if instead is not None:
        return _find(engine, question, signed_only, language, instead)
    with one_look():
        told_apart = held(engine, question.topic, lambda: _conditions(engine, question.topic))
        asked = replace(question, conditions=question.conditions & told_apart)
        return held(engine, (asked, signed_only, language), lambda: _find(engine, asked, signed_only, language, None))


def _conditions(engine: Engine, topic: str) -> frozenset[Condition]:
    """Return the conditions that rows on a topic name: what else she said of herself changes nothing there."""
    wanted = select(ConditionRecord.condition).distinct().join(RowRecord).where(RowRecord.topic == topic)
    with Session(engine) as session:
        return frozenset(session.scalars(wanted))


def _find(
    engine: Engine, question: Question, signed_only: bool, language: Language, instead: ToldRow | None
) -> Outcome:
    """Return what the table tells, read now."""
    with Session(engine) as session:
        statuses = ("approved",) if signed_only else ("draft", "approved")
        table = _Table(session, question.topic, statuses, language, instead)
        rows = table.rows(question.conditions)
        with_rows = table.procedures(rows)
        procedure = question.procedure
        if procedure is None:
            common = [row for row in rows if len(row.procedures) == len(Procedure)]
            hers = rows
            special = [row for row in hers if row.conditions]
            if special and all(row in common for row in special):
                hers = common = special
            told = choose(common, question.conditions) if all(row in common for row in hers) else ()
            if told:
                return Found(None, told, _differences(session, told, question.topic, language), False)
            if len(with_rows) > 1:
                return NeedsProcedure()
            if not with_rows:
                return NotCovered(None, False)
            (procedure,) = with_rows
        other_has_rows = procedure.other in with_rows
        told = choose([row for row in rows if procedure in row.procedures], question.conditions)
        if told:
            return Found(procedure, told, _differences(session, told, question.topic, language), other_has_rows)
        if procedure in with_rows:
            return NeedsCondition(procedure, table.conditions(procedure))
        return NotCovered(procedure, other_has_rows)


def choose(rows: list[ToldRow], conditions: frozenset[Condition]) -> tuple[ToldRow, ...]:
    """Choose the rows to tell, per authority: those whose conditions all hold, else the general one.

    That there is no checked answer in general is told only where nothing else is.
    """
    told: list[ToldRow] = []
    for authority in AUTHORITY_ORDER:
        mine = [row for row in rows if row.authority == authority]
        special = [row for row in mine if row.conditions and row.conditions <= conditions]
        general = [row for row in mine if not row.conditions]
        told += special[:MOST_ROWS_AN_AUTHORITY] or general
        if special and not any(row.is_answer for row in special):
            told += general
    answers = [row for row in told if row.is_answer or row.conditions]
    return tuple(answers if any(row.is_answer for row in answers) else told)


def told_row(row: Row, sources: Mapping[str, Source]) -> ToldRow:
    """Return a row that is not in the table as it would be told; a source that is unknown is left out."""
    return ToldRow(
        id=row.id,
        authority=row.authority,
        procedures=frozenset(map(Procedure, row.procedures)),
        conditions=frozenset(row.conditions),
        kind=row.kind,
        short=row.short,
        more=row.more,
        sources=tuple(
            SourceLine(id=one.id, title=known.title, section=one.section, url=known.url)
            for one in row.sources
            if (known := sources.get(one.id))
        ),
        review_by=row.review_by,
        values=row.values,
        reviewer=row.reviewer,
        reviewed_on=row.reviewed_on,
    )


def source_lines(rows: Iterable[ToldRow]) -> tuple[SourceLine, ...]:
    """Return the sources of rows, each once."""
    return tuple(dict.fromkeys(line for row in rows for line in row.sources))


def _with(row: ToldRow, rows: list[ToldRow]) -> list[ToldRow]:
    if any(other.id == row.id for other in rows):
        return [row if other.id == row.id else other for other in rows]
    return [*rows, row]


@dataclass(frozen=True)
class _Table:
    """The rows on a topic that may be told. Read are those that hold for her, however many others there are.

    In another language than English only rows count whose present text was translated. `instead` stands in the place of
    the row with its id, or behind all others.
    """

    session: Session
    topic: str
    statuses: tuple[str, ...]
    language: Language
    instead: ToldRow | None

    def rows(self, conditions: frozenset[Condition]) -> list[ToldRow]:
        """Return the rows whose conditions all hold, in their order."""
        holds = RowRecord.narrowed_by == ""
        if conditions:
            unheld = RowRecord.conditions.any(ConditionRecord.condition.not_in(conditions))
            holds = and_(RowRecord.narrowed_by.in_(("", *conditions)), ~unheld)
        if self.instead is not None:
            holds = or_(holds, RowRecord.id == self.instead.id)
        parts = (selectinload(RowRecord.values), selectinload(RowRecord.sources))
        wanted = select(RowRecord).where(*self._may_be_told, holds).order_by(RowRecord.place).options(*parts)
        if self.language == ENGLISH:
            rows = [_told(record, record.short, record.more) for record in self.session.scalars(wanted)]
        else:
            rows = [
                _told(record, told.short, told.more)
                for record in self.session.scalars(wanted.options(selectinload(RowRecord.translations)))
                for told in record.translations
                if told.language == self.language and told.of == fingerprint_of(record.short, record.more)
            ]
        if self.instead is not None:
            rows = _with(self.instead, rows)
        return [row for row in rows if row.conditions <= conditions]

    def procedures(self, rows: Iterable[ToldRow]) -> set[Procedure]:
        """Return the procedures that have any rows; `rows` are some of them."""
        found = {procedure for row in rows for procedure in row.procedures}
        if self.instead is not None:
            found |= self.instead.procedures
        for procedure in Procedure:
            if procedure not in found and any(self._has_row(written) for written in (procedure.value, BOTH)):
                found.add(procedure)
        return found

    def conditions(self, procedure: Procedure) -> tuple[Condition, ...]:
        """Return the conditions of a procedure's rows, in the order of the rows and of the alphabet."""
        wanted = select(RowRecord.place, ConditionRecord.condition).join(RowRecord.conditions)
        wanted = wanted.where(RowRecord.procedure.in_((procedure.value, BOTH)))
        found = {(float(place), condition) for place, condition in self._translated(wanted)}
        if self.instead is not None and procedure in self.instead.procedures:
            replaced = select(RowRecord.place).where(*self._may_be_told, RowRecord.id == self.instead.id)
            place = self.session.scalar(replaced)
            found |= {(math.inf if place is None else place, condition) for condition in self.instead.conditions}
        return tuple(dict.fromkeys(condition for _, condition in sorted(found)))

    def _has_row(self, procedure: str) -> bool:
        """Tell whether there is a row that is written for a procedure, or for both."""
        wanted = select(RowRecord.id).where(RowRecord.procedure == procedure)
        return any(True for _ in self._translated(wanted.limit(1) if self.language == ENGLISH else wanted))

    def _translated(self, wanted: Select[Any]) -> Iterator[Sequence[Any]]:
        """Yield what is selected of the table's rows but the one that is replaced, as long as more is asked for."""
        wanted = wanted.where(*self._may_be_told)
        if self.instead is not None:
            wanted = wanted.where(RowRecord.id != self.instead.id)
        if self.language == ENGLISH:
            yield from self.session.execute(wanted)
            return
        told = RowTranslationRecord
        wanted = wanted.join(told, RowRecord.id == told.row_id).where(told.language == self.language)
        wanted = wanted.add_columns(told.of, RowRecord.short, RowRecord.more).execution_options(yield_per=AT_A_TIME)
        for *found, of, short, more in self.session.execute(wanted):
            if of == fingerprint_of(short, more):
                yield found

    @property
    def _may_be_told(self) -> tuple[ColumnElement[bool], ...]:
        is_told = RowRecord.status.in_(self.statuses)
        return (RowRecord.topic == self.topic, RowRecord.audience == "patient", is_told)


def _told(record: RowRecord, short: str, more: str) -> ToldRow:
    return ToldRow(
        id=record.id,
        authority=record.authority,
        procedures=frozenset(Procedure) if record.procedure == BOTH else frozenset({Procedure(record.procedure)}),
        conditions=frozenset(condition.condition for condition in record.conditions),
        kind=record.kind,
        short=short,
        more=more,
        sources=tuple(
            SourceLine(id=one.source.id, title=one.source.title, section=one.section, url=one.source.url)
            for one in record.sources
        ),
        review_by=record.review_by,
        values=tuple(Value.model_validate(value, from_attributes=True) for value in record.values),
        reviewer=record.reviewer,
        reviewed_on=record.reviewed_on,
    )


def _differences(session: Session, rows: tuple[ToldRow, ...], topic: str, language: Language) -> tuple[Difference, ...]:
    records = session.scalars(
        select(ConflictRecord)
        .join(ConflictPlace, ConflictPlace.conflict_id == ConflictRecord.id)
        .where(ConflictPlace.topic == topic, ConflictPlace.row_id.in_([row.id for row in rows]))
        .order_by(ConflictRecord.place)
        .distinct()
    )
    if language == ENGLISH:
        return tuple(Difference(record.id, record.told, record.decides, _is_plain(record)) for record in records)
    return tuple(
        Difference(record.id, told.told, told.decides, _is_plain(record))
        for record in records
        for told in record.translations
        if told.language == language and told.of == fingerprint_of(record.told, record.decides)
    )


def _is_plain(record: ConflictRecord) -> bool:
    return record.kind == "true_conflict"
