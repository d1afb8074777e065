"""The typed question: two procedures, and equality by content."""

import pytest

from bot.question import Procedure, Question


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
