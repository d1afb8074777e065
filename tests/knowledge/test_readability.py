"""How hard the rows are to read: counted as the standard formula says, and easy enough for everyone."""

from statistics import median

import pytest
from made_up import conflict, row
from made_up import knowledge as made_up_knowledge

from bot.knowledge.readability import HARDEST_GRADE, grade, grades, hard_rows
from bot.knowledge.shapes import Knowledge

HARD = "Multidisciplinary hysteroscopic interventions necessitate comprehensive individualised preoperative evaluation."


@pytest.mark.parametrize(("text", "low", "high"), [("The cat sat on the mat.", -2, 1), (HARD, 30, 60)])
def test_grade_follows_the_formula(text: str, low: float, high: float) -> None:
    assert low < grade(text) < high


def test_grade_of_a_row_is_that_of_its_harder_part() -> None:
    easy = "The cat sat on the mat. " * 20
    table = made_up_knowledge([row("hsg-kites-clinic", short=HARD, more=easy)])
    assert grades(table) == {"hsg-kites-clinic": grade(HARD)}


def test_hard_row_and_hard_conflict_are_named() -> None:
    table = made_up_knowledge(
        [row("hsg-kites-clinic", short=HARD)], [conflict("X1", ["hsg-kites-clinic"], ["kites"], told=HARD)]
    )
    assert [problem.split(":")[1].strip() for problem in hard_rows(table)] == ["hsg-kites-clinic", "X1"]


def test_row_for_staff_may_be_hard() -> None:
    assert list(hard_rows(made_up_knowledge([row("hsg-kites-clinic", short=HARD, audience="staff")]))) == []


def test_shipped_rows_are_easy_to_read(knowledge: Knowledge) -> None:
    found = grades(knowledge)
    assert len(found) > 300
    assert median(found.values()) <= 8
    assert max(found.values()) <= HARDEST_GRADE == 10
    assert list(hard_rows(knowledge)) == []
