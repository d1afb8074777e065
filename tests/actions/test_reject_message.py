"""Declining to guess."""

from turn import take_turn, tracker

from actions.reject_message import ActionRejectMessage
from bot.settings import Clinic
from bot.wording import Wording


def test_message_about_something_else_is_declined(wording: Wording) -> None:
    reply = take_turn(ActionRejectMessage(), tracker("out_of_scope")).reply
    assert (reply["kind"], reply["text"]) == ("not_covered", wording.say("utter_out_of_scope"))


def test_declining_names_no_topic_procedure_or_source() -> None:
    reply = take_turn(ActionRejectMessage(), tracker("out_of_scope", ("procedure", "hsg"))).reply
    assert (reply["topic"], reply["procedure"], reply["rules"], reply["sources"]) == (None, None, [], [])


def test_declining_gives_every_phone(clinic: Clinic) -> None:
    text = take_turn(ActionRejectMessage(), tracker("out_of_scope")).reply["text"]
    assert [phone.number in text for phone in clinic.phones] == [True] * len(clinic.phones)


def test_declining_remembers_nothing() -> None:
    assert take_turn(ActionRejectMessage(), tracker("out_of_scope", slots={"topic": "timing"})).events == []
