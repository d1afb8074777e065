"""Answer a question from the knowledge table, ask for the detail it needs, or say that it is not covered."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.go_through_checklist import ask_checklist_again
from actions.shared import (
    alarm_to_repeat,
    ask_for_person,
    assistant_for,
    feelings_of,
    named_procedure,
    read_asked,
    read_days,
    remember,
    remember_beside_sign,
    remember_dates,
    remember_phase,
    send,
    tell_alarm,
    wants_person,
)
from bot.answer import Days
from bot.dates.talk import DatesTalk
from bot.question import Asked


class ActionAnswerQuestion(Action):
    """Answers each question of the latest message, or asks which topic is meant."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_answer_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Read the questions, look them up, send the replies and remember what was asked."""
        return answer(dispatcher, tracker)


def answer(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Answer the questions of the latest message; return the events that remember them.

    What would make light of a warning sign told before is not answered: what to do about the sign is told again.
    """
    talk, now, days = read_days(tracker)
    asked = read_asked(tracker, now)
    alarm = alarm_to_repeat(tracker)
    firm = [one for one in asked if not (alarm and assistant_for(tracker).makes_light(one))]
    if alarm and (not asked or len(firm) < len(asked)):
        send(dispatcher, tracker, tell_alarm(tracker, alarm))
    if firm:
        events = _answer_questions(dispatcher, tracker, firm, talk, days)
    elif alarm:
        events = remember_beside_sign(tracker)
    else:
        events = _ask_what_about(dispatcher, tracker, talk)
    if wants_person(tracker):
        send(dispatcher, tracker, ask_for_person(tracker))
    return [*events, *ask_checklist_again(dispatcher, tracker)]


def _answer_questions(
    dispatcher: CollectingDispatcher, tracker: Tracker, asked: Sequence[Asked], talk: DatesTalk, days: Days
) -> list[EventType]:
    told = assistant_for(tracker).answer_all(
        asked,
        days,
        say_not_advice=not tracker.get_slot("told_not_advice"),
        may_ask_back=not tracker.get_slot("asked_back"),
        feelings=feelings_of(tracker),
    )
    send(dispatcher, tracker, *told)
    if tracker.latest_message["too_many"]:
        send(dispatcher, tracker, assistant_for(tracker).too_many(asked))
    asked_back = any(not one.asked.is_clear and one.reply.kind == "ask" for one in told)
    events = [*remember(tracker, told, talk), SlotSet("asked_back", asked_back)]
    if any(one.reply.kind in ("answer", "dates") for one in told):
        events.append(SlotSet("told_not_advice", True))
    return events


def _ask_what_about(dispatcher: CollectingDispatcher, tracker: Tracker, talk: DatesTalk) -> list[EventType]:
    procedure = named_procedure(tracker)
    send(dispatcher, tracker, assistant_for(tracker).ask_what_about(procedure))
    named = [SlotSet("procedure", procedure.value)] if procedure else []
    return [*remember_phase(tracker), *named, remember_dates(talk), SlotSet("asked_back", False)]
