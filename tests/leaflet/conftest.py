"""Fixtures of the leaflet: what it holds, of the shipped table or of made-up rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_up import Entry
from made_up import knowledge as made_up_knowledge
from sqlalchemy import Engine

from bot.dates.shapes import Event
from bot.knowledge.load import prepare_database
from bot.knowledge.shapes import ChecklistEntry, Knowledge
from bot.leaflet.content import Leaflet, leaflet_of
from bot.question import Procedure
from bot.safety.shapes import WarningSigns
from bot.wording import Wording

NOTHING: Mapping[str, date] = {}
TODAY = date(2027, 1, 5)
Write = Callable[..., Leaflet]


@pytest.fixture(scope="session")
def write(engine: Engine, wording: Wording, signs: WarningSigns, knowledge: Knowledge) -> Write:
    """Write the leaflet of the shipped table; the arguments change the clinic."""

    def write(procedure: Procedure, events: Sequence[Event] = (), **changes: Any) -> Leaflet:
        words = replace(wording, clinic=wording.clinic.model_copy(update=changes))
        return leaflet_of(procedure, engine, words, signs, knowledge.checklist, TODAY, events)

    return write


@pytest.fixture
def write_rows(tmp_path: Path, wording: Wording, signs: WarningSigns) -> Iterator[Write]:
    """Write the HSG's leaflet of made-up rows and conflicts; `read_on` are days of reading of more sources."""
    opened: list[Engine] = []

    def write(
        *rows: Entry,
        conflicts: Sequence[Entry] = (),
        checklist: Sequence[ChecklistEntry] = (),
        read_on: Mapping[str, date] = NOTHING,
        **changes: Any,
    ) -> Leaflet:
        table = made_up_knowledge(rows, conflicts)
        more = [table.sources[0].model_copy(update={"id": name, "read_on": day}) for name, day in read_on.items()]
        table = table.model_copy(update={"sources": (*table.sources, *more)})
        opened.append(prepare_database(f"sqlite:///{tmp_path / 'kites.db'}", table))
        words = replace(wording, clinic=wording.clinic.model_copy(update=changes))
        return leaflet_of(Procedure.HSG, opened[-1], words, signs, checklist, TODAY)

    yield write
    for engine in opened:
        engine.dispose()
