"""Every row of the shipped table is reached by a patient's question that names what it is for."""

from collections import Counter

import pytest
from sqlalchemy import Engine

from bot.files import ROOT, read_yaml
from bot.knowledge.look_up import Found, look_up
from bot.knowledge.shapes import Knowledge, Row
from bot.question import Question
from bot.understanding.names import NameFinder, build_name_finder, conditions_of, procedures_of

QUESTIONS: dict[str, str] = {
    entry["row"]: f"{entry.get('said', '')} {entry['question']}"
    for path in sorted((ROOT / "tests" / "knowledge" / "questions").glob("*.yml"))
    for entry in read_yaml(path)["entries"]
}


@pytest.fixture(scope="module")
def finder(knowledge: Knowledge) -> NameFinder:
    return build_name_finder(knowledge)


@pytest.fixture(scope="module")
def rows(knowledge: Knowledge) -> dict[str, Row]:
    return {entry.id: entry for entry in knowledge.rows}


def test_every_row_for_patients_has_a_question(rows: dict[str, Row]) -> None:
    assert QUESTIONS.keys() == {entry.id for entry in rows.values() if entry.audience == "patient"}


def test_no_question_stands_twice() -> None:
    assert [question for question, count in Counter(QUESTIONS.values()).items() if count > 1] == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_with_the_right_topic_brings_its_row(
    name: str, rows: dict[str, Row], finder: NameFinder, engine: Engine
) -> None:
    mentions = finder.find(QUESTIONS[name])
    procedures = procedures_of(mentions)
    question = Question(rows[name].topic, next(iter(procedures), None), conditions_of(mentions))
    outcome = look_up(engine, question)
    assert isinstance(outcome, Found), (question, outcome)
    assert name in [row.id for row in outcome.rows]
