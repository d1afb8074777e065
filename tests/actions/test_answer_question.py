"""Answering one question: from the entities, from the slots, for one procedure or both, on every channel."""

from typing import Any

import pytest
from turn import HSG, HYSTEROSCOPY, OUT_OF_TOWN, STILL_BLEEDING, WINDY, Entity, Slots, Turn, answer

from bot.answer import FIRST_TOPICS, Assistant
from bot.knowledge.shapes import Knowledge
from bot.reply import Reply
from bot.wording import Wording

# What is answered


@pytest.mark.parametrize(
    ("intent", "entities", "slots", "kind", "topic", "procedure", "first_rule"),
    [
        pytest.param("ask_timing", [HSG], {}, "answer", "timing", "hsg", "hsg-timing-clinic", id="procedure named"),
        pytest.param(
            "ask_timing",
            [HYSTEROSCOPY],
            {},
            "answer",
            "timing",
            "hysteroscopy",
            "hysteroscopy-timing-guideline",
            id="other procedure named",
        ),
        pytest.param(
            "ask_timing",
            [],
            {"procedure": "hysteroscopy"},
            "answer",
            "timing",
            "hysteroscopy",
            "hysteroscopy-timing-guideline",
            id="procedure of the slot",
        ),
        pytest.param(
            "ask_timing",
            [HSG],
            {"procedure": "hysteroscopy"},
            "answer",
            "timing",
            "hsg",
            "hsg-timing-clinic",
            id="named procedure before the slot's",
        ),
        pytest.param("ask_timing", [HSG, HSG], {}, "answer", "timing", "hsg", "hsg-timing-clinic", id="named twice"),
        pytest.param("ask_timing", [], {}, "ask", "timing", None, None, id="procedure needed"),
        pytest.param(
            "ask_timing",
            [],
            {"topic": "cost"},
            "ask",
            "timing",
            None,
            None,
            id="topic of the message before the slot's",
        ),
        pytest.param(
            "ask_cost",
            [HYSTEROSCOPY],
            {},
            "not_covered",
            "cost",
            "hysteroscopy",
            "hysteroscopy-cost-clinic",
            id="not covered, as a row says",
        ),
        pytest.param(
            "ask_timing",
            [HSG, OUT_OF_TOWN],
            {},
            "answer",
            "timing",
            "hsg",
            "hsg-timing-out-of-town-clinic",
            id="condition revealed",
        ),
        pytest.param(
            "ask_timing",
            [HSG],
            {"conditions": ["out_of_town"]},
            "answer",
            "timing",
            "hsg",
            "hsg-timing-out-of-town-clinic",
            id="condition of the slot",
        ),
        pytest.param(
            "follow_up",
            [HYSTEROSCOPY],
            {"topic": "timing", "procedure": "hsg"},
            "answer",
            "timing",
            "hysteroscopy",
            "hysteroscopy-timing-guideline",
            id="the same about the other procedure",
        ),
        pytest.param(
            "follow_up", [HSG], {"topic": "timing"}, "answer", "timing", "hsg", "hsg-timing-clinic", id="procedure told"
        ),
        pytest.param(
            "follow_up", [], {"topic": "timing"}, "ask", "timing", None, None, id="follow-up without a procedure"
        ),
        pytest.param("follow_up", [HSG], {}, "ask", None, "hsg", None, id="name alone, no topic before"),
        pytest.param("follow_up", [], {}, "ask", None, None, None, id="follow-up to nothing"),
    ],
)
def test_question_is_answered_by(
    intent: str,
    entities: list[Entity],
    slots: Slots,
    kind: str,
    topic: str | None,
    procedure: str | None,
    first_rule: str | None,
) -> None:
    reply = answer(intent, *entities, slots=slots).reply
    first = reply["rules"][0] if reply["rules"] else None
    assert (reply["kind"], reply["topic"], reply["procedure"], first) == (kind, topic, procedure, first_rule)


@pytest.mark.usefixtures("gaps")
@pytest.mark.parametrize(
    ("intent", "entities", "kind", "procedure", "rules"),
    [
        pytest.param("ask_kites", [], "answer", "hsg", ["hsg-kites-clinic"], id="only one procedure has rows"),
        pytest.param("ask_kites", [HYSTEROSCOPY], "not_covered", "hysteroscopy", [], id="not covered"),
        pytest.param("ask_lanterns", [HSG], "ask", "hsg", [], id="condition needed"),
        pytest.param("ask_lanterns", [HSG, WINDY], "answer", "hsg", ["hsg-lanterns-windy-clinic"], id="condition told"),
    ],
)
def test_question_is_answered_where_the_table_has_gaps_by(
    intent: str, entities: list[Entity], kind: str, procedure: str, rules: list[str]
) -> None:
    reply = answer(intent, *entities).reply
    topic = intent.removeprefix("ask_")
    assert (reply["kind"], reply["topic"], reply["procedure"]) == (kind, topic, procedure)
    assert reply["rules"] == rules


@pytest.mark.parametrize(
    ("entities", "procedures"),
    [([HSG, HYSTEROSCOPY], ["hsg", "hysteroscopy"]), ([HYSTEROSCOPY, HSG], ["hysteroscopy", "hsg"])],
    ids=["HSG first", "hysteroscopy first"],
)
def test_both_named_get_a_reply_each_in_the_order_asked(entities: list[Entity], procedures: list[str]) -> None:
    replies = answer("ask_timing", *entities).replies
    assert [(reply["kind"], reply["topic"], reply["procedure"]) for reply in replies] == [
        ("answer", "timing", procedure) for procedure in procedures
    ]


def test_ask_for_the_procedure_has_a_button_for_each(wording: Wording) -> None:
    names = [procedure.name for procedure in wording.procedures.values()]
    assert [button["message"] for button in answer("ask_timing").reply["buttons"]] == names


def test_ask_then_name_answers_the_question_that_was_asked() -> None:
    asked = answer("ask_timing")
    assert asked.reply["kind"] == "ask"
    told = answer("follow_up", HSG, slots=asked.slots).reply
    assert (told["kind"], told["topic"], told["procedure"]) == ("answer", "timing", "hsg")


def test_ask_then_name_answers_for_the_condition_that_came_with_the_question() -> None:
    asked = answer("ask_timing", STILL_BLEEDING)
    assert asked.reply["kind"] == "ask"
    assert answer("follow_up", HSG, slots=asked.slots).reply["rules"][0] == "hsg-timing-still-bleeding-clinic"


def test_name_then_ask_answers_for_the_procedure_that_was_named() -> None:
    named = answer("follow_up", HYSTEROSCOPY)
    assert named.reply["kind"] == "ask"
    assert answer("ask_timing", slots=named.slots).reply["procedure"] == "hysteroscopy"


def test_name_alone_is_asked_what_about_it_with_the_first_topics(wording: Wording) -> None:
    reply = answer("follow_up", HSG).reply
    assert reply["text"] == wording.say("utter_ask_topic")
    assert all("HSG" in button["message"] for button in reply["buttons"])
    assert len(reply["buttons"]) == len(FIRST_TOPICS)


def test_both_names_alone_are_asked_what_about_them() -> None:
    turn = answer("follow_up", HSG, HYSTEROSCOPY)
    assert (turn.reply["kind"], turn.reply["procedure"]) == ("ask", None)
    assert turn.set_slots == {"dates_talk": None, "asked_back": False}


# General information, not advice


def test_first_answer_says_that_it_is_no_advice(wording: Wording) -> None:
    turn = answer("ask_timing", HSG)
    assert turn.reply["text"].endswith(wording.say("utter_not_advice"))
    assert turn.slots["told_not_advice"] is True


def test_later_answer_does_not_say_it_again(wording: Wording) -> None:
    first = answer("ask_timing", HSG)
    assert wording.say("utter_not_advice") not in answer("ask_cost", HSG, slots=first.slots).reply["text"]


def test_two_answers_to_one_message_say_it_once(wording: Wording) -> None:
    texts = [reply["text"] for reply in answer("ask_timing", HSG, HYSTEROSCOPY).replies]
    assert [wording.say("utter_not_advice") in text for text in texts] == [True, False]


@pytest.mark.parametrize(
    ("intent", "entities", "kind", "procedure"),
    [
        pytest.param("ask_lanterns", [], "ask", None, id="procedure asked"),
        pytest.param("ask_lanterns", [HSG], "ask", "hsg", id="condition asked"),
        pytest.param("ask_kites", [HYSTEROSCOPY], "not_covered", "hysteroscopy", id="not covered"),
        pytest.param("ask_lanterns", [HYSTEROSCOPY], "not_covered", "hysteroscopy", id="not covered, as a row says"),
    ],
)
def test_first_answer_says_it_although_another_reply_came_before(
    gaps: Assistant, intent: str, entities: list[Entity], kind: str, procedure: str | None
) -> None:
    not_advice = gaps.wording.say("utter_not_advice")
    before = answer(intent, *entities)
    assert (before.reply["kind"], before.reply["procedure"]) == (kind, procedure)
    assert not_advice not in before.reply["text"]
    after = answer("ask_kites", HSG, slots=before.slots).reply
    assert after["text"].endswith(not_advice)


# Every topic, every channel


def turns_on_every_topic(knowledge: Knowledge, channel: str) -> dict[str, Turn]:
    conditions = [("condition", condition.id) for condition in knowledge.conditions]
    messages: list[list[Any]] = [[], [HSG], [HYSTEROSCOPY], [HSG, HYSTEROSCOPY], [HSG, HYSTEROSCOPY, *conditions]]
    return {
        f"{topic.id} {[value for _, value in entities][:2]} {len(entities)}": answer(
            f"ask_{topic.id}", *entities, channel=channel
        )
        for topic in knowledge.topics
        for entities in messages
    }


def test_every_topic_is_answered_in_the_shape_of_the_contract(knowledge: Knowledge) -> None:
    turns = turns_on_every_topic(knowledge, "door")
    assert len(turns) == 5 * len(knowledge.topics)
    for turn in turns.values():
        assert turn.replies
        assert [Reply.model_validate(reply).model_dump(mode="json") for reply in turn.replies] == turn.replies


def test_every_topic_is_plain_text_without_a_brace_elsewhere(knowledge: Knowledge) -> None:
    turns = turns_on_every_topic(knowledge, "telegram")
    shown = [
        text
        for turn in turns.values()
        for message in turn.sent
        for text in (message["text"], *(button["title"] for button in message["buttons"]))
    ]
    assert len(shown) > 5 * len(knowledge.topics)
    assert [text for text in shown if not text or "{" in text or "}" in text or text.startswith("[")] == []


def test_every_topic_sends_no_machine_part_elsewhere(knowledge: Knowledge) -> None:
    sent = [message for turn in turns_on_every_topic(knowledge, "telegram").values() for message in turn.sent]
    assert len(sent) > 5 * len(knowledge.topics)
    assert [message for message in sent if message.get("custom") or message.get("attachment")] == []
