"""Migrations and loading, on SQLite and on PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from made_up import conflict, row
from made_up import knowledge as made_up_knowledge
from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import open_engine
from bot.knowledge.load import load, migrate, prepare_database
from bot.knowledge.look_up import Found, look_up
from bot.knowledge.shapes import Knowledge
from bot.knowledge.tables import (
    Base,
    ConditionRecord,
    ConflictPlace,
    ConflictRecord,
    FactRecord,
    RowRecord,
    RowSource,
    SourceRecord,
    ValueRecord,
)
from bot.question import Procedure, Question

HSG = "hsg-kites-clinic"
FLIGHT = {"name": "flight", "low": 3, "high": 7, "unit": "day", "anchor": "procedure", "approx": True}
TABLE = made_up_knowledge(
    [row(HSG, values=[FLIGHT], conditions=["windy"]), row("hsg-kites-reference")], [conflict("X1", [HSG], ["kites"])]
)
CHANGED = made_up_knowledge([row(HSG, short="Other words.", conditions=["windy"])])
HERS = Question("kites", Procedure.HSG, frozenset({"windy"}))


@pytest.fixture
def database(empty_database: str) -> Iterator[Engine]:
    """A database, on either server, with the present schema and nothing in it."""
    engine = open_engine(empty_database)
    migrate(engine)
    yield engine
    engine.dispose()


def content(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every line of every table."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(line) for line in connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def texts(engine: Engine) -> dict[str, str]:
    outcome = look_up(engine, HERS)
    assert isinstance(outcome, Found), outcome
    return {entry.id: entry.short for entry in outcome.rows}


def add_clinics_own_row(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add(
            RowRecord(
                id="own",
                place=0,
                procedure="hsg",
                topic="kites",
                authority="guideline",
                audience="patient",
                kind="answer",
                short="Our own words.",
                more="",
                sources=[RowSource(place=0, source_id="T2", section="Page 1")],
                status="draft",
                review_by=date(2099, 1, 31),
                origin="clinic",
                narrowed_by="windy",
                conditions=[ConditionRecord(condition="windy")],
                facts=[FactRecord(fact="T2-09")],
                values=[ValueRecord(place=0, name="flight", unit="day", value=3, approx=False)],
            )
        )


def test_migrations_build_what_the_models_say(database: Engine) -> None:
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_second_migration_changes_nothing(database: Engine) -> None:
    load(database, TABLE)
    before = content(database)
    migrate(database)
    assert content(database) == before


def test_migrations_can_be_taken_back(database: Engine) -> None:
    migrate(database, "base")
    assert inspect(database).get_table_names() == ["alembic_version"]


def test_first_load_brings_everything_into_the_database(database: Engine) -> None:
    assert load(database, TABLE) is True
    with Session(database) as session:
        record = session.get_one(RowRecord, HSG)
        (value,) = record.values
        assert (record.short, record.sources[0].source.title, record.origin) == (
            f"What {HSG} tells.",
            "Book of kites",
            "shipped",
        )
        assert [condition.condition for condition in record.conditions] == ["windy"]
        assert [fact.fact for fact in record.facts] == ["T1-01"]
        assert (value.low, value.high, value.unit, value.anchor, value.approx) == (3, 7, "day", "procedure", True)
        assert session.scalars(select(ConflictPlace.row_id)).all() == [HSG]


def test_second_load_changes_nothing(database: Engine) -> None:
    load(database, TABLE)
    before = content(database)
    assert load(database, TABLE) is False
    assert content(database) == before


def test_changed_text_is_loaded(database: Engine) -> None:
    load(database, TABLE)
    assert load(database, CHANGED) is True
    assert texts(database) == {HSG: "Other words."}


def test_row_that_is_no_longer_shipped_is_gone_with_all_its_details(database: Engine) -> None:
    load(database, TABLE)
    load(database, made_up_knowledge([]))
    left = {name for name, lines in content(database).items() if lines}
    assert left == {"source", "knowledge_load"}


def test_way_back_to_the_first_table_is_a_load_too(database: Engine) -> None:
    load(database, TABLE)
    before = content(database)
    load(database, CHANGED)
    assert load(database, TABLE) is True
    assert content(database) == before


def test_changed_title_of_a_source_is_loaded(database: Engine) -> None:
    load(database, TABLE)
    first, *others = TABLE.sources
    sources = (first.model_copy(update={"title": "New book"}), *others)
    load(database, TABLE.model_copy(update={"sources": sources}))
    with Session(database) as session:
        assert session.get_one(SourceRecord, first.id).title == "New book"


def test_clinics_own_row_survives_a_reload_with_its_details(database: Engine) -> None:
    load(database, TABLE)
    add_clinics_own_row(database)
    load(database, CHANGED)
    assert texts(database) == {HSG: "Other words.", "own": "Our own words."}
    with Session(database) as session:
        record = session.get_one(RowRecord, "own")
        assert [fact.fact for fact in record.facts] == ["T2-09"]
        assert [value.value for value in record.values] == [3]


def test_clinics_own_conflict_about_a_shipped_row_survives_a_reload(database: Engine) -> None:
    load(database, TABLE)
    with Session(database) as session, session.begin():
        session.add(
            ConflictRecord(
                id="own", place=9, kind="tension", question="Which?", told="Ours.", decides="We do.", origin="clinic"
            )
        )
        session.flush()
        session.add(ConflictPlace(conflict_id="own", row_id=HSG, topic="kites"))
    load(database, CHANGED)
    outcome = look_up(database, HERS)
    assert isinstance(outcome, Found)
    assert [difference.told for difference in outcome.differences] == ["Ours."]


def test_load_that_fails_leaves_the_table_as_it_was(database: Engine) -> None:
    load(database, TABLE)
    before = content(database)
    broken = made_up_knowledge([row(HSG, short="Other words.")], [conflict("X1", ["hsg-kites-gone"], ["kites"])])
    with pytest.raises(IntegrityError):
        load(database, broken)
    assert content(database) == before


def test_database_of_shipped_knowledge_holds_every_row(engine: Engine, knowledge: Knowledge) -> None:
    expected = {
        RowRecord: len(knowledge.rows),
        ConditionRecord: sum(len(set(entry.conditions)) for entry in knowledge.rows),
        FactRecord: sum(len(set(entry.facts)) for entry in knowledge.rows),
        ValueRecord: sum(len(entry.values) for entry in knowledge.rows),
        ConflictRecord: len(knowledge.conflicts),
        SourceRecord: len(knowledge.sources),
    }
    with Session(engine) as session:
        found = {record: session.scalar(select(func.count()).select_from(record)) for record in expected}
    assert found == expected


def test_look_ups_come_out_the_same_on_every_database(
    empty_database: str, engine: Engine, knowledge: Knowledge
) -> None:
    other = prepare_database(empty_database, knowledge)
    told_of_herself = defaultdict(lambda: {frozenset[str]()})
    for entry in knowledge.rows:
        told_of_herself[entry.topic].add(frozenset(entry.conditions))
    questions = [
        Question(topic.id, procedure, conditions)
        for topic in knowledge.topics
        for procedure, conditions in product((None, *Procedure), told_of_herself[topic.id])
    ]
    try:
        outcomes = {question: look_up(other, question) for question in questions}
    finally:
        other.dispose()
    assert len(outcomes) > 3 * len(knowledge.topics)
    assert outcomes == {question: look_up(engine, question) for question in questions}


def test_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    path = tmp_path / "var" / "deep" / "knowledge.db"
    prepare_database(f"sqlite:///{path}", TABLE).dispose()
    assert path.is_file()


def test_database_is_prepared_again_with_what_it_holds(empty_database: str) -> None:
    prepare_database(empty_database, TABLE).dispose()
    engine = prepare_database(empty_database, TABLE)
    assert texts(engine).keys() == {HSG, "hsg-kites-reference"}
    engine.dispose()
