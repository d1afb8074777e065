"""Look a typed question up in the knowledge table. Deterministic.

What is told, or "which procedure?", or "nothing for this".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from bot.knowledge.shapes import AUTHORITY_ORDER, Row, Source, Value, fingerprint_of
from bot.knowledge.tables import ConflictPlace, ConflictRecord, RowRecord
from bot.question import Condition, Language, Procedure, Question
from bot.reply import SourceLine

MOST_ROWS_AN_AUTHORITY = 3
NOT_COVERED = "not_covered"
ENGLISH: Language = "en"


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
    with Session(engine) as session:
        rows = _rows(session, question.topic, signed_only, language)
        if instead is not None:
            rows = _with(instead, rows)
        with_rows = {procedure for row in rows for procedure in row.procedures}
        procedure = question.procedure
        if procedure is None:
            common = [row for row in rows if len(row.procedures) == len(Procedure)]
            hers = [row for row in rows if row.conditions <= question.conditions]
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
        candidates = [row for row in rows if procedure in row.procedures]
        other_has_rows = procedure.other in with_rows
        told = choose(candidates, question.conditions)
        if told:
            return Found(procedure, told, _differences(session, told, question.topic, language), other_has_rows)
        if candidates:
            return NeedsCondition(procedure, tuple(dict.fromkeys(_details(candidates))))
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


def _details(rows: Iterable[ToldRow]) -> Iterable[Condition]:
    for row in rows:
        yield from sorted(row.conditions)


def _rows(session: Session, topic: str, signed_only: bool, language: Language) -> list[ToldRow]:
    statuses = ("approved",) if signed_only else ("draft", "approved")
    wanted = (
        select(RowRecord)
        .where(
            RowRecord.topic == topic,
            RowRecord.audience == "patient",
            RowRecord.status.in_(statuses),
        )
        .order_by(RowRecord.place)
        .options(selectinload(RowRecord.values), selectinload(RowRecord.sources))
    )
    if language == ENGLISH:
        return [_told(record, record.short, record.more) for record in session.scalars(wanted)]
    return [
        _told(record, told.short, told.more)
        for record in session.scalars(wanted.options(selectinload(RowRecord.translations)))
        for told in record.translations
        if told.language == language and told.of == fingerprint_of(record.short, record.more)
    ]


def _told(record: RowRecord, short: str, more: str) -> ToldRow:
    return ToldRow(
        id=record.id,
        authority=record.authority,
        procedures=frozenset(Procedure) if record.procedure == "both" else frozenset({Procedure(record.procedure)}),
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
