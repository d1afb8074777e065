"""Fixtures for the knowledge table in a database."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from made_up import Entry
from made_up import knowledge as made_up_knowledge
from sqlalchemy import Engine

from bot.knowledge.load import prepare_database

Load = Callable[..., Engine]


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Load]:
    """Load made-up rows (and conflicts) into a new SQLite database; its engine is closed at the end."""
    engines: list[Engine] = []

    def load(rows: Sequence[Entry], conflicts: Sequence[Entry] = ()) -> Engine:
        path = tmp_path / f"{len(engines)}.db"
        engines.append(prepare_database(f"sqlite:///{path}", made_up_knowledge(rows, conflicts)))
        return engines[-1]

    yield load
    for engine in engines:
        engine.dispose()
