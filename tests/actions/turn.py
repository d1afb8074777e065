"""One turn of a conversation with the action server: what Rasa sends an action, and what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.answer_question import ActionAnswerQuestion
from bot.reply import Reply

HSG, HYSTEROSCOPY = ("procedure", "hsg"), ("procedure", "hysteroscopy")
OUT_OF_TOWN, IODINE_ALLERGY = ("condition", "out_of_town"), ("condition", "iodine_allergy")
STILL_BLEEDING = ("condition", "still_bleeding")  # holds for one message; the other two last
ABNORMAL_HSG = ("condition", "abnormal_hsg")  # has rows under `comparison` that hold for both procedures
WINDY = ("condition", "windy")  # of the made-up table
OWN_DATES = ("condition", "own_dates")  # she wishes for her own dates
WARNING_SIGN = "warning_sign"

Slots = dict[str, Any]
Entity = tuple[Any, ...]  # its kind, its value and, where that matters, the place where it stands


@dataclass(frozen=True)
class Turn:
    """What an action sent, the events it returned, and the slots after them."""

    sent: list[dict[str, Any]]
    events: list[EventType]
    slots: Slots

    @property
    def replies(self) -> list[dict[str, Any]]:
        """The replies as the door reads them."""
        return [Reply.model_validate(message["custom"]).model_dump(mode="json") for message in self.sent]

    @property
    def reply(self) -> dict[str, Any]:
        """The only reply."""
        (reply,) = self.replies
        return reply

    @property
    def records(self) -> list[dict[str, Any] | None]:
        """Why each reply was given; null where nothing was understood that would tell."""
        return [message.get("record") for message in self.sent]

    @property
    def record(self) -> dict[str, Any]:
        """Why the only reply was given."""
        (record,) = self.records
        assert record is not None
        return record

    @property
    def set_slots(self) -> Slots:
        """The slots that the action set."""
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}


@dataclass(frozen=True)
class Found:
    """One question that was found in a message: its intent, the runners-up, and where it stands."""

    intent: str
    ranking: tuple[str, ...] = ()
    start: int = 0
    end: int = 100
    follows: bool = False

    def as_message(self) -> dict[str, Any]:
        """Return the question as Rasa's component writes it into a message."""
        ranking = [{"name": name, "confidence": 0.4} for name in self.ranking]
        return {
            "start": self.start,
            "end": self.end,
            "text": f"asks {self.intent}",
            "follows": self.follows,
            "ranking": [{"name": self.intent, "confidence": 0.9}, *ranking],
        }


def tracker(
    intent: str,
    *entities: Entity,
    slots: Slots | None = None,
    channel: str = "door",
    ranking: tuple[str, ...] = (),
    questions: Sequence[Found] = (),
    too_many: bool = False,
    text: str = "made up",
    signs: Sequence[str] = (),
    today: str | None = None,
    language: str = "en",
    metadata: dict[str, str] | None = None,
    sender: str = "someone",
) -> Tracker:
    """Return the tracker of a conversation whose latest message has this intent and these entities.

    Its questions are those given; where none are, it is one question with that intent and ranking, and none at all
    beside a warning sign.
    """
    if not questions and intent != WARNING_SIGN:
        questions = [Found(intent, ranking)]
    return Tracker(
        sender_id=sender,
        slots=slots or {},
        latest_message={
            "text": text,
            "intent": {"name": intent, "confidence": 0.9},
            "intent_ranking": [{"name": name, "confidence": 0.4} for name in (intent, *ranking)],
            "entities": [
                {"entity": kind, "value": value, "start": at[0] if at else 0, "end": at[0] + 1 if at else 1}
                for kind, value, *at in entities
            ],
            "questions": [found.as_message() for found in questions],
            "too_many": too_many,
            "signs": [*signs],
            "language": language,
            "metadata": ({"today": today} if today else {}) | (metadata or {}),
        },
        events=[{"event": "user", "input_channel": channel}, {"event": "slot", "name": "topic", "value": None}],
        paused=False,
        followup_action=None,
        active_loop={},
        latest_action_name="action_listen",
    )


def several(*rankings: str) -> list[Found]:
    """Return questions that stand one after the other, each ten characters long and written as `intent runner_up ...`.

    Ten characters are left free before the first and after the last one.
    """
    return [
        Found(intent, tuple(runners_up), start=10 * at, end=10 * at + 10)
        for at, (intent, *runners_up) in enumerate((ranking.split() for ranking in rankings), start=1)
    ]


def take_turn(action: Action, latest: Tracker) -> Turn:
    """Run an action as the action server does."""
    dispatcher = CollectingDispatcher()
    events = action.run(dispatcher, latest, {})
    slots = dict(latest.slots)
    for event in events:
        if event["event"] == "reset_slots":
            slots = {}
        elif event["event"] == "slot":
            slots[event["name"]] = event["value"]
    return Turn(dispatcher.messages, events, slots)


def answer(intent: str, *entities: Entity, **latest: Any) -> Turn:
    """Answer a latest message; what `tracker` takes describes it."""
    return take_turn(ActionAnswerQuestion(), tracker(intent, *entities, **latest))


def answer_several(questions: Sequence[Found], *entities: Entity, **latest: Any) -> Turn:
    """Answer a latest message that asks several questions."""
    return answer("several_questions", *entities, questions=questions, **latest)
