"""The texts of rows by their ids, each with its sources: for what was looked up before and is told again later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from bot.knowledge.tables import RowRecord


@dataclass(frozen=True)
class RowText:
    """What a row says, the parts of documents that it was taken from (title and section), and who signed it when."""

    text: str
    sources: tuple[tuple[str, str], ...]
    reviewer: str | None = None
    reviewed_on: date | None = None


def row_texts(engine: Engine, ids: Iterable[str], *, signed_only: bool = False) -> dict[str, RowText]:
    """Return the texts of those rows that a patient may still be told; a row that was withdrawn is left out."""
    statuses = ("approved",) if signed_only else ("draft", "approved")
    wanted = (
        select(RowRecord)
        .where(RowRecord.id.in_(list(ids)), RowRecord.audience == "patient", RowRecord.status.in_(statuses))
        .options(selectinload(RowRecord.sources))
    )
    with Session(engine) as session:
        return {
            row.id: RowText(
                f"{row.short} {row.more}".strip(),
                tuple((one.source.title, one.section) for one in row.sources),
                row.reviewer,
                row.reviewed_on,
            )
            for row in session.scalars(wanted)
        }
