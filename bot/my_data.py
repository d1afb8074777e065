"""What a patient is told of the data that is kept of her: the conversation, or where it is kept, is passed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.question import Condition, Procedure
from bot.records.conversations import Conversations
from bot.reply import Button, Reply
from bot.wording import Wording


@dataclass(frozen=True)
class Kept:
    """What is kept of a conversation: how many messages, under which number, and what was noted of her."""

    reference: str
    messages: int
    procedure: Procedure | None
    conditions: Sequence[Condition]
    has_dates: bool
    has_signs: bool


def tell_my_data(kept: Kept, wording: Wording, days: int) -> Reply:
    """Return what is kept, for how long (in days), and how she can see it and have it deleted."""
    details = _details(kept, wording)
    noted = (
        wording.say("utter_my_data_noted", details=", ".join(details))
        if details
        else wording.say("utter_my_data_noted_nothing")
    )
    text = wording.say(
        "utter_my_data", messages=str(kept.messages), noted=noted, days=str(days), reference=kept.reference
    )
    button = wording.say("utter_forget_me_button")
    return Reply(text=text, kind="notice", buttons=(Button(title=button, message=button),))


def count_kept(engine: Engine, sender_id: str, known: int) -> int:
    """Return how many messages of a conversation are kept, with the one that is being answered.

    `known` are those that the conversation's tracker holds, which may be the last ones only; they count alone where the
    records are away.
    """
    try:
        return max(known, Conversations(engine).count_messages(sender_id) + 1)
    except SQLAlchemyError:
        return known


def tell_forgotten(wording: Wording) -> Reply:
    """Return that everything was deleted; it is told only after it was."""
    return Reply(text=wording.say("utter_forget_me"), kind="notice")


def _details(kept: Kept, wording: Wording) -> list[str]:
    details = [wording.procedure_name(kept.procedure)] if kept.procedure else []
    details += [wording.conditions[name].label for name in kept.conditions]
    details += [wording.say("utter_my_data_dates")] if kept.has_dates else []
    details += [wording.say("utter_my_data_signs")] if kept.has_signs else []
    return details
