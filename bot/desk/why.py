"""Why the assistant answered as it did: what it understood of a message and how surely, read from the conversation.

Pure: the events are passed in as Rasa wrote them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.dates.shapes import Role
from bot.dates.talk import DAY_ROLES, read_talk
from bot.question import Condition, Procedure
from bot.told import Told
from bot.wording import Wording

TOPIC, NOT_SURE = "ask_", "nlu_fallback"
DATES_TALK, CONDITIONS = "dates_talk", "conditions"
LANGUAGES = {"en": "English", "zh": "Chinese"}
PERIOD_WORDS: Mapping[Role, str] = {
    "period_start": "first day of bleeding",
    "period_end": "last day of bleeding",
    "next_period": "next period",
    "procedure_day": "day of the test",
}
PHASES = {"before": "before the test", "day": "on the day of the test", "after": "after the test"}


@dataclass(frozen=True)
class Guess:
    """What words may mean, in plain words, and how likely that is. Units: 0 to 1."""

    name: str
    score: float


@dataclass(frozen=True)
class Understood:
    """One thing that a message asks: its words, and what they may mean, the likeliest first."""

    text: str
    guesses: tuple[Guess, ...]

    @property
    def confidence(self) -> float:
        """How sure it is of the likeliest."""
        return self.guesses[0].score


@dataclass(frozen=True)
class Why:
    """What was understood of a message: `heard` is what she said of herself in it.

    `conditions` and `told`, her days, are those of the whole talk.
    """

    language: str
    asked: tuple[Understood, ...]
    heard: tuple[str, ...]
    signs: tuple[str, ...]
    conditions: frozenset[Condition]
    told: Told

    @property
    def days(self) -> tuple[tuple[str, str], ...]:
        """Her days, each with what it is and as she told it."""
        return tuple(_days(self.told))


def why_of(
    events: Sequence[Mapping[str, Any]], message_id: str, wording: Wording, signs: Mapping[str, str]
) -> Why | None:
    """Return why a message was answered as it was; null where it is not among the events. `signs` are named by id."""
    at = next((at for at, event in enumerate(events) if event.get("message_id") == message_id), None)
    if at is None:
        return None
    read = events[at].get("parse_data") or {}
    return Why(
        language=LANGUAGES.get(str(read.get("language")), "another language"),
        asked=tuple(_asked(read, wording)),
        heard=tuple(dict.fromkeys(_heard(read, wording))),
        signs=tuple(signs.get(sign, sign) for sign in read.get("signs") or ()),
        conditions=frozenset(_slot(events, CONDITIONS) or ()),
        told=read_talk(_slot(events, DATES_TALK)).told,
    )


def _asked(read: Mapping[str, Any], wording: Wording) -> Iterator[Understood]:
    for one in read.get("questions") or ():
        guesses = [Guess(_named(str(entry["name"]), wording), float(entry["confidence"])) for entry in one["ranking"]]
        if guesses:
            yield Understood(str(one["text"]), tuple(guesses))


def _named(intent: str, wording: Wording) -> str:
    """Return an intent in plain words: its topic's name, or its own."""
    topic = intent.removeprefix(TOPIC)
    if intent.startswith(TOPIC) and topic in wording.topics:
        return wording.topic_label(topic)
    return "not sure" if intent == NOT_SURE else intent.replace("_", " ")


def _heard(read: Mapping[str, Any], wording: Wording) -> Iterator[str]:
    procedures = {procedure.value: wording.procedure_name(procedure) for procedure in Procedure}
    for entity in read.get("entities") or ():
        value = str(entity["value"])
        label = wording.conditions[value].label if value in wording.conditions else value.replace("_", " ")
        match entity["entity"]:
            case "procedure":
                yield procedures.get(value, value)
            case "condition":
                yield label
            case "denied_condition":
                yield f"not: {label}"
            case "phase":
                yield PHASES.get(value, value)


def _days(told: Told) -> Iterator[tuple[str, str]]:
    for role in DAY_ROLES:
        day = getattr(told, role)
        if day is not None:
            yield PERIOD_WORDS[role], f"{day.text} ({day.on or day.unclear})"
    if told.period_length_days is not None:
        yield "bleeds for", f"{told.period_length_days} days"
    if told.cycle_length_days is not None:
        yield "length of her cycle", f"{told.cycle_length_days} days"
    if told.irregular:
        yield "her cycle", "irregular"
    if told.still_bleeding:
        yield "bleeding", "goes on"


def _slot(events: Sequence[Mapping[str, Any]], name: str) -> Any:
    """Return what a slot held last."""
    held = [event.get("value") for event in events if event["event"] == "slot" and event.get("name") == name]
    return held[-1] if held else None
