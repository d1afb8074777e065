"""Declining to guess."""

from turn import HSG, Slots, Turn, take_turn, tracker

from actions.reject_message import ActionRejectMessage
from bot.settings import Clinic
from bot.wording import Wording


def reject(slots: Slots | None = None) -> Turn:
    latest = tracker("out_of_scope", HSG, ranking=("ask_pain", "ask_cost"), slots=slots)
    return take_turn(ActionRejectMessage(), latest)


def test_message_about_something_else_is_declined(wording: Wording) -> None:
    reply = reject().reply
    assert (reply["kind"], reply["text"]) == ("not_covered", wording.say("utter_out_of_scope"))


def test_declining_names_no_topic_procedure_or_source() -> None:
    reply = reject().reply
    assert (reply["topic"], reply["procedure"], reply["rules"], reply["sources"]) == (None, None, [], [])


def test_declining_gives_every_phone(clinic: Clinic) -> None:
    text = reject().reply["text"]
    assert [phone.number in text for phone in clinic.phones] == [True] * len(clinic.phones)


def test_declining_offers_a_person(wording: Wording) -> None:
    assert [button["message"] for button in reject().reply["buttons"]] == [wording.say("utter_person_button")]


def test_declining_remembers_nothing() -> None:
    assert reject(slots={"topic": "timing"}).events == []
