"""Forget a patient: everything that is kept of the conversation goes, and she is told only when it has gone."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import FORGET_ME, assistant_for, send
from bot.my_data import tell_forgotten


class ActionForgetMe(Action):
    """Marks the conversation; the tracker store deletes it in place of keeping it, or the reply never goes out."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_forget_me"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Say so, reset every slot and mark the conversation."""
        send(dispatcher, tracker, tell_forgotten(assistant_for(tracker).wording))
        return [AllSlotsReset(), SlotSet(FORGET_ME, True)]
