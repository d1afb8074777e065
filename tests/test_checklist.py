"""The checklist alone: which question comes next, what her conditions answer, and what the answers come to."""

import pytest

from bot.checklist import Checklist, Summary, entries_of, next_step, read_checklist, sum_up, take_known
from bot.knowledge.shapes import ChecklistEntry
from bot.question import Procedure


def entry(name: str, procedure: str = "both", **changes: object) -> ChecklistEntry:
    return ChecklistEntry.model_validate(
        {
            "id": name,
            "procedure": procedure,
            "asks": f"Is there {name}?",
            "tell": f"Tell of {name}.",
            "facts": ["T1-01"],
            "sources": [{"id": "T1", "section": "Page of kites"}],
        }
        | changes
    )


WIND = entry("wind", condition="windy", known_by=["stormy"])
RAIN = entry("rain", "hsg", condition="rainy")
SNOW = entry("snow", "hysteroscopy")
FOG = entry("fog", status="approved", reviewer="Dr Kite", reviewed_on="2026-01-31")
ALL = (WIND, RAIN, SNOW, FOG)


def checklist(**answers: str) -> Checklist:
    return Checklist.model_validate({"procedure": "hsg", "answers": answers})


@pytest.mark.parametrize(
    ("procedure", "signed_only", "expected"),
    [
        (Procedure.HSG, False, [WIND, RAIN, FOG]),
        (Procedure.HYSTEROSCOPY, False, [WIND, SNOW, FOG]),
        (Procedure.HSG, True, [FOG]),
    ],
)
def test_questions_are_those_of_the_procedure_in_their_order(
    procedure: Procedure, signed_only: bool, expected: list[ChecklistEntry]
) -> None:
    assert entries_of(ALL, procedure, signed_only=signed_only) == expected


@pytest.mark.parametrize(
    ("answers", "expected", "number"),
    [
        ({}, WIND, 1),
        ({"wind": "no"}, RAIN, 2),
        ({"rain": "yes"}, WIND, 2),
        ({"wind": "unsure", "rain": "yes"}, FOG, 3),
        ({"an_old_question": "yes"}, WIND, 1),
    ],
)
def test_next_is_the_first_question_without_an_answer(
    answers: dict[str, str], expected: ChecklistEntry, number: int
) -> None:
    step = next_step(checklist(**answers), [WIND, RAIN, FOG])
    assert step is not None
    assert (step.entry, step.number, step.count) == (expected, number, 3)


def test_nothing_comes_next_when_all_is_answered() -> None:
    assert next_step(checklist(wind="no", rain="unsure"), [WIND, RAIN]) is None


def test_answer_leaves_the_checklist_before_as_it_was() -> None:
    before = checklist(wind="no")
    after = before.answered(RAIN, "yes")
    assert (before.answers, after.answers) == ({"wind": "no"}, {"wind": "no", "rain": "yes"})


@pytest.mark.parametrize(
    ("conditions", "answers", "told"),
    [
        (set(), {}, []),
        ({"windy"}, {"wind": "yes"}, ["windy"]),
        ({"stormy"}, {"wind": "yes"}, ["stormy"]),
        ({"rainy", "stormy", "sunny"}, {"wind": "yes", "rain": "yes"}, ["rainy", "stormy"]),
    ],
)
def test_what_she_told_answers_its_questions_with_yes(
    conditions: set[str], answers: dict[str, str], told: list[str]
) -> None:
    after, found = take_known(checklist(), [WIND, RAIN, FOG], conditions)
    assert (after.answers, found) == (answers, told)


def test_what_she_answered_herself_is_not_changed_by_what_she_told() -> None:
    assert take_known(checklist(wind="no"), [WIND], {"windy"}) == (checklist(wind="no"), [])


def test_summary_holds_what_is_yes_and_what_is_unsure() -> None:
    summary = sum_up(checklist(fog="yes", wind="unsure", rain="no"), [WIND, RAIN, SNOW, FOG])
    assert summary == Summary(yes=(FOG,), unsure=(WIND,), answered=3, count=4)
    assert summary.to_tell == (FOG, WIND)


@pytest.mark.parametrize("before", [Checklist(), checklist(wind="yes", rain="unsure")])
def test_checklist_is_read_back_as_it_was_written(before: Checklist) -> None:
    assert read_checklist(before.model_dump_json()) == before


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"procedure": "x-ray"}', '{"answers": {"wind": "very"}}'])
def test_what_is_no_checklist_is_read_as_none(text: str | None) -> None:
    assert read_checklist(text) is None
