"""What was found is told again without reading the table, and never when the table has changed meanwhile."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from made_up import knowledge as made_up_knowledge
from made_up import row
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from bot.database import open_engine
from bot.knowledge import held
from bot.knowledge.held import one_look
from bot.knowledge.load import load, migrate
from bot.knowledge.look_up import Found, NotCovered, look_up
from bot.knowledge.revisions import Revisions
from bot.question import Procedure, Question

KITES = "hsg-kites-clinic"
NOW = datetime(2026, 3, 1, 9)
ASKED = Question("kites", Procedure.HSG)
TABLE = made_up_knowledge(
    [row(KITES, short="Silk."), row("hsg-kites-windy-clinic", conditions=["windy"], short="Wait.")]
)


@pytest.fixture
def ours(empty_database: str) -> Iterator[Engine]:
    """The table as this process sees it."""
    engine = open_engine(empty_database)
    migrate(engine)
    load(engine, TABLE)
    yield engine
    engine.dispose()


@pytest.fixture
def theirs(empty_database: str, ours: Engine) -> Iterator[Engine]:  # noqa: ARG001  (it makes the table)
    """The same table as another process sees it."""
    engine = open_engine(empty_database)
    yield engine
    engine.dispose()


def publish(engine: Engine, **changes: object) -> None:
    revisions = Revisions(engine, TABLE)
    standing = revisions.history(KITES)[0]
    draft = revisions.write(standing.row.model_copy(update=changes), standing.number, "anna", "", NOW)
    revisions.approve(KITES, draft.number, "dora", NOW)
    revisions.publish(KITES, draft.number, "anna", NOW, reviewer="Dr Dora Lim", reviewed_on=date(2026, 3, 2))


def told(engine: Engine, *conditions: str) -> list[str]:
    outcome = look_up(engine, Question("kites", Procedure.HSG, frozenset(conditions)))
    return [one.short for one in outcome.rows] if isinstance(outcome, Found) else []


def statements(engine: Engine) -> list[str]:
    """Return a list that what is sent to the database is added to."""
    found: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: found.append(call[2]))
    return found


def test_what_another_process_publishes_is_told_at_once(ours: Engine, theirs: Engine) -> None:
    assert told(ours) == ["Silk."]
    publish(theirs, short="Paper.")
    assert told(ours) == ["Paper."]
    publish(theirs, short="Silk.")
    assert told(ours) == ["Silk."]


def test_what_another_process_withdraws_is_told_no_more(ours: Engine, theirs: Engine) -> None:
    assert told(ours) == ["Silk."]
    publish(theirs, status="retired")
    assert told(ours) == []
    assert told(ours, "windy") == ["Wait."]


def test_what_another_process_loads_is_told_at_once(ours: Engine, theirs: Engine) -> None:
    assert told(ours) == ["Silk."]
    load(theirs, made_up_knowledge([row(KITES, short="Cotton.")]))
    assert told(ours) == ["Cotton."]
    load(theirs, made_up_knowledge([row("hsg-lanterns-clinic")]))
    assert look_up(ours, ASKED) == NotCovered(Procedure.HSG, other_procedure_has_rows=False)


def test_second_look_asks_only_how_the_table_stands(ours: Engine) -> None:
    before = told(ours)
    sent = statements(ours)
    assert told(ours) == before
    assert len(sent) == 1
    assert "knowledge_row" not in sent[0]


def test_what_no_row_names_is_not_looked_up_apart(ours: Engine) -> None:
    told(ours)
    sent = statements(ours)
    assert told(ours, "rainy", "afraid") == told(ours) == ["Silk."]
    assert len(sent) == 2
    assert told(ours, "windy", "afraid") == ["Wait."]


def test_one_message_asks_once_how_the_table_stands(ours: Engine) -> None:
    told(ours)
    sent = statements(ours)
    with one_look():
        assert told(ours) == told(ours) == ["Silk."]
    assert len(sent) == 1
    told(ours)
    assert len(sent) == 2


def test_nothing_is_told_from_memory_while_the_table_is_away(ours: Engine) -> None:
    told(ours)
    with ours.begin() as connection:
        connection.execute(text("ALTER TABLE knowledge_load RENAME TO away"))
    with pytest.raises(SQLAlchemyError):
        told(ours)


def test_what_was_used_longest_ago_goes_first(ours: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MOST_HELD", 2)
    for topic in ("kites", "lanterns", "drums"):
        look_up(ours, Question(topic, Procedure.HSG))
    sent = statements(ours)
    look_up(ours, Question("drums", Procedure.HSG))
    assert len(sent) == 1
    look_up(ours, ASKED)
    assert any("knowledge_row" in one for one in sent)
