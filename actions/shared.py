"""What every action shares: the assistant, built once; the tracker read into a typed question.

A reply sent to a channel.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.answer import Assistant
from bot.knowledge.check import check_knowledge
from bot.knowledge.load import prepare_database
from bot.question import Condition, Procedure, Question
from bot.reply import Reply
from bot.settings import read_settings
from bot.wording import read_wording

DOOR = "door"
TOPIC_INTENT = "ask_"
MOST_LIKELY = 3


@cache
def assistant() -> Assistant:
    """Return the assistant of this process: its table is brought up to date at the first use."""
    settings = read_settings()
    knowledge = check_knowledge()
    engine = prepare_database(settings.database_url, knowledge)
    return Assistant(engine, read_wording(knowledge, settings.clinic))


def intent_of(tracker: Tracker) -> str:
    """Return the name of the latest message's intent."""
    return str(tracker.latest_message["intent"]["name"])


def read_questions(tracker: Tracker) -> list[Question]:
    """Return what the latest message asks: one question, or one for each procedure that it names.

    The topic of a follow-up is that of the question before; the list is empty when there was none.
    """
    intent = intent_of(tracker)
    topic = intent.removeprefix(TOPIC_INTENT) if intent.startswith(TOPIC_INTENT) else tracker.get_slot("topic")
    if not topic:
        return []
    return [Question(topic, procedure, _conditions(tracker)) for procedure in _procedures(tracker)]


def likely_questions(tracker: Tracker) -> list[Question]:
    """Return the questions that an unclear message may be asking, the likeliest first."""
    ranking: list[dict[str, Any]] = tracker.latest_message["intent_ranking"]
    topics = [
        str(intent["name"]).removeprefix(TOPIC_INTENT) for intent in ranking if intent["name"].startswith(TOPIC_INTENT)
    ]
    procedures = _procedures(tracker)
    procedure = procedures[0] if len(procedures) == 1 else None
    return [Question(topic, procedure, _conditions(tracker)) for topic in topics[:MOST_LIKELY]]


def named_procedure(tracker: Tracker) -> Procedure | None:
    """Return the procedure that the latest message names, when it names one alone."""
    named = set(_entity_values(tracker, "procedure"))
    return Procedure(named.pop()) if len(named) == 1 else None


def remember(questions: Sequence[Question], replies: Sequence[Reply]) -> list[EventType]:
    """Return the events that keep topic, procedure and conditions for the next message.

    Of the conditions those are kept that last, and all of them while a question back is open.
    """
    last = questions[-1]
    entries = assistant().wording.conditions
    is_open = any(reply.kind == "ask" for reply in replies)
    kept = sorted(condition for condition in last.conditions if is_open or entries[condition].lasts)
    events = [SlotSet("topic", last.topic), SlotSet("conditions", kept)]
    if last.procedure is not None:
        events.append(SlotSet("procedure", last.procedure.value))
    return events


def send(dispatcher: CollectingDispatcher, tracker: Tracker, *replies: Reply) -> None:
    """Send replies the way the channel can show them: whole to the door, as plain text elsewhere."""
    for reply in replies:
        if tracker.get_latest_input_channel() == DOOR:
            dispatcher.utter_message(json_message=reply.model_dump(mode="json"))
        else:
            dispatcher.utter_message(
                text=reply.plain_text(),
                buttons=[{"title": button.title, "payload": button.message} for button in reply.buttons],
            )


def _procedures(tracker: Tracker) -> list[Procedure | None]:
    """Return the procedures that the latest message names, else the one named before, else none."""
    named = [Procedure(value) for value in dict.fromkeys(_entity_values(tracker, "procedure"))]
    before = tracker.get_slot("procedure")
    return [*named] or [Procedure(before) if before else None]


def _conditions(tracker: Tracker) -> frozenset[Condition]:
    """Return what she has said of herself, in this message and before."""
    return frozenset([*(tracker.get_slot("conditions") or []), *_entity_values(tracker, "condition")])


def _entity_values(tracker: Tracker, kind: str) -> list[str]:
    entities: list[dict[str, Any]] = tracker.latest_message.get("entities") or []
    return [str(entity["value"]) for entity in entities if entity["entity"] == kind]
