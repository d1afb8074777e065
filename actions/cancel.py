"""End what is open: the checklist, and a question about her dates."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.go_through_checklist import teller
from actions.shared import read_dates_talk, remember_dates, send
from bot.checklist import read_checklist


class ActionCancel(Action):
    """Stops asking; says what she may do where nothing is open."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_cancel"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Say what is ended, and forget that it was open."""
        talk = read_dates_talk(tracker)
        checklist = read_checklist(tracker.get_slot("checklist"))
        if checklist is not None:
            reply = teller().stop(checklist)
        elif talk.detail:
            reply = teller().cancelled()
        else:
            reply = teller().nothing_to_cancel()
        send(dispatcher, tracker, reply)
        return [SlotSet("checklist", None), remember_dates(talk.model_copy(update={"detail": None, "role": None}))]
