"""Starting again: everything is forgotten."""

from rasa_sdk.events import AllSlotsReset
from turn import Slots, take_turn, tracker

from actions.answer_question import ActionAnswerQuestion
from actions.start_again import ActionStartAgain
from bot.wording import Wording

TALKED: Slots = {
    "topic": "timing",
    "procedure": "hsg",
    "conditions": ["out_of_town"],
    "asked_back": True,
    "told_not_advice": True,
}


def test_start_again_says_so(wording: Wording) -> None:
    reply = take_turn(ActionStartAgain(), tracker("start_again", slots=TALKED)).reply
    assert (reply["kind"], reply["text"]) == ("smalltalk", wording.say("utter_start_again"))


def test_start_again_resets_every_slot() -> None:
    turn = take_turn(ActionStartAgain(), tracker("start_again", slots=TALKED))
    assert (turn.events, turn.slots) == ([AllSlotsReset()], {})


def test_name_after_starting_again_does_not_bring_the_old_topic_back() -> None:
    fresh = take_turn(ActionStartAgain(), tracker("start_again", slots=TALKED)).slots
    reply = take_turn(ActionAnswerQuestion(), tracker("follow_up", ("procedure", "hsg"), slots=fresh)).reply
    assert (reply["kind"], reply["topic"]) == ("ask", None)


def test_answer_after_starting_again_says_once_more_that_it_is_no_advice(wording: Wording) -> None:
    fresh = take_turn(ActionStartAgain(), tracker("start_again", slots=TALKED)).slots
    reply = take_turn(ActionAnswerQuestion(), tracker("ask_timing", ("procedure", "hsg"), slots=fresh)).reply
    assert reply["text"].endswith(wording.say("utter_not_advice"))
