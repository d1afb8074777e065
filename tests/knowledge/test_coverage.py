"""The report on which facts of the sources have a row."""

from pathlib import Path

import pytest
from made_up import knowledge as made_up_knowledge
from made_up import row

from bot.knowledge import coverage
from bot.knowledge.coverage import expected_facts, main
from bot.knowledge.shapes import Knowledge


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The list of facts of a made-up table with two rows."""
    rows = [row("hsg-kites-clinic", facts=["T1-01", "T1-02"]), row("hsg-lanterns-reference", facts=["T2-01"])]
    path = tmp_path / "facts.txt"
    monkeypatch.setattr(coverage, "FACTS", path)
    monkeypatch.setattr(coverage, "check_knowledge", lambda: made_up_knowledge(rows))
    monkeypatch.setattr("sys.argv", ["coverage"])
    return path


def test_every_fact_of_the_shipped_sources_has_a_row(knowledge: Knowledge) -> None:
    told = {fact for row in knowledge.rows for fact in row.facts}
    assert told == set(expected_facts())
    assert len(told) == 143


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
    assert capsys.readouterr().out == "T1: 2 of 2 facts have a row\nT2: 1 of 1 facts have a row\nall: 3 of 3\n"


def test_fact_without_a_row_is_named(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts.write_text("T1-01 T1-02 T1-03 T2-01\n")
    assert main() == 1
    assert capsys.readouterr().out.splitlines() == [
        "T1: 2 of 3 facts have a row",
        "T2: 1 of 1 facts have a row",
        "all: 3 of 4",
        "T1-03: no row",
    ]


def test_fact_that_is_not_on_the_list_is_named(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts.write_text("T1-01 T1-02\n")
    assert main() == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "T2-01: told by hsg-lanterns-reference, but not on the list facts.txt"
    )


def test_each_fact_is_told_with_its_rows_when_asked_for(
    facts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    facts.write_text("T1-01 T1-02 T1-03 T2-01\n")
    monkeypatch.setattr("sys.argv", ["coverage", "--all"])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert "  T1-01: hsg-kites-clinic" in lines
    assert "  T1-03: NO ROW" in lines
