"""A conversation as a person reads it who takes it over."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.records.conversations import Conversations
from bot.records.hand_offs import HandOffs
from bot.records.tables import open_records
from bot.records.transcripts import Transcripts

HERS = "p" * 22
NOON = datetime(2030, 1, 1, 12)
SECOND = timedelta(seconds=1)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Empty records."""
    return open_records(f"sqlite:///{tmp_path / 'records.db'}")


def add(engine: Engine, *events: dict[str, Any]) -> None:
    for number, event in enumerate(events):
        at = (NOON + number * SECOND).replace(tzinfo=UTC).timestamp()
        Conversations(engine).add(HERS, [{"timestamp": at, "message_id": f"{event}", **event}], 0)


def user(text: str) -> dict[str, Any]:
    return {"event": "user", "text": text}


def bot(**custom: Any) -> dict[str, Any]:
    return {"event": "bot", "text": None, "data": {"custom": custom}}


def test_messages_replies_and_people_stand_in_the_order_of_time(engine: Engine) -> None:
    add(engine, {"event": "session_started"}, user("Hurt?"), {"event": "slot"}, bot(text="A little.", level=None))
    hand_offs = HandOffs(engine)
    one, _ = hand_offs.begin(HERS, "door", NOON, out_of_hours=False)
    hand_offs.take(one.id, "mei", NOON + 10 * SECOND, "taken", [])
    hand_offs.say(one.id, "mei", "Hello", [], NOON + 11 * SECOND)
    add(engine, bot(text="Call now.", level="emergency", more="Why"))
    read = Transcripts(engine).read(HERS)
    assert [(line.by, line.text, line.level) for line in read.lines] == [
        ("assistant", "Call now.", "emergency"),
        ("patient", "Hurt?", None),
        ("assistant", "A little.", None),
        ("desk", "taken", None),
        ("clerk", "Hello", None),
    ]


def test_reading_on_gives_what_is_new_alone(engine: Engine) -> None:
    transcripts = Transcripts(engine)
    add(engine, user("Hurt?"))
    first = transcripts.read(HERS)
    assert transcripts.read(HERS, first.event, first.said).lines == ()
    add(engine, user("And after?"))
    assert [line.text for line in transcripts.read(HERS, first.event, first.said).lines] == ["And after?"]


@pytest.mark.parametrize("event", [user("/restart"), user("  "), user(""), {"event": "user"}, bot(kind="notice")])
def test_what_says_nothing_is_left_out(engine: Engine, event: dict[str, Any]) -> None:
    add(engine, event)
    assert Transcripts(engine).read(HERS).lines == ()


def test_latest_message_is_shortened(engine: Engine) -> None:
    assert Transcripts(engine).latest(HERS) == ""
    add(engine, user("short"), user(f"kite {'x' * 200}\nend"), bot(text="A little."))
    latest = Transcripts(engine).latest(HERS)
    assert latest.startswith("kite xxx")
    assert len(latest) <= 91


def test_language_is_that_of_the_last_reply(engine: Engine) -> None:
    transcripts = Transcripts(engine)
    assert transcripts.language(HERS) == "en"
    add(engine, bot(text="A little.", language="en"), bot(text="\u597d", language="zh"))
    assert transcripts.language(HERS) == "zh"
