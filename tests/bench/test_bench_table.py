"""The tables that stand in the document, and where."""

from pathlib import Path

import pytest
from made_up_result import footprint, load, result

from bot.bench.__main__ import DOCUMENT, PICTURE
from bot.bench.plot import draw
from bot.bench.shapes import Result
from bot.bench.table import BEGIN, END, NoPlace, lines_of, written_into

AROUND = f"# Kites\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\n## Others\n"


def test_only_what_stands_between_the_marks_is_written() -> None:
    assert written_into(AROUND, ["new"]) == AROUND.replace("old", "new")


def test_writing_twice_changes_nothing() -> None:
    once = written_into(AROUND, lines_of(result()))
    assert written_into(once, lines_of(result())) == once


@pytest.mark.parametrize("document", ["", BEGIN, END, f"{END}\n{BEGIN}", AROUND + AROUND])
def test_document_without_its_two_marks_is_refused(document: str) -> None:
    with pytest.raises(NoPlace):
        written_into(document, ["new"])


def test_document_of_the_project_has_the_marks() -> None:
    assert written_into(DOCUMENT.read_text(encoding="utf-8"), ["new"])


def test_every_row_has_as_many_cells_as_its_head() -> None:
    tables = [block.splitlines() for block in "\n".join(lines_of(result())).split("\n\n") if block.startswith("|")]
    assert [len({row.count("|") for row in table}) for table in tables] == [1, 1, 1]


@pytest.mark.parametrize(
    "line",
    [
        "| throughput at 8 clients | at least 4 times | 5.0 times | yes |",
        "| 8 | Rasa as it is released | 10.0 (10.0 to 10.0) | 100 ms | 200 ms | 300 ms | 50 ms | 0 of 40 |",
        "| training, of processor | 1500 s | 150 s | 10.00 |",
        "| model | 200.0 MB | 10.0 MB | 20.00 |",
    ],
)
def test_figure_stands_in_the_tables(line: str) -> None:
    assert line in lines_of(result())


def test_machine_and_amount_of_work_are_told() -> None:
    assert "2026-03-05 at 0123456: Kite 3000, 2 cores, 8 GB; 1 rounds of 4 s" in lines_of(result())[1]


def test_failures_are_told_with_their_reasons() -> None:
    loads = (load("door", 8, failures={"status 503": 2, "no reply": 1}),)
    assert any("| 3 of 43 (1 no reply, 2 status 503) |" in line for line in lines_of(result(loads=loads)))


def test_other_sentences_are_told() -> None:
    assert "not trained from the same sentences" in lines_of(result(same_sentences=False))[1]


def test_training_that_was_not_measured_is_told() -> None:
    lines = lines_of(result(systems={"stock": footprint(), "ours": footprint(training=None)}))
    assert "| training, by the clock | 100 s | not measured |  |" in lines


def test_result_is_read_as_it_was_kept() -> None:
    assert Result.model_validate_json(result().model_dump_json()) == result()


def test_picture_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw(result(), tmp_path / name)
    drawn = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert drawn.lstrip().startswith("<?xml")
    assert drawn == (tmp_path / "two.svg").read_text(encoding="utf-8")


def test_document_shows_the_picture() -> None:
    assert f"({PICTURE.relative_to(DOCUMENT.parent)})" in DOCUMENT.read_text(encoding="utf-8")
