"""The ways to reach a person."""

from turn import take_turn, tracker

from actions.request_human import ActionRequestHuman
from bot.settings import Clinic


def test_request_for_a_person_is_a_hand_off() -> None:
    assert take_turn(ActionRequestHuman(), tracker("request_human")).reply["kind"] == "handoff"


def test_hand_off_gives_phones_hours_and_emergency_number(clinic: Clinic) -> None:
    text = take_turn(ActionRequestHuman(), tracker("request_human")).reply["text"]
    wanted = [clinic.hours_line, clinic.emergency_number, *(phone.number for phone in clinic.phones)]
    assert len(wanted) > 2
    assert [value for value in wanted if value not in text] == []


def test_hand_off_leaves_the_conversation_as_it_is() -> None:
    assert take_turn(ActionRequestHuman(), tracker("request_human", slots={"topic": "timing"})).events == []
