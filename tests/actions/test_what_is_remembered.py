"""What is kept for the next message: topic, procedure, phase, conditions, and what waits for its procedure."""

import json

import pytest
from turn import (
    ABNORMAL_HSG,
    HSG,
    HYSTEROSCOPY,
    IODINE_ALLERGY,
    OUT_OF_TOWN,
    STILL_BLEEDING,
    Entity,
    Slots,
    answer,
    answer_several,
    several,
)

PAST, TODAY = ("phase", "after"), ("phase", "day")
NOT_ALLERGIC = ("denied_condition", "iodine_allergy")


@pytest.mark.parametrize(
    ("intent", "entities", "slots", "kept"),
    [
        pytest.param(
            "ask_timing", [HSG], {}, {"topic": "timing", "procedure": "hsg", "conditions": []}, id="topic and procedure"
        ),
        pytest.param("ask_timing", [], {}, {"topic": "timing", "conditions": []}, id="no procedure"),
        pytest.param(
            "ask_timing",
            [HSG, HYSTEROSCOPY],
            {},
            {"topic": "timing", "procedure": "hysteroscopy", "conditions": []},
            id="the last of both",
        ),
        pytest.param(
            "ask_timing",
            [HSG, IODINE_ALLERGY],
            {"conditions": ["out_of_town"]},
            {"topic": "timing", "procedure": "hsg", "conditions": ["iodine_allergy", "out_of_town"]},
            id="conditions add up",
        ),
        pytest.param(
            "follow_up",
            [HYSTEROSCOPY],
            {"topic": "timing"},
            {"topic": "timing", "procedure": "hysteroscopy", "conditions": []},
            id="topic of the follow-up",
        ),
    ],
)
def test_question_is_remembered(intent: str, entities: list[Entity], slots: Slots, kept: Slots) -> None:
    remembered = answer(intent, *entities, slots=slots).set_slots
    assert {name: remembered.get(name) for name in kept} == kept
    assert ("procedure" in remembered) == ("procedure" in kept)


def test_passing_condition_is_not_kept_for_the_next_question() -> None:
    first = answer("ask_timing", HSG, STILL_BLEEDING)
    assert first.reply["rules"][0] == "hsg-timing-still-bleeding-clinic"
    assert answer("ask_timing", HSG, slots=first.slots).reply["rules"][0] == "hsg-timing-clinic"


def test_name_alone_is_remembered() -> None:
    assert answer("follow_up", HSG).set_slots == {"procedure": "hsg", "dates_talk": None, "asked_back": False}


def test_answer_ends_a_row_of_unclear_messages() -> None:
    assert answer("ask_timing", HSG, slots={"asked_back": True}).slots["asked_back"] is False


def test_slots_hold_what_rasa_can_store() -> None:
    events = answer("ask_timing", HSG, OUT_OF_TOWN, STILL_BLEEDING).events
    assert events
    assert json.loads(json.dumps(events)) == events


# Where she stands


@pytest.mark.parametrize(
    ("entities", "slots", "phase"),
    [
        pytest.param([HSG, PAST], {}, "after", id="told"),
        pytest.param([HSG, PAST, TODAY], {}, "day", id="the last that was told"),
        pytest.param([HSG, TODAY], {"phase": "before"}, "day", id="told anew"),
        pytest.param([HSG], {"phase": "before"}, "before", id="told earlier"),
        pytest.param([HSG], {}, None, id="never told"),
    ],
)
def test_phase_is_remembered(entities: list[Entity], slots: Slots, phase: str | None) -> None:
    assert answer("ask_timing", *entities, slots=slots).slots.get("phase") == phase


def test_phase_is_remembered_although_nothing_is_asked() -> None:
    remembered = answer("follow_up", HSG, PAST).set_slots
    assert remembered == {"procedure": "hsg", "phase": "after", "dates_talk": None, "asked_back": False}


# What she says that she does not have


@pytest.mark.parametrize(
    ("entities", "slots", "kept"),
    [
        pytest.param([NOT_ALLERGIC], {"conditions": ["iodine_allergy", "out_of_town"]}, ["out_of_town"], id="of two"),
        pytest.param([NOT_ALLERGIC], {"conditions": ["iodine_allergy"]}, [], id="the only one"),
        pytest.param([NOT_ALLERGIC], {"conditions": ["out_of_town"]}, ["out_of_town"], id="never said"),
        pytest.param([NOT_ALLERGIC, OUT_OF_TOWN], {}, ["out_of_town"], id="another one said"),
        pytest.param([NOT_ALLERGIC, IODINE_ALLERGY], {}, ["iodine_allergy"], id="denied and then said"),
        pytest.param([IODINE_ALLERGY, NOT_ALLERGIC], {}, ["iodine_allergy"], id="said and then denied"),
    ],
)
def test_denied_condition_is_taken_out_of_what_was_said_before(
    entities: list[Entity], slots: Slots, kept: list[str]
) -> None:
    assert answer("ask_timing", HSG, *entities, slots=slots).slots["conditions"] == kept


def test_denied_condition_no_longer_chooses_the_row() -> None:
    slots: Slots = {"conditions": ["out_of_town"]}
    assert answer("ask_timing", HSG, slots=slots).reply["rules"][0] == "hsg-timing-out-of-town-clinic"
    denied = answer("ask_timing", HSG, ("denied_condition", "out_of_town"), slots=slots)
    assert denied.reply["rules"][0] == "hsg-timing-clinic"


# What waits for its procedure


@pytest.mark.parametrize(
    ("questions", "entities", "waiting"),
    [
        pytest.param(["ask_timing", "ask_steps"], [], ["timing", "steps"], id="both wait"),
        pytest.param(["ask_timing", "ask_comparison"], [ABNORMAL_HSG], ["timing"], id="the other is answered"),
        pytest.param(["ask_timing", "ask_steps"], [HSG], [], id="told"),
        pytest.param(["nlu_fallback ask_pain", "ask_timing"], [], ["timing"], id="the unclear one does not wait"),
    ],
)
def test_topics_wait_for_their_procedure(questions: list[str], entities: list[Entity], waiting: list[str]) -> None:
    assert answer_several(several(*questions), *entities).slots["waiting_topics"] == waiting


@pytest.mark.usefixtures("gaps")
def test_topic_that_waits_for_a_condition_waits_for_no_procedure() -> None:
    turn = answer_several(several("ask_lanterns", "ask_kites"), HSG)
    assert [(reply["kind"], reply["topic"]) for reply in turn.replies] == [("ask", "lanterns"), ("answer", "kites")]
    assert turn.slots["waiting_topics"] == []


def test_topics_wait_no_longer_once_they_are_answered() -> None:
    asked = answer_several(several("ask_timing", "ask_steps"))
    assert answer("follow_up", HSG, slots=asked.slots).slots["waiting_topics"] == []


def test_topics_wait_no_longer_once_something_else_is_asked() -> None:
    asked = answer_several(several("ask_timing", "ask_steps"))
    other = answer("ask_cost", HSG, slots=asked.slots)
    assert other.slots["waiting_topics"] == []
    assert [reply["topic"] for reply in answer("follow_up", HYSTEROSCOPY, slots=other.slots).replies] == ["cost"]


def test_passing_condition_is_kept_while_any_question_of_the_message_is_open() -> None:
    asked = answer_several(several("ask_timing", "ask_comparison"), ABNORMAL_HSG, STILL_BLEEDING)
    assert [reply["kind"] for reply in asked.replies] == ["ask", "answer"]
    assert asked.slots["conditions"] == ["abnormal_hsg", "still_bleeding"]
