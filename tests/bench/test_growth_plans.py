"""No query that runs for a message, in a job or at the desk reads a whole table that grows."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.bench.plans import GROWING, Statement, statements, whole_tables
from bot.records.tables import Base, open_records

NOW = datetime(2030, 1, 1, 12)
SMALL = {"desk_user", "desk_session", "training_example"}  # the staff and what it taught


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Engine]:
    """Empty records; SQLite plans the same for many rows as for none."""
    engine = open_records(f"sqlite:///{tmp_path / 'records.db'}")
    yield engine
    engine.dispose()


def test_every_table_grows_or_is_known_to_be_small() -> None:
    assert set(Base.metadata.tables) == GROWING | SMALL


def test_nothing_reads_a_whole_table(records: Engine) -> None:
    assert whole_tables(records, statements(records, NOW)) == []


def test_everything_that_is_kept_is_asked_for(records: Engine) -> None:
    noted = statements(records, NOW)
    asked = " ".join(one.text for one in noted)
    assert [name for name in sorted(GROWING) if not re.search(rf"FROM {name}\b", asked)] == []
    assert len([one for one in noted if one.text.startswith("DELETE")]) >= len(GROWING) - 2


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(*) FROM conversation_event",
        "SELECT sender_id FROM conversation_event GROUP BY sender_id HAVING max(at) < '2020-01-01'",
        "DELETE FROM hand_off WHERE coalesce(closed_at, opened_at) < '2020-01-01'",
        "SELECT one.id FROM inbox_message AS one WHERE one.delivered = 3",
        "SELECT tries FROM inbox_message WHERE channel = 'twilio' AND delivered = 3",
    ],
)
def test_whole_table_is_seen(records: Engine, text: str) -> None:
    assert [one.statement for one in whole_tables(records, [Statement(text, ())])] == [text]


def test_table_that_is_found_by_an_index_is_not_reported(records: Engine) -> None:
    text = "SELECT id FROM conversation_event WHERE sender_id = ?"
    assert whole_tables(records, [Statement(text, ("hers",))]) == []
