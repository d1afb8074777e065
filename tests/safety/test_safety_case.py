"""The safety case tells what data and tests hold: every sign, threshold and line of guidance, every test by name."""

import re
from pathlib import Path

import pytest

from bot.knowledge.shapes import Knowledge
from bot.safety.shapes import WarningSigns

ROOT = Path(__file__).parents[2]
CASE = (ROOT / "docs" / "safety-case.md").read_text(encoding="utf-8")
LINES = [f"C{number:02}" for number in (*range(1, 25), *range(30, 56), *range(60, 76))]
NAMED_TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", CASE)))
LEVELS = {"emergency": "emergency", "clinic_now": "clinic now", "before_visit": "before the visit"}
UNITS = {
    "degree_celsius": "°C",
    "pads_an_hour": "pads an hour",
    "pads": "pads",
    "points_of_10": "points of 10",
    "days": "days",
}


def table(heading: str) -> list[list[str]]:
    """Return the cells of the one table under a heading, row by row."""
    text = CASE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def lines_of(signs: WarningSigns, line: str) -> str:
    return ", ".join(sign.id for sign in signs.signs if line in sign.facts)


def test_table_of_signs_is_that_of_the_data(signs: WarningSigns) -> None:
    assert table("The signs") == [
        [
            sign.id,
            sign.name,
            LEVELS[sign.level],
            LEVELS[sign.level_before or sign.level],
            ", ".join(sign.facts),
            ", ".join(source.id for source in sign.sources),
        ]
        for sign in signs.signs
    ]


def test_table_of_thresholds_is_that_of_the_data(signs: WarningSigns) -> None:
    told = [[name, least, unit, lines] for name, least, unit, _, lines in table("The thresholds")]
    assert told == [[one.id, f"{one.least:g}", UNITS[one.unit], ", ".join(one.facts)] for one in signs.thresholds]


def test_every_threshold_says_what_it_means() -> None:
    assert all(meaning for _, _, _, meaning, _ in table("The thresholds"))


def test_every_line_of_guidance_stands_once_in_its_order() -> None:
    assert [row[0] for row in table("Every line of the fact list")] == LINES


@pytest.mark.parametrize("row", table("Every line of the fact list"), ids=lambda row: str(row[0]))
def test_line_of_guidance_names_its_signs_or_why_it_has_none(signs: WarningSigns, row: list[str]) -> None:
    line, _, _, told, remark = row
    assert told == (lines_of(signs, line) or "not used")
    assert told != "not used" or remark


def test_data_names_no_line_that_is_not_told(signs: WarningSigns) -> None:
    assert {line for one in (*signs.signs, *signs.thresholds) for line in one.facts} <= set(LINES)


def test_soothing_topics_are_those_listed(knowledge: Knowledge) -> None:
    (told,) = re.findall(r"those listed here: ([^|]+) \|", CASE)
    assert re.findall(r"`(\w+)`", told) == [topic.id for topic in knowledge.topics if topic.soothes]


@pytest.mark.parametrize(("path", "name"), NAMED_TESTS)
def test_test_that_shows_a_control_exists(path: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_hazard_has_a_control_and_what_remains() -> None:
    hazards = re.split(r"\n### H\d+\. ", CASE.split("\n## The signs\n")[0])[1:]
    assert [bool(re.search(r"`tests/", hazard)) and "Remains: " in hazard for hazard in hazards] == [True] * 10


def test_risks_that_hazards_name_exist() -> None:
    named = {int(number) for told in re.findall(r"risks? ([\d, and]+)", CASE) for number in re.findall(r"\d+", told)}
    risks = re.findall(r"^(\d+)\. ", CASE.split("\n## Residual risks\n")[1].split("\n## ")[0], re.MULTILINE)
    assert named <= set(map(int, risks))


def test_case_says_that_nobody_has_signed() -> None:
    assert [row[3:] for row in table("Sign-off")] == [["", "not signed yet"]] * 3
