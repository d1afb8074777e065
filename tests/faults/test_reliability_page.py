"""docs/reliability.md tells what is tried, every test by a name that exists, and what is not survived."""

import re

import pytest
from breakdowns import FAULTS, Fault
from test_single_messages import BAD_BODIES, BAD_SENDERS, BROKEN_ROWS

from bot.files import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
NAMED_TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)", PAGE)))


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the one table under a heading, row by row."""
    text = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def test_table_of_faults_is_that_of_the_tests() -> None:
    assert [row[0].strip("`") for row in rows("What breaks, and what the patient sees")] == [one.id for one in FAULTS]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.id))
def test_page_says_whether_a_fault_is_seen_by_the_patient(fault: Fault) -> None:
    (sees,) = (row[2] for row in rows("What breaks, and what the patient sees") if row[0].strip("`") == fault.id)
    assert sees.startswith("notice" if fault.bites else "her answer")


@pytest.mark.parametrize(("path", "name"), NAMED_TESTS)
def test_test_that_the_page_names_exists(path: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_page_names_every_promise() -> None:
    path = "tests/faults/test_survived_faults.py"
    promises = re.findall(r"^def (test_\w+)", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in promises if (path, name) not in NAMED_TESTS] == []


def test_page_counts_what_was_tried() -> None:
    counts = {"faults": len(FAULTS), "senders": len(BAD_SENDERS), "bodies": len(BAD_BODIES), "rows": len(BROKEN_ROWS)}
    told = {word: int(number) for number, word in re.findall(r"\*\*(\d+)\*\* (?:bad |broken )?(\w+)", PAGE)}
    assert told == counts


def test_page_says_what_is_not_survived() -> None:
    assert len(re.findall(r"^- ", PAGE.split("\n## What is not survived\n")[1], re.MULTILINE)) >= 5
