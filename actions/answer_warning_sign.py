"""Say at once what to do about a warning sign; answer after it what else the message asks."""

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer_question import answer
from actions.shared import (
    WARNED_OF,
    assistant_for,
    has_person,
    read_alarm,
    remember_beside_sign,
    send,
    tell_alarm,
)

log = logging.getLogger("actions")


class ActionAnswerWarningSign(Action):
    """Gives the urgent reply, which needs no knowledge table, before anything else."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_answer_warning_sign"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send the urgent reply, then the answers to the other questions."""
        alarm = read_alarm(tracker)
        send(dispatcher, tracker, tell_alarm(tracker, alarm))
        told = [*(tracker.get_slot(WARNED_OF) or []), *(sign.id for sign in alarm.signs)]
        events: list[EventType] = [SlotSet(WARNED_OF, sorted(set(told)))]
        try:
            events += remember_beside_sign(tracker)
            if has_person(tracker):
                send(dispatcher, tracker, assistant_for(tracker).passed_on())
            return [*events, *answer(dispatcher, tracker)] if tracker.latest_message["questions"] else events
        except Exception as error:  # whatever fails here, the urgent reply must go out
            log.error("questions beside a warning sign were not answered: %s", type(error).__name__)
            return events
