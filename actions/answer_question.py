"""Answer a question from the knowledge table, ask for the detail it needs, or say that it is not covered."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import assistant, named_procedure, read_questions, remember, send


class ActionAnswerQuestion(Action):
    """Answers each question of the latest message."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_answer_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Read the questions, look them up, send the replies and remember what was asked."""
        questions = read_questions(tracker)
        if not questions:
            procedure = named_procedure(tracker)
            send(dispatcher, tracker, assistant().ask_what_about(procedure))
            return [SlotSet("procedure", procedure.value)] if procedure else []
        replies = assistant().answer_all(questions, say_not_advice=not tracker.get_slot("told_not_advice"))
        send(dispatcher, tracker, *replies)
        events = [*remember(questions, replies), SlotSet("asked_back", False)]
        if any(reply.kind == "answer" for reply in replies):
            events.append(SlotSet("told_not_advice", True))
        return events
