"""What a patient is told of the data that is kept of her."""

from collections.abc import Sequence

import pytest

from bot.my_data import Kept, tell_forgotten, tell_my_data
from bot.question import Condition, Procedure
from bot.wording import Wording

NUMBER = "a1b2c3"


def kept(
    procedure: Procedure | None = None,
    conditions: Sequence[Condition] = (),
    *,
    has_dates: bool = False,
    has_signs: bool = False,
    messages: int = 4,
) -> Kept:
    return Kept(NUMBER, messages, procedure, conditions, has_dates, has_signs)


def test_number_of_messages_days_and_the_number_to_ask_with_are_told(wording: Wording) -> None:
    text = tell_my_data(kept(messages=12), wording, days=77).text
    assert [word for word in ("12", "77", NUMBER) if word not in text] == []


def test_no_placeholder_is_left(wording: Wording) -> None:
    assert "{" not in tell_my_data(kept(Procedure.HSG, has_dates=True), wording, days=30).text


def test_nothing_noted_is_told_as_nothing(wording: Wording) -> None:
    assert wording.say("utter_my_data_noted_nothing") in tell_my_data(kept(), wording, days=30).text


@pytest.mark.parametrize(
    ("noted", "detail"),
    [
        (kept(has_dates=True), "utter_my_data_dates"),
        (kept(has_signs=True), "utter_my_data_signs"),
    ],
    ids=["dates", "signs"],
)
def test_each_thing_that_was_noted_is_told_alone(wording: Wording, noted: Kept, detail: str) -> None:
    said = wording.say("utter_my_data_noted", details=wording.say(detail))
    assert said in tell_my_data(noted, wording, days=30).text


def test_procedure_and_conditions_are_told_by_their_names(wording: Wording) -> None:
    noted = kept(Procedure.HSG, ["iodine_allergy", "out_of_town"])
    names = [wording.procedure_name(Procedure.HSG)]
    names += [wording.conditions[name].label for name in ("iodine_allergy", "out_of_town")]
    said = wording.say("utter_my_data_noted", details=", ".join(names))
    assert said in tell_my_data(noted, wording, days=30).text


def test_button_writes_what_makes_it_forgotten(wording: Wording) -> None:
    (button,) = tell_my_data(kept(), wording, days=30).buttons
    assert button.title == button.message == wording.say("utter_forget_me_button")


def test_forgetting_is_told_without_a_button(wording: Wording) -> None:
    reply = tell_forgotten(wording)
    assert (reply.kind, reply.text, reply.buttons) == ("notice", wording.say("utter_forget_me"), ())
