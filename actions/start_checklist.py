"""Begin the checklist of what the clinic must know, or go on with one that is open."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.go_through_checklist import known_conditions, remember_turn, teller
from actions.shared import named_procedure, read_procedure, send
from bot.checklist import Checklist, read_checklist
from bot.tell_checklist import TOPIC


class ActionStartChecklist(Action):
    """Asks the first open question, or which procedure it is for."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_start_checklist"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send the question, and keep topic, procedure and checklist."""
        turn = teller().start(_checklist(tracker), known_conditions(tracker))
        send(dispatcher, tracker, turn.reply)
        return [SlotSet("topic", TOPIC), *remember_turn(turn)]


def _checklist(tracker: Tracker) -> Checklist:
    """Return the open checklist, or a new one where none is open or she names the other procedure."""
    before = read_checklist(tracker.get_slot("checklist"))
    named = named_procedure(tracker)
    if before is None or before.procedure is None or named not in (None, before.procedure):
        return Checklist(procedure=named or read_procedure(tracker))
    return before
