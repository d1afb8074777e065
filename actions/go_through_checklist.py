"""Note an answer to the open checklist, and ask the next question or sum it up."""

from functools import cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import ENGLISH, alarm_before, language_of, named_procedure, send, wording
from bot.checklist import Answer, Checklist, read_checklist
from bot.knowledge.read import read_entries_of_checklist
from bot.question import Condition
from bot.tell_checklist import ChecklistTeller, Turn

ANSWERS: dict[str, Answer] = {"affirm": "yes", "deny": "no", "unsure": "unsure"}
STOP = "cancel"


class ActionGoThroughChecklist(Action):
    """Takes yes, no or not sure as the answer to the open question; a wish to stop ends the checklist."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_go_through_checklist"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send the next question or the summary, and keep what was answered."""
        checklist = read_checklist(tracker.get_slot("checklist"))
        if checklist is None:
            send(dispatcher, tracker, teller().nothing_to_cancel())
            return [SlotSet("checklist", None)]
        said = _said(tracker)
        if said == STOP:
            send(dispatcher, tracker, teller().stop(checklist))
            return [SlotSet("checklist", None)]
        named = named_procedure(tracker)
        if named is not None and named != checklist.procedure:
            checklist = Checklist(procedure=named)
        turn = teller().take(checklist, ANSWERS.get(said), known_conditions(tracker))
        send(dispatcher, tracker, turn.reply)
        return remember_turn(turn)


@cache
def teller() -> ChecklistTeller:
    """Return what tells the checklist."""
    return ChecklistTeller(wording(), read_entries_of_checklist())


def known_conditions(tracker: Tracker) -> frozenset[Condition]:
    """Return what she said of herself, now or before, and does not deny now; warning signs count."""
    before = {*(tracker.get_slot("conditions") or [])} - {*tracker.get_latest_entity_values("denied_condition")}
    alarm = alarm_before(tracker)
    warned = alarm.conditions if alarm else frozenset()
    return frozenset(before | {*tracker.get_latest_entity_values("condition")} | warned)


def ask_checklist_again(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Ask the open question of the checklist again, after something else was answered in between."""
    checklist = read_checklist(tracker.get_slot("checklist"))
    if checklist is None or language_of(tracker) != ENGLISH:  # the checklist is asked in English alone
        return []
    turn = teller().start(checklist, known_conditions(tracker))
    send(dispatcher, tracker, turn.reply)
    return [SlotSet("checklist", turn.checklist.model_dump_json() if turn.checklist else None)]


def remember_turn(turn: Turn) -> list[EventType]:
    """Return the events that keep the checklist, its procedure and what she said of herself."""
    checklist = turn.checklist.model_dump_json() if turn.checklist else None
    events = [SlotSet("checklist", checklist), SlotSet("conditions", sorted(turn.conditions))]
    if turn.reply.procedure is not None:
        events.append(SlotSet("procedure", turn.reply.procedure.value))
    return events


def _said(tracker: Tracker) -> str:
    """Return the intent that the latest message had before it was taken as an answer."""
    ranking = tracker.latest_message["intent_ranking"]
    return str(ranking[1]["name"]) if len(ranking) > 1 else ""
