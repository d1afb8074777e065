"""The texts of rows by their ids, each with its source: for what was looked up before and is told again later."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.knowledge.tables import RowRecord, SourceRecord


@dataclass(frozen=True)
class RowText:
    """What a row says, and the part of a document that it was taken from."""

    text: str
    title: str
    section: str


def row_texts(engine: Engine, ids: Iterable[str], *, signed_only: bool = False) -> dict[str, RowText]:
    """Return the texts of those rows that a patient may still be told; a row that was withdrawn is left out."""
    statuses = ("approved",) if signed_only else ("draft", "approved")
    wanted = (
        select(RowRecord.id, RowRecord.text, SourceRecord.title, RowRecord.source_section)
        .join(SourceRecord, RowRecord.source_id == SourceRecord.id)
        .where(RowRecord.id.in_(list(ids)), RowRecord.audience == "patient", RowRecord.status.in_(statuses))
    )
    with Session(engine) as session:
        return {name: RowText(text, title, section) for name, text, title, section in session.execute(wanted)}
