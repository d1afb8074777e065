"""Say at once what to do about a warning sign; answer after it what else the message asks."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.answer_question import answer
from actions.shared import moment, read_alarm, read_procedure, send, urgent_teller
from bot.knowledge.tables import TableAway


class ActionAnswerWarningSign(Action):
    """Gives the urgent reply, which needs no knowledge table, before anything else."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_answer_warning_sign"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send the urgent reply, then the answers to the other questions."""
        send(dispatcher, tracker, urgent_teller().tell(read_alarm(tracker), moment(tracker), read_procedure(tracker)))
        try:
            return answer(dispatcher, tracker) if tracker.latest_message["questions"] else []
        except TableAway:  # the urgent reply must go out all the same
            return []
