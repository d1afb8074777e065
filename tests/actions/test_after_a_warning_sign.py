"""What later messages get after a warning sign: the urgent reply again, a warning before dates, or a plain answer."""

import pytest
from turn import (
    HSG,
    OUT_OF_TOWN,
    OWN_DATES,
    Entity,
    Slots,
    Turn,
    answer,
    answer_several,
    several,
    take_turn,
    tracker,
)

from actions.reject_message import ActionRejectMessage
from bot.knowledge.shapes import Knowledge
from bot.wording import Wording

TODAY = "2026-03-09"
FEVER: Slots = {"warned_of": ["fever"], "procedure": "hsg"}
BEFORE_VISIT: list[Slots] = [
    {"warned_of": ["infection"], "procedure": "hsg"},
    {"warned_of": ["fever"], "procedure": "hsg", "phase": "before"},
]


def kinds(turn: Turn) -> list[tuple[str, str | None]]:
    return [(reply["kind"], reply["topic"]) for reply in turn.replies]


def reject(slots: Slots) -> Turn:
    return take_turn(ActionRejectMessage(), tracker("out_of_scope", ranking=("ask_pain",), slots=slots))


# The urgent reply again


def test_topic_that_soothes_gets_the_urgent_reply_again(knowledge: Knowledge) -> None:
    soothing = [topic.id for topic in knowledge.topics if topic.soothes]
    told = {topic: kinds(answer(f"ask_{topic}", HSG, slots=FEVER)) for topic in soothing}
    assert told == {topic: [("urgent", None)] for topic in soothing}
    assert "normal_after" in told


@pytest.mark.parametrize(
    ("intent", "slots"),
    [
        pytest.param("nlu_fallback", {}, id="unclear"),
        pytest.param("follow_up", {}, id="follows up on nothing"),
        pytest.param("follow_up", {"topic": "pain"}, id="follows up on a topic that soothes"),
    ],
)
def test_message_that_is_unclear_gets_the_urgent_reply_again(intent: str, slots: Slots) -> None:
    assert kinds(answer(intent, ranking=("ask_cost",), slots=FEVER | slots)) == [("urgent", None)]


def test_message_about_something_else_gets_the_urgent_reply_again() -> None:
    assert kinds(reject(FEVER)) == [("urgent", None)]


def test_urgent_reply_again_is_that_of_every_sign_told_and_of_where_she_stands() -> None:
    reply = answer("ask_pain", ("phase", "before"), slots={"warned_of": ["fever", "chest_pain"]}).reply
    assert (reply["level"], reply["rules"]) == ("emergency", ["warning-sign-chest-pain", "warning-sign-fever"])


def test_clear_question_beside_one_that_soothes_is_answered_after_the_urgent_reply() -> None:
    turn = answer_several(several("ask_pain", "ask_cost"), HSG, slots=FEVER)
    assert kinds(turn) == [("urgent", None), ("answer", "cost")]


def test_days_and_phase_told_beside_a_question_that_soothes_are_kept() -> None:
    about: list[Entity] = [HSG, ("phase", "after")]
    turn = answer("ask_pain", *about, text="my period ended on 7 March, is that normal", slots=FEVER, today=TODAY)
    assert kinds(turn) == [("urgent", None)]
    assert turn.slots["phase"] == "after"
    assert "2026-03-07" in turn.slots["dates_talk"]


# A plain answer


def test_clear_question_is_answered_plainly() -> None:
    assert kinds(answer("ask_cost", HSG, slots=FEVER)) == [("answer", "cost")]


@pytest.mark.parametrize("slots", BEFORE_VISIT, ids=["of its own", "before the procedure"])
def test_sign_that_may_wait_for_the_visit_is_not_told_again(slots: Slots) -> None:
    assert kinds(answer("ask_pain", HSG, slots=slots)) == [("answer", "pain")]
    assert [kind for kind, _ in kinds(reject(slots))] == ["not_covered"]


@pytest.mark.parametrize("warned", [None, [], ["moon"]], ids=["null", "none", "no sign"])
def test_conversation_without_a_sign_has_no_urgent_reply(warned: list[str] | None) -> None:
    assert kinds(answer("ask_pain", HSG, slots={"warned_of": warned})) == [("answer", "pain")]


def test_sign_in_the_message_itself_is_not_told_a_second_time() -> None:
    turn = answer_several(several("ask_cost"), HSG, slots=FEVER, signs=["fever"])
    assert kinds(turn) == [("answer", "cost")]


# Her dates


@pytest.mark.parametrize("slots", [FEVER, *BEFORE_VISIT], ids=["call today", "may wait", "before the procedure"])
def test_dates_after_a_sign_begin_with_a_warning(wording: Wording, slots: Slots) -> None:
    reply = answer("ask_timing", HSG, text="my period ended on 7 March", slots=slots, today=TODAY).reply
    sign = "fever or chills" if "fever" in slots["warned_of"] else "a possible infection before the procedure"
    assert reply["kind"] == "dates"
    assert reply["text"].startswith(wording.say("utter_dates_warned", signs=sign))
    assert wording.clinic.phone_line in reply["text"].split("\n\n")[0]


def test_dates_in_a_conversation_without_a_sign_begin_with_what_she_told() -> None:
    reply = answer("ask_timing", HSG, OWN_DATES, OUT_OF_TOWN, text="my period ended on 7 March", today=TODAY).reply
    assert reply["text"].startswith("You told me")
