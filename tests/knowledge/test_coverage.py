"""The report on which facts of the sources have a row."""

import re
from pathlib import Path

import pytest
from made_up import knowledge as made_up_knowledge
from made_up import row

from bot.knowledge import coverage
from bot.knowledge.coverage import empty_cells, expected_conflicts, expected_facts, main, told_conflicts
from bot.knowledge.shapes import Knowledge

ALL_TOLD = ("topics with a general row, for each procedure: 4 of 4", "differences between sources told: 0 of 0")


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The list of facts of a made-up table with two rows."""
    rows = [
        row("both-kites-clinic", facts=["T1-01", "T1-02"]),
        row("both-lanterns-reference", facts=["T2-01"]),
    ]
    path = tmp_path / "facts.txt"
    monkeypatch.setattr(coverage, "FACTS", path)
    monkeypatch.setattr(coverage, "check_knowledge", lambda: made_up_knowledge(rows))
    monkeypatch.setattr("sys.argv", ["coverage"])
    return path


def test_every_fact_of_the_shipped_sources_has_a_row(knowledge: Knowledge) -> None:
    told = {fact for row in knowledge.rows for fact in row.facts}
    assert {fact for fact in told if not fact.startswith("C")} == set(expected_facts())
    assert sum("-" in fact for fact in expected_facts()) == 143


@pytest.mark.parametrize(("first", "count"), [("B", 95), ("D", 44)])
def test_every_question_of_the_leaflets_and_of_the_desk_has_a_row(knowledge: Knowledge, first: str, count: int) -> None:
    told = {fact for row in knowledge.rows for fact in row.facts if fact.startswith(first)}
    assert told == {f"{first}{number:02d}" for number in range(1, count + 1)}


def test_that_a_question_is_not_covered_is_said_with_the_reason(knowledge: Knowledge) -> None:
    rows = [row for row in knowledge.rows if row.kind == "not_covered"]
    assert len(rows) > 20
    assert [row.id for row in rows if not re.search("clinic|team", row.text) or "no checked" not in row.text] == []


def test_every_topic_has_a_general_row_for_each_procedure(knowledge: Knowledge) -> None:
    assert empty_cells(knowledge) == []


def test_every_difference_between_sources_is_told_with_who_decides(knowledge: Knowledge) -> None:
    assert set(expected_conflicts()) <= told_conflicts(knowledge)
    assert len(expected_conflicts()) == 56
    assert [one.id for one in knowledge.conflicts if "clinic" not in one.decides and "doctor" not in one.decides] == []


@pytest.mark.parametrize("fact", ["S004-14", "S004-15"])
def test_fact_that_must_not_be_told_is_not_expected(fact: str) -> None:
    assert fact not in expected_facts()


def test_shipped_list_names_each_fact_once() -> None:
    assert len(expected_facts()) == len(set(expected_facts()))


def test_list_of_facts_is_read_without_its_comments(facts: Path) -> None:
    facts.write_text("# all of them: T1-09\nT1-01 T1-02  # the kites\n\nT2-01\n")
    assert expected_facts() == ["T1-01", "T1-02", "T2-01"]


def test_full_coverage_is_told_by_source(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts.write_text("T1-01 T1-02\nT2-01\n")
    assert main() == 0
    assert capsys.readouterr().out.splitlines() == [
        "T1: 2 of 2 facts have a row",
        "T2: 1 of 1 facts have a row",
        "all: 3 of 3",
        *ALL_TOLD,
    ]


def test_fact_without_a_row_is_named(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts.write_text("T1-01 T1-02 T1-03 T2-01\n")
    assert main() == 1
    assert capsys.readouterr().out.splitlines() == [
        "T1: 2 of 3 facts have a row",
        "T2: 1 of 1 facts have a row",
        "all: 3 of 4",
        *ALL_TOLD,
        "T1-03: no row",
    ]


def test_fact_that_is_not_on_the_list_is_named(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts.write_text("T1-01 T1-02\n")
    assert main() == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "T2-01: told by both-lanterns-reference, but not on the list facts.txt"
    )


def test_each_fact_is_told_with_its_rows_when_asked_for(
    facts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    facts.write_text("T1-01 T1-02 T1-03 T2-01\n")
    monkeypatch.setattr("sys.argv", ["coverage", "--all"])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert "  T1-01: both-kites-clinic" in lines
    assert "  T1-03: NO ROW" in lines


def test_cell_without_a_general_row_is_named() -> None:
    table = made_up_knowledge([row("hsg-kites-clinic"), row("both-lanterns-clinic", conditions=["windy"])])
    assert empty_cells(table) == ["kites (hysteroscopy)", "lanterns (hsg)", "lanterns (hysteroscopy)"]


def test_difference_that_is_not_told_is_named(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts.write_text("T1-01 T1-02 T2-01\ndiffer: X1\n")
    assert main() == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "differences between sources told: 0 of 1",
        "X1: that sources differ is not told",
    ]


def test_question_that_is_only_said_not_to_be_covered_is_counted_apart(
    facts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row("both-kites-clinic", facts=["B01"]), row("both-lanterns-clinic", facts=["B02"], kind="not_covered")]
    monkeypatch.setattr(coverage, "check_knowledge", lambda: made_up_knowledge(rows))
    facts.write_text("B01 B02\n")
    assert main() == 0
    first, *_ = capsys.readouterr().out.splitlines()
    assert first == "B: 2 of 2 questions have a row, 1 of them one that says why it is not covered"
