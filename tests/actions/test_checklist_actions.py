"""The checklist over several turns: begun, answered, left and stopped; and cancelling what is open."""

import json
from typing import Any

import pytest
from turn import HSG, HYSTEROSCOPY, IODINE_ALLERGY, Entity, Slots, Turn, answer, take_turn, tracker

from actions import go_through_checklist, shared, start_checklist
from actions.cancel import ActionCancel
from actions.go_through_checklist import ActionGoThroughChecklist, teller
from actions.start_checklist import ActionStartChecklist
from bot.tell_checklist import TOPIC
from bot.wording import Wording


def start(*entities: Entity, slots: Slots | None = None) -> Turn:
    return take_turn(ActionStartChecklist(), tracker("start_checklist", *entities, slots=slots))


def say(intent: str, slots: Slots, *entities: Entity) -> Turn:
    """Give the answer that stood first before the component took it for the checklist's."""
    latest = tracker("answer_checklist", *entities, slots=slots, ranking=(intent,))
    return take_turn(ActionGoThroughChecklist(), latest)


def cancel(slots: Slots) -> Turn:
    return take_turn(ActionCancel(), tracker("cancel", slots=slots))


def checklist_in(slots: Slots) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(slots["checklist"])
    return found


@pytest.mark.parametrize("procedure", [HSG, HYSTEROSCOPY])
def test_checklist_begins_with_its_first_question(procedure: Entity) -> None:
    turn = start(procedure)
    assert (turn.reply["kind"], turn.reply["procedure"]) == ("ask", procedure[1])
    assert (turn.slots["procedure"], turn.slots["topic"]) == (procedure[1], "contraindications")
    assert checklist_in(turn.slots) == {"procedure": procedure[1], "answers": {}}


def test_checklist_is_of_the_procedure_named_before() -> None:
    assert start(slots={"procedure": "hysteroscopy"}).reply["procedure"] == "hysteroscopy"


def test_checklist_without_a_procedure_asks_which_and_waits() -> None:
    turn = start()
    assert (turn.reply["kind"], turn.reply["procedure"]) == ("ask", None)
    assert checklist_in(turn.slots) == {"procedure": None, "answers": {}}


def test_procedure_that_was_waited_for_begins_the_checklist() -> None:
    turn = say("follow_up", start().slots, HYSTEROSCOPY)
    assert (turn.reply["kind"], turn.reply["procedure"]) == ("ask", "hysteroscopy")
    assert "1 of 5" in turn.reply["text"]


def test_button_of_a_procedure_begins_the_checklist_that_waits() -> None:
    turn = start(HSG, slots=start().slots)
    assert "1 of 10" in turn.reply["text"]


def test_naming_the_other_procedure_begins_its_checklist() -> None:
    turn = say("follow_up", say("deny", start(HSG).slots).slots, HYSTEROSCOPY)
    assert "1 of 5" in turn.reply["text"]
    assert checklist_in(turn.slots) == {"procedure": "hysteroscopy", "answers": {}}


def test_naming_the_same_procedure_goes_on_with_its_checklist() -> None:
    before = say("deny", start(HSG).slots).slots
    turn = say("follow_up", before, HSG)
    assert ("2 of 10" in turn.reply["text"], turn.slots["checklist"]) == (True, before["checklist"])


def test_yes_while_it_waits_for_the_procedure_asks_for_it_again() -> None:
    waiting = start()
    again = say("affirm", waiting.slots)
    assert (again.reply, again.slots["checklist"]) == (waiting.reply, waiting.slots["checklist"])


@pytest.mark.parametrize(("intent", "answer"), [("affirm", "yes"), ("deny", "no"), ("unsure", "unsure")])
def test_answer_is_kept_and_the_next_question_asked(intent: str, answer: str) -> None:
    turn = say(intent, start(HSG).slots)
    assert checklist_in(turn.slots)["answers"] == {"pregnancy": answer}
    assert "2 of 10" in turn.reply["text"]


def test_message_that_is_no_answer_asks_the_same_again() -> None:
    before = start(HSG).slots
    turn = say("greet", before)
    assert (turn.slots["checklist"], "1 of 10" in turn.reply["text"]) == (before["checklist"], True)


def test_answer_without_a_runner_up_asks_the_same_again() -> None:
    turn = take_turn(ActionGoThroughChecklist(), tracker("answer_checklist", slots=start(HSG).slots))
    assert "1 of 10" in turn.reply["text"]


def test_yes_is_kept_among_what_she_said_of_herself() -> None:
    turn = say("affirm", start(HSG, slots={"conditions": ["out_of_town"]}).slots)
    assert turn.slots["conditions"] == ["out_of_town", "pregnancy_possible"]


@pytest.mark.parametrize(
    ("entities", "slots"), [((HSG, IODINE_ALLERGY), {}), ((HSG,), {"conditions": ["iodine_allergy"]})]
)
def test_what_she_said_is_not_asked(wording: Wording, entities: tuple[Entity, ...], slots: Slots) -> None:
    turn = start(*entities, slots=slots)
    assert checklist_in(turn.slots)["answers"] == {"allergy": "yes"}
    assert wording.conditions["iodine_allergy"].label in turn.reply["text"]


@pytest.mark.parametrize(
    ("sign", "answered"),
    [("pregnancy", "pregnancy"), ("fever", "infection"), ("heavy_bleeding", "bleeding-hsg")],
)
def test_what_a_warning_sign_said_of_her_is_not_asked(sign: str, answered: str) -> None:
    assert checklist_in(start(HSG, slots={"warned_of": [sign]}).slots)["answers"] == {answered: "yes"}


def test_warning_sign_that_says_nothing_of_her_answers_no_question() -> None:
    assert checklist_in(start(HSG, slots={"warned_of": ["chest_pain"]}).slots)["answers"] == {}


# Something else in between


def test_open_question_is_asked_again_after_another_question_was_answered() -> None:
    open_checklist = say("deny", start(HSG).slots)
    turn = answer("ask_cost", HSG, slots=open_checklist.slots)
    assert [(reply["kind"], reply["topic"]) for reply in turn.replies] == [("answer", "cost"), ("ask", TOPIC)]
    assert "2 of 10" in turn.replies[-1]["text"]
    assert turn.slots["checklist"] == open_checklist.slots["checklist"]


@pytest.mark.parametrize("checklist", [None, "not JSON"])
def test_no_question_is_asked_again_where_no_checklist_is_open(checklist: str | None) -> None:
    assert answer("ask_cost", HSG, slots={"checklist": checklist}).reply["kind"] == "answer"


def test_checklist_needs_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "assistant", None)
    for module in (go_through_checklist, start_checklist):
        monkeypatch.setattr(module, "assistant", None, raising=False)
    teller.cache_clear()
    assert "2 of 10" in say("deny", start(HSG).slots).reply["text"]


def test_what_she_takes_back_is_asked() -> None:
    turn = start(HSG, ("denied_condition", "iodine_allergy"), slots={"conditions": ["iodine_allergy"]})
    assert (checklist_in(turn.slots)["answers"], turn.slots["conditions"]) == ({}, [])


def test_starting_an_open_checklist_goes_on_with_it() -> None:
    answered = say("deny", start(HSG).slots)
    assert "2 of 10" in start(slots=answered.slots).reply["text"]


def test_starting_it_for_the_other_procedure_begins_anew() -> None:
    answered = say("deny", start(HSG).slots)
    assert "1 of 5" in start(HYSTEROSCOPY, slots=answered.slots).reply["text"]


def test_last_answer_sums_up_and_closes_the_checklist() -> None:
    turn = start(HYSTEROSCOPY)
    for intent in ("deny", "affirm", "deny", "unsure", "deny"):
        turn = say(intent, turn.slots)
    assert (turn.reply["kind"], turn.reply["topic"]) == ("answer", "contraindications")
    assert turn.reply["rules"] == ["checklist-infection", "checklist-blood-thinners"]
    assert turn.slots["checklist"] is None


@pytest.mark.parametrize("action", ["answer_checklist", "cancel"])
def test_stopping_in_the_middle_sums_up_what_was_answered(action: str) -> None:
    slots = say("affirm", start(HSG).slots).slots
    turn = cancel(slots) if action == "cancel" else say("cancel", slots)
    assert (turn.reply["kind"], turn.reply["rules"]) == ("answer", ["checklist-pregnancy"])
    assert turn.slots["checklist"] is None


def test_answer_to_a_checklist_that_is_closed_says_what_she_may_do(wording: Wording) -> None:
    turn = say("affirm", {"checklist": None})
    assert (turn.reply["text"], turn.slots) == (wording.say("utter_nothing_to_cancel"), {"checklist": None})


def test_cancel_where_nothing_is_open_says_what_she_may_do(wording: Wording) -> None:
    turn = cancel({"checklist": None})
    assert (turn.reply["kind"], turn.reply["text"]) == ("smalltalk", wording.say("utter_nothing_to_cancel"))
    assert turn.set_slots == {"checklist": None, "dates_talk": None}


def test_cancel_ends_an_open_question_about_dates_and_keeps_what_she_told(wording: Wording) -> None:
    told = '"told":{"period_length_days":5},"topic":"timing"'
    turn = cancel({"checklist": None, "dates_talk": f'{{{told},"detail":"exact_day","role":"period_end"}}'})
    assert turn.reply["text"] == wording.say("utter_cancelled")
    assert turn.set_slots == {"checklist": None, "dates_talk": f"{{{told}}}"}


def test_dates_that_were_told_are_nothing_to_cancel(wording: Wording) -> None:
    slots = {"checklist": None, "dates_talk": '{"told":{"period_length_days":5},"topic":"timing"}'}
    turn = cancel(slots)
    assert (turn.reply["text"], turn.set_slots) == (wording.say("utter_nothing_to_cancel"), slots)


def test_cancel_keeps_what_she_said_of_herself() -> None:
    slots = say("affirm", start(HSG).slots).slots
    assert cancel(slots).slots == slots | {"checklist": None, "dates_talk": None}
