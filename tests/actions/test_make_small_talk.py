"""Small talk: each intent gets its own fixed sentence, and nothing is remembered."""

import pytest
from turn import take_turn, tracker

from actions.make_small_talk import ActionMakeSmallTalk
from bot.files import DATA, read_yaml
from bot.wording import Wording

INTENTS = ["greet", "goodbye", "thanks", "affirm", "deny", "unsure", "bot_challenge"]


@pytest.mark.parametrize("intent", INTENTS)
def test_small_talk_is_the_sentence_of_the_intent(wording: Wording, intent: str) -> None:
    reply = take_turn(ActionMakeSmallTalk(), tracker(intent)).reply
    assert (reply["kind"], reply["text"]) == ("smalltalk", wording.say(f"utter_{intent}"))


@pytest.mark.parametrize("intent", INTENTS)
def test_small_talk_leaves_the_conversation_as_it_is(intent: str) -> None:
    assert take_turn(ActionMakeSmallTalk(), tracker(intent, slots={"topic": "timing"})).events == []


def test_every_rule_of_small_talk_is_tried_here() -> None:
    rules = read_yaml(DATA / "rules" / "conversation.yml")["rules"]
    ruled = {rule["steps"][0]["intent"] for rule in rules if rule["steps"][1]["action"] == ActionMakeSmallTalk().name()}
    assert ruled == set(INTENTS)
