"""Telling a patient what is kept of her."""

from typing import Any

import pytest
from turn import HSG, Slots, take_turn, tracker

from actions.tell_my_data import ActionTellMyData
from bot.answer import Assistant
from bot.wording import Wording

KNOWN: Slots = {
    "procedure": "hsg",
    "conditions": ["iodine_allergy"],
    "dates_talk": '{"topic": "timing"}',
    "warned_of": ["heavy_bleeding"],
}


@pytest.fixture(autouse=True)
def _kept_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.tell_my_data.retention_days", lambda: 77)


def tell(slots: Slots | None = None, *entities: Any, **latest: Any) -> Any:
    return take_turn(ActionTellMyData(), tracker("my_data", *entities, slots=slots or {}, **latest))


def test_patient_is_told_how_long_and_under_which_number(wording: Wording) -> None:
    found = tracker("my_data")
    text = take_turn(ActionTellMyData(), found).reply["text"]
    assert "77 days" in text
    assert str(found.sender_id) in text
    assert wording.say("utter_my_data_noted_nothing") in text


def test_patient_is_told_what_was_noted_of_her(wording: Wording) -> None:
    text = tell(KNOWN).reply["text"]
    noted = ["HSG", wording.conditions["iodine_allergy"].label]
    noted += [wording.say("utter_my_data_dates"), wording.say("utter_my_data_signs")]
    assert [detail for detail in noted if detail not in text] == []


def test_patient_is_told_of_the_procedure_that_she_names_with_it(wording: Wording) -> None:
    assert wording.say("utter_my_data_noted_nothing") not in tell({}, HSG).reply["text"]


def test_patient_can_have_it_deleted_with_one_press(wording: Wording) -> None:
    button = wording.say("utter_forget_me_button")
    assert tell().reply["buttons"] == [{"title": button, "message": button}]


def test_telling_changes_nothing() -> None:
    assert tell(KNOWN).events == []


def test_patient_is_told_in_her_language(chinese: Assistant) -> None:
    assert chinese.wording.say("utter_my_data_noted_nothing") in tell({}, language="zh").reply["text"]
