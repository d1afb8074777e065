"""Forgetting a patient: the action marks the conversation, and the tracker store deletes it."""

from rasa_sdk.events import AllSlotsReset
from turn import Slots, take_turn, tracker

from actions.forget_me import ActionForgetMe
from actions.shared import FORGET_ME
from bot.answer import Assistant
from bot.files import ROOT, read_yaml
from bot.wording import Wording

TALKED: Slots = {"topic": "timing", "procedure": "hsg", "conditions": ["iodine_allergy"]}


def test_patient_is_told_that_she_was_forgotten(wording: Wording) -> None:
    reply = take_turn(ActionForgetMe(), tracker("forget_me", slots=TALKED)).reply
    assert (reply["kind"], reply["text"]) == ("notice", wording.say("utter_forget_me"))


def test_conversation_is_marked_after_every_slot_was_reset() -> None:
    turn = take_turn(ActionForgetMe(), tracker("forget_me", slots=TALKED))
    assert turn.events[0] == AllSlotsReset()
    assert turn.slots == {FORGET_ME: True}


def test_patient_is_told_in_her_language(chinese: Assistant) -> None:
    reply = take_turn(ActionForgetMe(), tracker("forget_me", language="zh")).reply
    assert reply["text"] == chinese.wording.say("utter_forget_me")


def test_mark_is_a_slot_that_no_message_can_set() -> None:
    declared = read_yaml(ROOT / "domain.yml")["slots"][FORGET_ME]
    assert declared["influence_conversation"] is False
    assert [mapping["type"] for mapping in declared["mappings"]] == ["custom"]
