"""The checklist's file: what is refused in it, and that a child of twelve can read it."""

from pathlib import Path
from typing import Any

import pytest
import textstat
from made_up import Entry, entries, write
from pydantic import ValidationError

from bot.knowledge.check import check_knowledge
from bot.knowledge.read import BadKnowledge, read_entries_of_checklist
from bot.knowledge.shapes import ChecklistEntry, Knowledge

SHIPPED = read_entries_of_checklist()
HIGHEST_GRADE = 8
LONGEST_QUESTION_WORDS = 22
WIND: Entry = entries()["checklist"][0]


def problems_of(folder: Path, *checklist: Entry) -> list[str]:
    with pytest.raises(BadKnowledge) as caught:
        check_knowledge(write(folder, entries() | {"checklist": [*checklist]}))
    return caught.value.problems


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"condition": "cloudy"}, "unknown condition cloudy"),
        ({"known_by": ["cloudy"]}, "unknown condition cloudy"),
        ({"sources": [{"id": "T9", "section": "Page"}], "facts": ["C60"]}, "unknown source T9"),
        ({"facts": ["T1-01", "T2-01"]}, "fact T2-01 is not of its sources T1"),
    ],
)
def test_name_that_is_not_known_is_refused(tmp_path: Path, changes: dict[str, Any], problem: str) -> None:
    assert problems_of(tmp_path, WIND | changes) == [f"checklist.yml: wind: {problem}"]


def test_question_with_the_id_of_another_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, WIND, WIND | {"asks": "Is it stormy?"}) == ["checklist: wind: stands 2 times"]


def test_question_that_is_asked_twice_before_a_procedure_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, WIND, WIND | {"id": "storm", "procedure": "hsg"}) == [
        "checklist.yml: hsg: 'Is it windy?' is asked 2 times"
    ]


def test_condition_that_is_asked_twice_before_a_procedure_is_refused(tmp_path: Path) -> None:
    first = WIND | {"condition": "windy"}
    second = first | {"id": "storm", "procedure": "hysteroscopy", "asks": "Is it stormy?"}
    assert problems_of(tmp_path, first, second) == ["checklist.yml: hysteroscopy: windy is asked 2 times"]


def test_procedure_without_a_question_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, WIND | {"procedure": "hsg"}) == [
        "checklist.yml: hysteroscopy: nothing is asked, expected at least one question"
    ]


def test_same_question_before_each_procedure_is_accepted(tmp_path: Path) -> None:
    both = [WIND | {"procedure": "hsg"}, WIND | {"id": "gust", "procedure": "hysteroscopy"}]
    knowledge = check_knowledge(write(tmp_path, entries() | {"checklist": both}))
    assert [entry.id for entry in knowledge.checklist] == ["wind", "gust"]


@pytest.mark.parametrize("key", ["asks", "tell", "facts", "sources", "procedure"])
def test_question_that_lacks_a_part_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        ChecklistEntry.model_validate({name: value for name, value in WIND.items() if name != key})


@pytest.mark.parametrize("changes", [{"status": "approved"}, {"reviewer": "Dr Kite", "reviewed_on": "2026-01-31"}])
def test_question_is_approved_only_when_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="an approved question names its reviewer"):
        ChecklistEntry.model_validate(WIND | changes)


def test_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadKnowledge, match="cannot be read"):
        read_entries_of_checklist(tmp_path)


def test_checklist_read_alone_is_that_of_the_knowledge(knowledge: Knowledge) -> None:
    assert knowledge.checklist == SHIPPED


@pytest.mark.parametrize(("procedure", "least", "most"), [("hsg", 8, 10), ("hysteroscopy", 4, 8)])
def test_checklist_of_a_procedure_is_short(procedure: str, least: int, most: int) -> None:
    assert least <= sum(entry.is_of(procedure) for entry in SHIPPED) <= most


@pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.id)
def test_sources_are_of_a_tier_that_patients_may_be_told(entry: ChecklistEntry, knowledge: Knowledge) -> None:
    tiers = {source.id: source.tier for source in knowledge.sources}
    assert {tiers[source.id] for source in entry.sources} - {"B"}


@pytest.mark.parametrize("part", ["asks", "tell"])
@pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.id)
def test_words_can_be_read_at_school(entry: ChecklistEntry, part: str) -> None:
    text: str = getattr(entry, part)
    grades = (textstat.automated_readability_index(text), textstat.coleman_liau_index(text))
    assert max(grades) <= HIGHEST_GRADE, grades


@pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.id)
def test_question_is_one_short_question(entry: ChecklistEntry) -> None:
    assert entry.asks.count("?") == 1
    assert entry.asks.endswith("?")
    assert len(entry.asks.split()) <= LONGEST_QUESTION_WORDS
