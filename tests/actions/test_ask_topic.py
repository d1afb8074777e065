"""Asking back which topic is meant: once in a row, then a person is offered."""

import pytest
from turn import Slots, Turn, take_turn, tracker

from actions.answer_question import ActionAnswerQuestion
from actions.ask_topic import ActionAskTopic
from actions.shared import MOST_LIKELY
from bot.wording import Wording

HSG, HYSTEROSCOPY = ("procedure", "hsg"), ("procedure", "hysteroscopy")
RANKING = ("ask_pain", "ask_pain_relief", "greet", "ask_cost", "ask_timing")


def unclear(*entities: tuple[str, str], slots: Slots | None = None, ranking: tuple[str, ...] = RANKING) -> Turn:
    return take_turn(ActionAskTopic(), tracker("nlu_fallback", *entities, slots=slots, ranking=ranking))


def test_unclear_message_is_asked_back_with_the_likeliest_topics(wording: Wording) -> None:
    reply = unclear(HSG).reply
    assert (reply["kind"], reply["topic"], reply["procedure"]) == ("ask", "pain", "hsg")
    assert reply["text"] == wording.say("utter_did_you_mean")


@pytest.mark.parametrize(
    ("ranking", "topics"),
    [
        (RANKING, ["pain", "pain_relief", "cost"]),
        (("ask_cost", "ask_pain"), ["cost", "pain"]),
        (("greet", "ask_cost"), ["cost"]),
    ],
    ids=["three at most", "two", "one"],
)
def test_buttons_ask_for_the_likeliest_topics_and_a_person(
    wording: Wording, ranking: tuple[str, ...], topics: list[str]
) -> None:
    *asked, person = [button["message"] for button in unclear(ranking=ranking).reply["buttons"]]
    assert asked == [wording.ask(topic, None) for topic in topics]
    assert len(asked) <= MOST_LIKELY
    assert person == wording.say("utter_person_button")


@pytest.mark.parametrize(
    ("entities", "slots", "procedure"),
    [
        ([HSG], {}, "hsg"),
        ([], {"procedure": "hysteroscopy"}, "hysteroscopy"),
        ([HSG], {"procedure": "hysteroscopy"}, "hsg"),
        ([HSG, HYSTEROSCOPY], {}, None),
        ([], {}, None),
    ],
    ids=["named", "slot", "named before slot", "both named", "none"],
)
def test_asking_back_keeps_the_procedure(entities: list[tuple[str, str]], slots: Slots, procedure: str | None) -> None:
    assert unclear(*entities, slots=slots).reply["procedure"] == procedure


def test_second_unclear_message_in_a_row_is_declined(wording: Wording) -> None:
    first = unclear(HSG)
    second = unclear(HSG, slots=first.slots)
    assert (second.reply["kind"], second.reply["text"]) == ("not_covered", wording.say("utter_out_of_scope"))


def test_declining_offers_a_person(wording: Wording) -> None:
    buttons = unclear(slots={"asked_back": True}).reply["buttons"]
    assert [button["message"] for button in buttons] == [wording.say("utter_person_button")]


def test_third_unclear_message_is_asked_back_again() -> None:
    slots: Slots = {}
    kinds = []
    for _ in range(4):
        turn = unclear(slots=slots)
        slots = turn.slots
        kinds.append(turn.reply["kind"])
    assert kinds == ["ask", "not_covered", "ask", "not_covered"]


def test_unclear_message_after_an_answer_is_asked_back_again() -> None:
    first = unclear(HSG)
    answered = take_turn(ActionAnswerQuestion(), tracker("ask_timing", slots=first.slots))
    assert unclear(slots=answered.slots).reply["kind"] == "ask"


def test_asking_back_remembers_the_likeliest_question() -> None:
    turn = unclear(HSG, ("condition", "out_of_town"))
    assert turn.set_slots == {
        "topic": "pain",
        "procedure": "hsg",
        "conditions": ["out_of_town"],
        "asked_back": True,
    }
