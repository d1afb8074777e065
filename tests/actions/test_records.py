"""The record of a reply: why it was given, sent beside it and shown nowhere."""

from typing import Any

import pytest
from turn import (
    HSG,
    HYSTEROSCOPY,
    IODINE_ALLERGY,
    OUT_OF_TOWN,
    Entity,
    Found,
    Turn,
    answer,
    answer_several,
    several,
    take_turn,
    tracker,
)

from actions.make_small_talk import ActionMakeSmallTalk
from actions.reject_message import ActionRejectMessage
from bot.record import Record

CHANNELS = ["door", "telegram"]
ANSWERED: dict[str, Any] = {
    "text": "asks ask_timing",
    "kind": "answer",
    "topic": "timing",
    "procedure": "hsg",
    "conditions": ["iodine_allergy", "out_of_town"],
    "confidence": 0.9,
    "likely": ["timing", "cost", "pain"],
    "follows": False,
    "rules": ["hsg-timing-out-of-town-clinic", "hsg-timing-guideline", "hsg-timing-reference"],
}


def answered(channel: str) -> Turn:
    ranking = ("ask_cost", "greet", "ask_pain", "ask_steps")
    return answer("ask_timing", HSG, OUT_OF_TOWN, IODINE_ALLERGY, ranking=ranking, channel=channel)


@pytest.mark.parametrize("channel", CHANNELS)
def test_record_tells_why_a_reply_was_given(channel: str) -> None:
    assert answered(channel).record == ANSWERED


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("turn", "differs"),
    [
        pytest.param(
            lambda channel: answer("ask_timing", channel=channel),
            {"kind": "ask", "topic": "timing", "procedure": None, "rules": [], "likely": ["timing"]},
            id="procedure asked",
        ),
        pytest.param(
            lambda channel: answer("ask_period_after", HSG, channel=channel),
            {
                "kind": "not_covered",
                "topic": "period_after",
                "procedure": "hsg",
                "rules": ["hsg-period-after-guideline"],
            },
            id="not covered, as a row says",
        ),
        pytest.param(
            lambda channel: answer("nlu_fallback", ranking=("ask_pain", "ask_cost"), channel=channel),
            {"kind": "ask", "topic": "pain", "likely": ["pain", "cost"], "text": "asks nlu_fallback", "rules": []},
            id="asked back",
        ),
        pytest.param(
            lambda channel: answer("nlu_fallback", ranking=("ask_pain",), slots={"asked_back": True}, channel=channel),
            {"kind": "not_covered", "topic": None, "likely": ["pain"], "rules": []},
            id="not understood",
        ),
        pytest.param(
            lambda channel: answer("ask_pain", HSG, questions=[Found("ask_pain", follows=True)], channel=channel),
            {"kind": "answer", "topic": "pain", "follows": True},
            id="follows",
        ),
        pytest.param(
            lambda channel: answer("follow_up", HSG, slots={"topic": "timing"}, channel=channel),
            {"kind": "answer", "topic": "timing", "likely": ["timing"], "text": "asks follow_up"},
            id="name of the procedure",
        ),
    ],
)
def test_record_tells_of_every_kind_of_reply(turn: Any, differs: dict[str, Any], channel: str) -> None:
    record = turn(channel).record
    assert {key: record[key] for key in differs} == differs
    assert Record.model_validate(record).as_metadata() == record


@pytest.mark.usefixtures("gaps")
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("intent", "procedure", "kind"),
    [("ask_kites", HYSTEROSCOPY, "not_covered"), ("ask_lanterns", HSG, "ask")],
    ids=["not covered", "condition asked"],
)
def test_record_tells_that_no_row_answers(intent: str, procedure: Entity, kind: str, channel: str) -> None:
    record = answer(intent, procedure, channel=channel).record
    topic = intent.removeprefix("ask_")
    assert (record["kind"], record["topic"], record["procedure"]) == (kind, topic, procedure[1])
    assert record["rules"] == []
    assert Record.model_validate(record).as_metadata() == record


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_reply_of_a_message_has_its_own_record(channel: str) -> None:
    questions = several("ask_timing", "ask_period_after", "nlu_fallback ask_pain")
    records = answer_several(questions, HSG, channel=channel).records
    assert [(record["text"], record["kind"], record["topic"]) for record in records if record] == [
        ("asks ask_timing", "answer", "timing"),
        ("asks ask_period_after", "not_covered", "period_after"),
        ("asks nlu_fallback", "ask", "pain"),
    ]


@pytest.mark.parametrize("channel", CHANNELS)
def test_rejected_message_has_a_record_of_what_it_came_nearest_to(channel: str) -> None:
    latest = tracker("out_of_scope", HSG, ranking=("ask_pain", "ask_cost", "ask_steps", "ask_staff"), channel=channel)
    assert take_turn(ActionRejectMessage(), latest).record == {
        "text": "asks out_of_scope",
        "kind": "not_covered",
        "topic": None,
        "procedure": None,
        "conditions": [],
        "confidence": 0.9,
        "likely": ["pain", "cost", "steps"],
        "follows": False,
        "rules": [],
    }


@pytest.mark.parametrize("channel", CHANNELS)
def test_reply_that_answers_nothing_has_no_record(channel: str) -> None:
    turns = [
        answer("follow_up", HSG, channel=channel),
        take_turn(ActionMakeSmallTalk(), tracker("greet", channel=channel)),
    ]
    assert [turn.records for turn in turns] == [[None], [None]]


@pytest.mark.parametrize("channel", CHANNELS)
def test_notice_of_what_was_taken_has_no_record(channel: str) -> None:
    turn = answer_several(several("ask_pain", "ask_cost"), HSG, too_many=True, channel=channel)
    assert [record is None for record in turn.records] == [False, False, True]


def test_door_shows_nothing_of_the_record() -> None:
    (message,) = answered("door").sent
    assert "record" not in message["custom"]
    shown = str(message["custom"])
    assert ANSWERED["text"] not in shown
    assert "confidence" not in shown


def test_other_channel_shows_nothing_of_the_record() -> None:
    (message,) = answered("telegram").sent
    assert message["custom"] == {}
    shown = message["text"] + str(message["buttons"])
    assert "0.9" not in shown
    assert [str(value) for value in (ANSWERED["text"], *ANSWERED["rules"]) if str(value) in shown] == []
