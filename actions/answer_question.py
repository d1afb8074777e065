"""Answer a question from the knowledge table, ask for the detail it needs, or say that it is not covered."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import (
    assistant,
    named_procedure,
    read_asked,
    read_days,
    remember,
    remember_dates,
    remember_phase,
    send,
    wants_person,
)


class ActionAnswerQuestion(Action):
    """Answers each question of the latest message, or asks which topic is meant."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_answer_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Read the questions, look them up, send the replies and remember what was asked."""
        return answer(dispatcher, tracker)


def answer(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Answer the questions of the latest message; return the events that remember them."""
    talk, now, days = read_days(tracker)
    asked = read_asked(tracker, now)
    if not asked:
        procedure = named_procedure(tracker)
        send(dispatcher, tracker, assistant().ask_what_about(procedure))
        named = [SlotSet("procedure", procedure.value)] if procedure else []
        return [*remember_phase(tracker), *named, remember_dates(talk), SlotSet("asked_back", False)]
    told = assistant().answer_all(
        asked,
        days,
        say_not_advice=not tracker.get_slot("told_not_advice"),
        may_ask_back=not tracker.get_slot("asked_back"),
    )
    send(dispatcher, tracker, *told)
    if tracker.latest_message["too_many"]:
        send(dispatcher, tracker, assistant().too_many(asked))
    if wants_person(tracker):
        send(dispatcher, tracker, assistant().hand_off())
    asked_back = any(not one.asked.is_clear and one.reply.kind == "ask" for one in told)
    events = [*remember(tracker, told, talk), SlotSet("asked_back", asked_back)]
    if any(one.reply.kind in ("answer", "dates") for one in told):
        events.append(SlotSet("told_not_advice", True))
    return events
