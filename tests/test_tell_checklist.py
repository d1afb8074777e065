"""The checklist in words: its questions, its summary, and that nothing in it is a verdict."""

import re
from dataclasses import replace
from itertools import product

import pytest

from bot.checklist import Answer, Checklist
from bot.knowledge.read import read_entries_of_checklist
from bot.question import Procedure
from bot.tell_checklist import ChecklistTeller, Turn
from bot.wording import Wording, read_sentences

PROCEDURES = list(Procedure)
BUTTONS = ["Yes", "No", "Not sure", "Stop the checklist"]
VERDICT = re.compile(
    r"\byou (can|cannot|can't|may|may not|must not|should not|could) (still )?(have|do|go|get|come)\b|\bsafe\b|"
    r"\ballowed\b|\bsuitable\b|\bfit for\b|\bno risk\b|\bnot for you\b|\bgo ahead\b|\bnothing (speaks )?against\b|"
    r"\byou are (fine|ok|okay|ready|clear)\b",
    re.IGNORECASE,
)


@pytest.fixture
def teller(wording: Wording) -> ChecklistTeller:
    return ChecklistTeller(wording, read_entries_of_checklist())


def begin(teller: ChecklistTeller, procedure: Procedure | None, *conditions: str) -> Turn:
    return teller.start(Checklist(procedure=procedure), frozenset(conditions))


def run(teller: ChecklistTeller, procedure: Procedure, *answers: Answer | None) -> Turn:
    """Answer question after question; the last answer goes on to the end."""
    turn = begin(teller, procedure)
    for at in range(100):
        if turn.checklist is None:
            break
        turn = teller.take(turn.checklist, answers[min(at, len(answers) - 1)], turn.conditions)
    return turn


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_first_question_has_its_place_and_four_buttons(teller: ChecklistTeller, procedure: Procedure) -> None:
    turn = begin(teller, procedure)
    count = sum(entry.is_of(procedure) for entry in teller.entries)
    assert (turn.reply.kind, turn.reply.topic, turn.reply.procedure) == ("ask", "contraindications", procedure)
    assert turn.reply.text.endswith(f"1 of {count}: {teller.entries[0].asks}")
    assert [button.title for button in turn.reply.buttons] == BUTTONS
    assert [button.message for button in turn.reply.buttons] == BUTTONS


def test_procedure_is_asked_for_where_it_is_not_known(teller: ChecklistTeller) -> None:
    turn = begin(teller, None, "thyroid_disease")
    assert (turn.reply.kind, turn.reply.procedure, turn.checklist) == ("ask", None, Checklist())
    assert [button.title for button in turn.reply.buttons] == ["HSG", "hysteroscopy"]
    assert turn.conditions == {"thyroid_disease"}


@pytest.mark.parametrize(("answer", "noted"), [("yes", "Noted: yes."), ("no", "Noted: no."), ("unsure", "not sure.")])
def test_answer_is_read_back_before_the_next_question(teller: ChecklistTeller, answer: Answer, noted: str) -> None:
    turn = teller.take(Checklist(procedure=Procedure.HSG), answer, frozenset())
    assert noted in turn.reply.text
    assert f"2 of 10: {teller.entries[1].asks}" in turn.reply.text
    assert turn.checklist == Checklist(procedure=Procedure.HSG, answers={"pregnancy": answer})


def test_question_is_asked_again_where_there_is_no_answer(teller: ChecklistTeller) -> None:
    before = Checklist(procedure=Procedure.HSG, answers={"pregnancy": "no"})
    turn = teller.take(before, None, frozenset())
    assert turn.checklist == before
    assert turn.reply.text == f"2 of 10: {teller.entries[1].asks}"


@pytest.mark.parametrize(("answer", "conditions"), [("yes", {"pregnancy_possible"}), ("no", set()), ("unsure", set())])
def test_only_a_yes_is_kept_as_her_condition(teller: ChecklistTeller, answer: Answer, conditions: set[str]) -> None:
    assert teller.take(Checklist(procedure=Procedure.HSG), answer, frozenset()).conditions == conditions


def test_what_she_told_before_is_named_and_not_asked(teller: ChecklistTeller, wording: Wording) -> None:
    turn = begin(teller, Procedure.HSG, "pregnancy_possible", "iodine_allergy", "out_of_town")
    assert turn.checklist is not None
    assert turn.checklist.answers == {"pregnancy": "yes", "allergy": "yes"}
    assert f'"{wording.conditions["iodine_allergy"].label}", "{wording.conditions["pregnancy_possible"].label}"' in (
        turn.reply.text
    )
    assert "3 of 10: " in turn.reply.text
    assert wording.conditions["out_of_town"].label not in turn.reply.text


@pytest.mark.parametrize("answer", ["yes", "no", "unsure"])
def test_what_she_told_since_the_question_counts_more_than_her_answer(
    teller: ChecklistTeller, wording: Wording, answer: Answer
) -> None:
    turn = teller.take(Checklist(procedure=Procedure.HSG), answer, frozenset({"pregnancy_possible"}))
    assert turn.checklist == Checklist(procedure=Procedure.HSG, answers={"pregnancy": "yes"})
    assert f'"{wording.conditions["pregnancy_possible"].label}"' in turn.reply.text


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_all_yes_tells_every_thing_with_its_sources(teller: ChecklistTeller, procedure: Procedure) -> None:
    turn = run(teller, procedure, "yes")
    own = [entry for entry in teller.entries if entry.is_of(procedure)]
    assert (turn.reply.kind, turn.checklist) == ("answer", None)
    assert [entry.id for entry in own if entry.tell not in turn.reply.text] == []
    assert list(turn.reply.rules) == [f"checklist-{entry.id}" for entry in own]
    assert {source.id for source in turn.reply.sources} == {one.id for entry in own for one in entry.sources}
    assert teller.wording.clinic.phone_line in turn.reply.text


def test_what_she_is_not_sure_of_is_told_after_what_is_sure(teller: ChecklistTeller) -> None:
    reply = run(teller, Procedure.HSG, "unsure", "yes", "no").reply
    assert reply.rules == ("checklist-infection", "checklist-pregnancy")
    assert f"You were not sure here. {teller.entries[0].tell}" in reply.text


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_all_no_says_only_that_there_is_nothing_on_the_list(teller: ChecklistTeller, procedure: Procedure) -> None:
    reply = run(teller, procedure, "no").reply
    assert (reply.kind, reply.rules, reply.sources) == ("answer", (), ())
    assert reply.text.endswith(
        "From what you answered there is nothing on my list to tell the clinic before. The clinic decides."
    )


@pytest.mark.parametrize(
    ("answers", "kind", "rules"),
    [
        ({}, "smalltalk", ()),
        ({"pregnancy": "no"}, "answer", ()),
        ({"pregnancy": "yes", "infection": "no"}, "answer", ("checklist-pregnancy",)),
    ],
)
def test_stop_sums_up_what_was_answered(
    teller: ChecklistTeller, answers: dict[str, Answer], kind: str, rules: tuple[str, ...]
) -> None:
    reply = teller.stop(Checklist(procedure=Procedure.HSG, answers=answers))
    assert (reply.kind, reply.rules) == (kind, rules)
    assert (f"You answered {len(answers)} of 10" in reply.text) == bool(answers)


def test_stop_before_the_procedure_is_known_says_so(teller: ChecklistTeller) -> None:
    assert teller.stop(Checklist()).text == teller.wording.say("utter_checklist_stopped_unanswered")


def test_questions_that_nobody_signed_are_not_asked_where_the_clinic_signs(teller: ChecklistTeller) -> None:
    strict = teller.wording.clinic.model_copy(update={"require_sign_off": True})
    turn = begin(replace(teller, wording=replace(teller.wording, clinic=strict)), Procedure.HSG)
    assert (turn.reply.kind, turn.reply.rules, turn.checklist) == ("not_covered", (), None)


@pytest.mark.parametrize(
    "text", ["You can have it.", "You may have the test", "It is safe for you", "not allowed", "you cannot have it"]
)
def test_verdict_is_seen_where_there_is_one(text: str) -> None:
    assert VERDICT.search(text)


@pytest.mark.parametrize("entry", read_entries_of_checklist(), ids=lambda entry: entry.id)
def test_question_and_what_to_tell_hold_no_verdict(entry: object) -> None:
    assert VERDICT.findall(f"{getattr(entry, 'asks', '')} {getattr(entry, 'tell', '')}") == []


@pytest.mark.parametrize("name", [name for name in read_sentences() if name.startswith("utter_checklist")])
def test_sentence_around_the_checklist_holds_no_verdict(name: str) -> None:
    assert VERDICT.findall(read_sentences()[name]) == []


@pytest.mark.parametrize(
    ("procedure", "answers"),
    [*product(PROCEDURES, [("yes",), ("no",), ("unsure",), ("yes", "no"), ("no", "unsure")])],
)
def test_summary_holds_no_verdict(teller: ChecklistTeller, procedure: Procedure, answers: tuple[Answer, ...]) -> None:
    text = run(teller, procedure, *answers).reply.text
    assert VERDICT.findall(text) == []
    assert "the clinic decides" in text.lower()
