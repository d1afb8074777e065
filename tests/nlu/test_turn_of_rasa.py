"""A turn: what was said to a message, what can be told, and endings that nothing of Rasa's swallows."""

import warnings
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from bot.nlu.turn import (
        MOST_CHARACTERS,
        AnsweredBefore,
        Late,
        NoAnswer,
        StoreAway,
        Turn,
        TurnEnded,
        messages_after,
    )

pytestmark = pytest.mark.filterwarnings("ignore")  # Rasa's own

Events = list[dict[str, Any]]


def user(message_id: str | None) -> dict[str, Any]:
    return {"event": "user", "message_id": message_id, "text": "hello"}


def bot(text: str | None, **data: Any) -> dict[str, Any]:
    return {"event": "bot", "text": text, "data": data}


SLOT = {"event": "slot", "name": "topic", "value": "timing"}
TALK = [{"event": "session_started"}, user("m1"), SLOT, bot("One."), bot("Two."), user("m2"), bot("Three.")]


@pytest.mark.parametrize("ending", [StoreAway, NoAnswer, Late, AnsweredBefore, TurnEnded])
def test_ending_of_a_turn_passes_every_handler_of_exceptions(ending: type[BaseException]) -> None:
    assert issubclass(ending, TurnEnded)
    assert not issubclass(ending, Exception)


@pytest.mark.parametrize(
    ("message_id", "said"),
    [
        ("m1", [{"text": "One."}, {"text": "Two."}]),
        ("m2", [{"text": "Three."}]),
        ("m3", None),
    ],
    ids=["in the middle", "at the end", "not there"],
)
def test_what_was_said_to_a_message_is_found(message_id: str, said: Events | None) -> None:
    assert messages_after(TALK, message_id) == said


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([], None),
        ([user("m1")], []),
        ([user("m1"), user(None), bot("To another.")], []),
        ([user(None), bot("One."), user("m1"), bot("Two.")], [{"text": "Two."}]),
        ([user("m1"), bot(None, custom={"kind": "answer"})], [{"custom": {"kind": "answer"}}]),
        ([user("m1"), bot("Words.", custom=None)], [{"text": "Words."}]),
        ([user("m1"), {"event": "bot"}], [{"text": ""}]),
    ],
    ids=["no event", "no word", "another's word", "not the first", "a reply of ours", "a text", "no text"],
)
def test_what_was_said_has_the_shape_of_the_channel(events: Events, said: Events | None) -> None:
    assert messages_after(events, "m1") == said


@pytest.mark.parametrize(
    ("said", "has_answer"),
    [
        ([], False),
        ([{"text": "Hello."}], True),
        ([{"text": "a" * (MOST_CHARACTERS + 1)}], False),
        ([{"text": "a" * (MOST_CHARACTERS // 2)}] * 3, False),
    ],
    ids=["nothing", "a word", "too much at once", "too much in all"],
)
def test_answer_is_neither_nothing_nor_without_end(said: Events, has_answer: bool) -> None:
    turn = Turn("m1")
    turn.said.messages.extend(said)
    assert turn.has_answer is has_answer
