"""The typed question: procedures, phases, and equality by content."""

import pytest

from bot.question import Asked, Phase, Procedure, Question


@pytest.mark.parametrize("procedure", Procedure)
def test_other_procedure_is_never_itself_and_leads_back(procedure: Procedure) -> None:
    assert procedure.other is not procedure
    assert procedure.other.other is procedure


@pytest.mark.parametrize(("written", "procedure"), [("hsg", Procedure.HSG), ("hysteroscopy", Procedure.HYSTEROSCOPY)])
def test_procedure_is_written_as_in_the_table(written: str, procedure: Procedure) -> None:
    assert Procedure(written) is procedure
    assert f"{procedure}" == written


@pytest.mark.parametrize("written", ["both", "HSG", "", "laparoscopy"])
def test_unknown_procedure_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Procedure"):
        Procedure(written)


def test_question_with_the_same_content_is_the_same() -> None:
    first = Question("kites", Procedure.HSG, frozenset({"windy", "rainy"}))
    second = Question("kites", Procedure.HSG, frozenset({"rainy", "windy"}))
    assert {first} == {second}


def test_question_names_no_procedure_unless_told() -> None:
    assert Question("kites") == Question("kites", None, frozenset())


def test_first_likely_question_is_the_one_that_is_asked() -> None:
    assert Asked((Question("kites"), Question("lanterns"))).question == Question("kites")


@pytest.mark.parametrize(("written", "phase"), [("before", Phase.BEFORE), ("day", Phase.DAY), ("after", Phase.AFTER)])
def test_phase_is_written_as_in_the_table(written: str, phase: Phase) -> None:
    assert Phase(written) is phase
