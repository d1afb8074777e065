"""Follow-ups that make no sense alone, asked of the really started assistant after the question they follow.

`follow_ups.jsonl` is a measuring set: none of its sentences is trained on. A share is demanded, not each line.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.shapes import Knowledge

pytestmark = pytest.mark.stack

FILE = Path(__file__).parent / "follow_ups.jsonl"
LEAST_RIGHT = 0.5

Reply = dict[str, Any]


def test_most_follow_ups_are_answered_under_the_right_topic(
    talk: Callable[[], Callable[[str], list[Reply]]], knowledge: Knowledge
) -> None:
    asks = {topic.id: topic.ask for topic in knowledge.topics}
    wrong = []
    lines = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        say = talk()
        say(asks[line["before"]].format(procedure="HSG"))
        topics = [reply["topic"] for reply in say(line["text"])]
        if line["topic"] not in topics:
            wrong.append((line["before"], line["text"], line["topic"], topics))
    assert len(lines) > 50
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(lines), wrong
