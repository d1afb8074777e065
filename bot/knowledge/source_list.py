"""Each source with what was taken from it: for the page of sources."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, joinedload

from bot.knowledge.tables import RowRecord, RowSource, SourceRecord


@dataclass(frozen=True)
class Taken:
    """One thing that was taken from a source: from which part of it, and the row that tells it."""

    section: str
    row: str
    topic: str
    procedure: str
    told: str
    status: str


@dataclass(frozen=True)
class ListedSource:
    """A source, when it was read, and everything that was taken from it."""

    id: str
    title: str
    publisher: str
    kind: str
    tier: str
    url: str | None
    read_on: date
    note: str
    taken: tuple[Taken, ...]


def list_sources(engine: Engine, *, signed_only: bool = False) -> tuple[ListedSource, ...]:
    """Return the sources in their order, each with the rows that a patient is told from it; those of no row too."""
    statuses = ("approved",) if signed_only else ("draft", "approved")
    taken: dict[str, list[Taken]] = defaultdict(list)
    with Session(engine) as session:
        wanted = (
            select(RowSource, RowRecord)
            .join(RowRecord, RowSource.row_id == RowRecord.id)
            .where(RowRecord.audience == "patient", RowRecord.status.in_(statuses))
            .order_by(RowRecord.place, RowSource.place)
            .options(joinedload(RowSource.source))
        )
        for part, row in session.execute(wanted):
            one = Taken(part.section, row.id, row.topic, row.procedure, row.short, row.status)
            taken[part.source_id].append(one)
        return tuple(
            ListedSource(
                id=source.id,
                title=source.title,
                publisher=source.publisher,
                kind=source.kind,
                tier=source.tier,
                url=source.url,
                read_on=source.read_on,
                note=source.note,
                taken=tuple(taken[source.id]),
            )
            for source in session.scalars(select(SourceRecord).order_by(SourceRecord.tier.desc(), SourceRecord.id))
        )
