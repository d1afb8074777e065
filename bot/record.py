"""The record of a reply: why it was given.

Kept beside the reply in the conversation's history, never shown in the chat. Shape only.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.question import Asked, Condition, Procedure, Topic
from bot.reply import Kind, Reply


class Record(BaseModel):
    """Which words of the message, understood as what and how surely, and which rows produced a reply."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str
    kind: Kind
    topic: Topic | None
    procedure: Procedure | None
    conditions: tuple[Condition, ...]
    confidence: float
    likely: tuple[Topic, ...]
    follows: bool
    rules: tuple[str, ...]

    def as_metadata(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return self.model_dump(mode="json")


def record_of(asked: Asked, reply: Reply) -> Record:
    """Return why a reply was given."""
    return Record(
        text=asked.text,
        kind=reply.kind,
        topic=reply.topic,
        procedure=reply.procedure,
        conditions=tuple(sorted(asked.question.conditions)),
        confidence=round(asked.confidence, 4),
        likely=tuple(dict.fromkeys(question.topic for question in asked.likely)),
        follows=asked.follows,
        rules=reply.rules,
    )
