"""Asking back which topic is meant: once a message and never twice in a row, then a person is offered."""

import pytest
from turn import HSG, HYSTEROSCOPY, OUT_OF_TOWN, Entity, Slots, Turn, answer, answer_several, several

from actions.shared import MOST_LIKELY
from bot.wording import Wording

RANKING = ("ask_pain", "ask_pain_relief", "greet", "ask_cost", "ask_timing")
UNCLEAR = "nlu_fallback ask_pain ask_cost"


def unclear(*entities: Entity, slots: Slots | None = None, ranking: tuple[str, ...] = RANKING) -> Turn:
    return answer("nlu_fallback", *entities, slots=slots, ranking=ranking)


# One that is unclear


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
def test_buttons_ask_for_the_likeliest_topics(wording: Wording, ranking: tuple[str, ...], topics: list[str]) -> None:
    asked = [button["message"] for button in unclear(ranking=ranking).reply["buttons"]]
    assert asked == [wording.ask(topic, None) for topic in topics]
    assert len(asked) <= MOST_LIKELY == 3


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
def test_asking_back_keeps_the_procedure(entities: list[Entity], slots: Slots, procedure: str | None) -> None:
    assert unclear(*entities, slots=slots).reply["procedure"] == procedure


def test_asking_back_remembers_the_likeliest_question() -> None:
    assert unclear(HSG, OUT_OF_TOWN).set_slots == {
        "topic": "pain",
        "waiting_topics": [],
        "procedure": "hsg",
        "conditions": ["out_of_town"],
        "dates_talk": None,
        "asked_back": True,
    }


# Never twice in a row


def test_second_unclear_message_in_a_row_is_offered_a_person(wording: Wording) -> None:
    first = unclear(HSG)
    second = unclear(HSG, slots=first.slots).reply
    assert (second["kind"], second["text"]) == ("not_covered", wording.say("utter_not_understood"))
    assert [button["message"] for button in second["buttons"]] == [wording.say("utter_person_button")]


def test_third_unclear_message_is_asked_back_again() -> None:
    slots: Slots = {}
    kinds = []
    for _ in range(4):
        turn = unclear(slots=slots)
        slots = turn.slots
        kinds.append(turn.reply["kind"])
    assert kinds == ["ask", "not_covered", "ask", "not_covered"]


@pytest.mark.usefixtures("gaps")
@pytest.mark.parametrize(
    ("intent", "procedure", "kind"),
    [
        pytest.param("ask_kites", HSG, "answer", id="answered"),
        pytest.param("ask_kites", HYSTEROSCOPY, "not_covered", id="not covered"),
        pytest.param("ask_lanterns", HYSTEROSCOPY, "not_covered", id="not covered, as a row says"),
        pytest.param("ask_lanterns", HSG, "ask", id="condition asked"),
    ],
)
def test_unclear_message_after_a_clear_one_is_asked_back_again(intent: str, procedure: Entity, kind: str) -> None:
    ranking = ("ask_kites", "ask_lanterns")
    asked_back = unclear(procedure, ranking=ranking)
    assert asked_back.slots["asked_back"] is True
    clear = answer(intent, procedure, slots=asked_back.slots)
    assert (clear.reply["kind"], clear.reply["procedure"]) == (kind, procedure[1])
    assert clear.slots["asked_back"] is False
    assert unclear(slots=clear.slots, ranking=ranking).reply["kind"] == "ask"


# Among several


@pytest.mark.parametrize(
    ("questions", "kinds"),
    [
        pytest.param([UNCLEAR, "ask_timing"], ["ask", "answer"], id="unclear first"),
        pytest.param(["ask_timing", UNCLEAR], ["answer", "ask"], id="unclear last"),
        pytest.param(
            ["ask_timing", UNCLEAR, "nlu_fallback ask_steps"], ["answer", "ask", "not_covered"], id="two unclear"
        ),
        pytest.param(
            [UNCLEAR, "nlu_fallback ask_steps", "nlu_fallback ask_staff"], ["ask", "not_covered"], id="three unclear"
        ),
    ],
)
def test_one_unclear_question_of_a_message_is_asked_back(questions: list[str], kinds: list[str]) -> None:
    turn = answer_several(several(*questions), HSG)
    assert [reply["kind"] for reply in turn.replies] == kinds
    assert turn.slots["asked_back"] is True


def test_unclear_question_among_several_is_not_asked_back_directly_after_one(wording: Wording) -> None:
    turn = answer_several(several("ask_timing", UNCLEAR), HSG, slots={"asked_back": True})
    assert [reply["kind"] for reply in turn.replies] == ["answer", "not_covered"]
    assert turn.replies[1]["text"] == wording.say("utter_not_understood")
    assert turn.slots["asked_back"] is False
