"""Reading the files of a table: what is refused while reading, and that everything else is still read."""

from pathlib import Path

import pytest
from made_up import entries, row, write, write_yaml

from bot.knowledge.read import BadKnowledge, read_knowledge

FILES = ("topics", "procedures", "placeholders", "conditions", "phases", "sources", "checklist")


def test_table_without_a_problem_is_read_whole(tmp_path: Path) -> None:
    rows = [row("hsg-kites-clinic"), row("both-lanterns-reference")]
    knowledge, problems = read_knowledge(write(tmp_path, entries(rows)))
    assert problems == []
    assert [entry.id for entry in knowledge.rows] == ["hsg-kites-clinic", "both-lanterns-reference"]
    assert [entry.id for entry in knowledge.topics] == ["kites", "lanterns"]
    assert [entry.id for entry in knowledge.sources] == ["T1", "T2"]


def test_rows_are_read_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    names = ["hsg-lanterns-reference", "hsg-kites-reference", "hsg-kites-clinic", "hsg-lanterns-clinic"]
    knowledge, _ = read_knowledge(write(tmp_path, entries([row(name) for name in names])))
    assert [entry.id for entry in knowledge.rows] == [
        "hsg-kites-reference",
        "hsg-kites-clinic",
        "hsg-lanterns-reference",
        "hsg-lanterns-clinic",
    ]


def test_row_has_the_topic_of_its_file(tmp_path: Path) -> None:
    folder = write(tmp_path, entries([]))
    entry = row("hsg-kites-clinic")
    del entry["topic"]
    write_yaml(folder / "rows" / "kites.yml", {"topic": "kites", "entries": [entry]})
    knowledge, problems = read_knowledge(folder)
    assert problems == []
    assert [entry.topic for entry in knowledge.rows] == ["kites"]


def test_row_in_the_file_of_another_topic_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, entries([]))
    write_yaml(folder / "rows" / "lanterns.yml", {"topic": "kites", "entries": [row("hsg-kites-clinic")]})
    _, problems = read_knowledge(folder)
    assert problems == ["lanterns.yml: hsg-kites-clinic: topic is kites, expected lanterns as the file is named"]


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, entries())
    (folder / f"{name}.yml").unlink()
    _, problems = read_knowledge(folder)
    assert len(problems) == 1
    assert f"{name}.yml: cannot be read" in problems[0]


@pytest.mark.parametrize("name", FILES)
def test_unknown_key_beside_the_entries_is_refused(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, entries())
    write_yaml(folder / f"{name}.yml", {"entries": entries()[name], "rules": []})
    _, problems = read_knowledge(folder)
    assert problems == [f"{name}.yml: unknown key 'rules'"]


def test_unknown_key_in_a_file_of_rows_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, entries())
    write_yaml(folder / "rows" / "kites.yml", {"topic": "kites", "topics": "kites", "entries": []})
    _, problems = read_knowledge(folder)
    assert problems == ["kites.yml: unknown key 'topics'"]


def test_unknown_key_in_a_row_is_refused(tmp_path: Path) -> None:
    _, problems = read_knowledge(write(tmp_path, entries([row("hsg-kites-clinic", colour="red")])))
    assert problems == ["kites.yml: hsg-kites-clinic: colour: Extra inputs are not permitted"]


def test_duplicate_key_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, entries())
    (folder / "sources.yml").write_text("entries: []\nentries: []\n")
    _, problems = read_knowledge(folder)
    assert len(problems) == 1
    assert "sources.yml: cannot be read: " in problems[0]
    assert 'duplicate key "entries"' in problems[0]


def test_number_without_a_unit_is_refused(tmp_path: Path) -> None:
    entry = row("hsg-kites-clinic", short="A kite flies 3 days.", values=[{"name": "flight", "value": 3}])
    _, problems = read_knowledge(write(tmp_path, entries([entry])))
    assert problems == ["kites.yml: hsg-kites-clinic: values.0.unit: Field required"]


def test_date_that_no_calendar_has_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, entries())
    path = folder / "rows" / "kites.yml"
    path.write_text(path.read_text().replace('"2099-01-31"', "2099-02-31"))
    _, problems = read_knowledge(folder)
    assert len(problems) == 1
    assert "kites.yml" in problems[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({"rows": []}, ["kites.yml: unknown key 'rows'", "kites.yml: expected a list under 'entries'"]),
        pytest.param({"entries": {}}, ["kites.yml: expected a list under 'entries'"]),
        pytest.param({"entries": None}, ["kites.yml: expected a list under 'entries'"]),
        pytest.param({"entries": ["red"]}, ["kites.yml: entry 1: expected keys and values, found str"]),
    ],
    ids=["no entries", "entries that are no list", "entries that are nothing", "an entry without keys"],
)
def test_file_of_another_shape_is_refused(tmp_path: Path, content: object, expected: list[str]) -> None:
    folder = write(tmp_path, entries())
    write_yaml(folder / "rows" / "kites.yml", content)
    _, problems = read_knowledge(folder)
    assert problems == expected


def test_entry_without_an_id_is_named_by_its_place(tmp_path: Path) -> None:
    folder = write(tmp_path, entries())
    entry = row("hsg-kites-clinic")
    del entry["id"]
    write_yaml(folder / "rows" / "kites.yml", {"topic": "kites", "entries": [row("hsg-kites-clinic"), entry]})
    _, problems = read_knowledge(folder)
    assert problems == ["kites.yml: entry 2: id: Field required"]


@pytest.mark.parametrize("name", ["colours.yml", "rows.yaml", "topics.yaml"])
def test_file_that_nobody_reads_is_refused(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, entries())
    write_yaml(folder / name, {"entries": []})
    _, problems = read_knowledge(folder)
    assert len(problems) == 1
    assert "not a file of the knowledge table" in problems[0]


def test_file_of_rows_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, entries())
    write_yaml(folder / "rows" / "lanterns.yaml", {"topic": "lanterns", "entries": [row("hsg-lanterns-clinic")]})
    _, problems = read_knowledge(folder)
    assert len(problems) == 1
    assert "lanterns.yaml" in problems[0]


def test_entry_with_a_problem_does_not_hide_the_others(tmp_path: Path) -> None:
    rows = [row("hsg-kites-clinic", facts=[]), row("hsg-kites-reference"), row("both-lanterns-clinic", short="")]
    knowledge, problems = read_knowledge(write(tmp_path, entries(rows)))
    assert [entry.id for entry in knowledge.rows] == ["hsg-kites-reference"]
    assert [problem.partition(": ")[0] for problem in problems] == ["kites.yml", "lanterns.yml"]


def test_every_problem_of_one_entry_is_listed(tmp_path: Path) -> None:
    _, problems = read_knowledge(write(tmp_path, entries([row("hsg-kites-clinic", facts=[], short="")])))
    assert [problem.split(": ")[:3] for problem in problems] == [
        ["kites.yml", "hsg-kites-clinic", "facts"],
        ["kites.yml", "hsg-kites-clinic", "short"],
    ]


def test_bad_knowledge_lists_its_problems_one_a_line() -> None:
    error = BadKnowledge(["kites.yml: first", "kites.yml: second"])
    assert error.problems == ["kites.yml: first", "kites.yml: second"]
    assert str(error) == "kites.yml: first\nkites.yml: second"
