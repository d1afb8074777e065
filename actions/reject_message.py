"""Say that a message is about nothing the assistant knows, and where to ask instead."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import alarm_to_repeat, assistant_for, feelings_of, read_rejected, send, tell_alarm
from bot.answer import Answered


class ActionRejectMessage(Action):
    """Declines to guess."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_reject_message"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send that the message is not understood, with the clinic's phone."""
        alarm = alarm_to_repeat(tracker)
        reply = tell_alarm(tracker, alarm) if alarm else assistant_for(tracker).reject(feelings_of(tracker))
        send(dispatcher, tracker, Answered(reply, read_rejected(tracker)))
        return []
