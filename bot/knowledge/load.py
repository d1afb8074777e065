"""Bring the database to the present schema and load the shipped knowledge into it.

A clinic's own rows survive a reload: those that were added at the desk, and those that were shipped and edited there.
"""

from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, delete, inspect, select
from sqlalchemy.orm import Session

from bot.database import change_schema, make_folder_of, open_engine, take_turn
from bot.knowledge.shapes import Conflict, Knowledge, Row
from bot.knowledge.stored import CLINIC, SHIPPED, parts_of
from bot.knowledge.tables import (
    ConflictPlace,
    ConflictRecord,
    ConflictTranslationRecord,
    Load,
    RowRecord,
    RowTranslationRecord,
    SourceRecord,
)

MIGRATIONS = Path(__file__).parent / "migrations"


def prepare_database(database_url: str, knowledge: Knowledge) -> Engine:
    """Return an engine to a database that has the present schema and holds the knowledge."""
    make_folder_of(database_url)
    engine = open_engine(database_url)
    migrate(engine)
    load(engine, knowledge)
    return engine


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision."""
    change_schema(engine, MIGRATIONS, revision)


def is_loaded(engine: Engine) -> bool:
    """Tell whether the table holds knowledge; false where there is no table.

    Raises:
        OperationalError: the database cannot be reached.
    """
    if not inspect(engine).has_table(Load.__tablename__):
        return False
    with Session(engine) as session:
        return session.get(Load, SHIPPED) is not None


def load(engine: Engine, knowledge: Knowledge) -> bool:
    """Replace the shipped knowledge in one transaction; return whether anything had changed."""
    fingerprint = sha256(knowledge.model_dump_json().encode()).hexdigest()
    with Session(engine) as session, session.begin():
        take_turn(session.connection())
        loaded = session.get(Load, SHIPPED)
        if loaded is not None and loaded.fingerprint == fingerprint:
            return False
        session.execute(delete(ConflictRecord).where(ConflictRecord.origin == SHIPPED))
        kept = [row.id for row in knowledge.rows]
        session.execute(delete(RowRecord).where(RowRecord.origin == SHIPPED, RowRecord.id.not_in(kept)))
        for source in knowledge.sources:
            session.merge(SourceRecord(**source.model_dump()))
        session.flush()
        own = set(session.scalars(select(RowRecord.id).where(RowRecord.origin == CLINIC)))
        for place, row in enumerate(knowledge.rows):
            if row.id in own:
                session.get_one(RowRecord, row.id).place = place
                session.execute(delete(RowTranslationRecord).where(RowTranslationRecord.row_id == row.id))
                session.add_all(_translations(row, knowledge, row_id=row.id))
            else:
                session.merge(_row_record(place, row, knowledge))
        session.flush()
        session.add_all(
            _conflict_record(place, conflict, knowledge) for place, conflict in enumerate(knowledge.conflicts)
        )
        session.flush()
        session.add_all(
            ConflictPlace(conflict_id=conflict.id, row_id=row, topic=topic)
            for conflict in knowledge.conflicts
            for row in dict.fromkeys(conflict.rows)
            for topic in dict.fromkeys(conflict.told_in)
        )
        session.merge(Load(origin=SHIPPED, fingerprint=fingerprint))
    return True


def _row_record(place: int, row: Row, knowledge: Knowledge) -> RowRecord:
    return RowRecord(place=place, origin=SHIPPED, translations=_translations(row, knowledge), **parts_of(row))


def _translations(row: Row, knowledge: Knowledge, **details: str) -> list[RowTranslationRecord]:
    """Return a row's translations; look-ups pass over those of another text."""
    return [
        RowTranslationRecord(language=told.language, **entry.model_dump(exclude={"id"}), **details)
        for told in knowledge.translations
        for entry in told.rows
        if entry.id == row.id
    ]


def _conflict_record(place: int, conflict: Conflict, knowledge: Knowledge) -> ConflictRecord:
    return ConflictRecord(
        place=place,
        origin=SHIPPED,
        translations=[
            ConflictTranslationRecord(language=told.language, **entry.model_dump(exclude={"id"}))
            for told in knowledge.translations
            for entry in told.conflicts
            if entry.id == conflict.id
        ],
        **conflict.model_dump(exclude={"also", "rows", "told_in"}),
    )
