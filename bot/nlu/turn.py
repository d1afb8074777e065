"""The turn that a Rasa process is answering: one message of one conversation, and the ways it ends without an answer.

Rasa catches every `Exception` of its stores and goes on with an empty memory, and answers a failed action with silence.
What must end a turn is therefore a `BaseException`: it passes Rasa's handlers as the end of a cancelled task does,
releases the lock on its way, and reaches the channel (`door_channel.py`), which says so honestly.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel

USER, BOT = "user", "bot"
MOST_CHARACTERS = 200_000  # of all that is said to one message; ten times what the longest answer has


class TurnEnded(BaseException):
    """A turn that ends before it is stored."""


class StoreAway(TurnEnded):
    """The tracker store or the lock store did not answer in time."""


class NoAnswer(TurnEnded):
    """Nothing was said: the action server failed, or no rule applied."""


class Late(TurnEnded):
    """The turn did not end in time."""


class AnsweredBefore(TurnEnded):
    """The message was answered before; `messages` are what was said then."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        super().__init__()
        self.messages = messages


@dataclass
class Turn:
    """One message on its way: its id, what is said to it, and how many events Rasa was given of its conversation.

    `unchecked` are those after the last checkpoint.
    """

    message_id: str
    said: CollectingOutputChannel = field(default_factory=CollectingOutputChannel)
    kept: int = 0
    unchecked: int = 0

    @property
    def has_answer(self) -> bool:
        """Whether something was said that can be told: neither nothing nor without end."""
        said = self.said.messages
        return bool(said) and sum(len(str(message)) for message in said) <= MOST_CHARACTERS


TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)


def messages_after(events: list[dict[str, Any]], message_id: str) -> list[dict[str, Any]] | None:
    """Return what was said to a message, in the shape of the channel; null where it is not among the events."""
    said: list[dict[str, Any]] | None = None
    for event in events:
        if event["event"] == USER:
            if said is not None:
                return said
            said = [] if event.get("message_id") == message_id else None
        elif event["event"] == BOT and said is not None:
            said.append(message_of(event))
    return said


def message_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return what the assistant said, in the shape of the channel."""
    custom = (event.get("data") or {}).get("custom")
    return {"custom": custom} if custom else {"text": event.get("text") or ""}
