"""The texts of rows by their ids: which are given, and which are no longer told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_up import Entry, row, signed
from made_up import knowledge as made_up_knowledge
from sqlalchemy import Engine

from bot.knowledge.load import prepare_database
from bot.knowledge.row_texts import RowText, row_texts

KITES, LANTERNS = "hsg-kites-clinic", "hysteroscopy-lanterns-reference"
Table = Callable[..., Engine]


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    opened: list[Engine] = []

    def table(*rows: Entry) -> Engine:
        opened.append(prepare_database(f"sqlite:///{tmp_path / 'kites.db'}", made_up_knowledge(rows)))
        return opened[-1]

    yield table
    for engine in opened:
        engine.dispose()


def test_text_is_given_with_its_source(table: Table) -> None:
    assert row_texts(table(row(KITES)), [KITES]) == {
        KITES: RowText(text=f"What {KITES} tells.", sources=(("Book of kites", "Page of kites"),))
    }


@pytest.mark.parametrize("ids", [[], [KITES], [LANTERNS], [KITES, LANTERNS], [KITES, KITES]], ids=str)
def test_rows_asked_for_are_given_and_no_other(table: Table, ids: list[str]) -> None:
    assert row_texts(table(row(KITES), row(LANTERNS)), ids).keys() == set(ids)


@pytest.mark.parametrize(
    ("entry", "signed_only", "told"),
    [
        pytest.param(row(KITES), False, True, id="a draft"),
        pytest.param(row(KITES), True, False, id="a draft where only signed rows are told"),
        pytest.param(signed(row(KITES)), True, True, id="a signed row"),
        pytest.param(row(KITES, status="retired"), False, False, id="a retired row"),
        pytest.param(row(KITES, audience="staff"), False, False, id="a row for staff"),
    ],
)
def test_row_is_given_while_a_patient_may_be_told_it(table: Table, entry: Entry, signed_only: bool, told: bool) -> None:
    assert bool(row_texts(table(entry), [KITES], signed_only=signed_only)) is told


def test_row_that_does_not_exist_is_left_out(table: Table) -> None:
    assert row_texts(table(row(KITES)), ["hsg-clouds-clinic"]) == {}
