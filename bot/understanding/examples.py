"""Training sentences: their shape, the marks of what is asked in them, and reading them from `data/nlu/` as they stand.

A sentence may mark what it asks: `so tired. [when may I swim](asks:bathing), [is spotting ok](asks:normal_after)`.
`Does the test hurt? [for how long](follows:pain)` marks what follows a question that was answered before. Rasa reads
the same marks as entities when it trains.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.files import DATA, read_yaml
from bot.understanding.views import View

TOPIC_PREFIX = "ask_"
OUT_OF_SCOPE = "out_of_scope"
MARKS = ASKS, FOLLOWS = "asks", "follows"
# Short answers: as classes they would blur the topics.
BY_HEART = frozenset(("start_checklist", "unsure", "cancel", "tell_more"))
MARK = re.compile(r"\[([^\[\]]+)\]\((asks|follows):(\w+)\)")


@dataclass(frozen=True)
class Asked:
    """A stretch of a message that asks one thing. Units: characters.

    `follows` tells that it only makes sense after the question that stands before it.
    """

    start: int
    end: int
    topic: str
    follows: bool = False


@dataclass(frozen=True)
class Example:
    """A training sentence, its intent, and what it is marked to ask (nothing where it is not marked)."""

    text: str
    intent: str
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class Unit:
    """One thing to learn: a question of a message, in which nothing asks where nothing is marked, and its intent.

    `message` tells which example it is of, so that cross-validation does not part what belongs together.
    """

    view: View
    intent: str
    message: int


def parse_marks(line: str, intent: str) -> Example:
    """Return a sentence with its marks taken out of the text."""
    text, asked, at = "", [], 0
    for mark in MARK.finditer(line):
        text += line[at : mark.start()]
        asked.append(Asked(len(text), len(text) + len(mark[1]), mark[3], mark[2] == FOLLOWS))
        text += mark[1]
        at = mark.end()
    return Example(text + line[at:], intent, tuple(asked))


def read_examples(folder: Path = DATA / "nlu") -> list[Example]:
    """Return the training sentences of a folder, in the order of its files."""
    return [
        parse_marks(line[2:], block["intent"])
        for path in sorted(folder.glob("*.yml"))
        for block in read_yaml(path)["nlu"]
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    ]


def read_by_heart(folder: Path = DATA / "nlu") -> dict[str, str]:
    """Return the intents of the sentences that are known by heart, by their words alone."""
    lines = {
        intent: read_yaml(folder / f"{intent}.yml")["nlu"][0]["examples"].splitlines() for intent in sorted(BY_HEART)
    }
    return {words_of(line): intent for intent, several in lines.items() for line in several}


def words_of(text: str) -> str:
    """Return the words of a text in small letters, without what stands between them."""
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "")))


def units_of(examples: Sequence[Example]) -> list[Unit]:
    """Return what is learnt from examples: one unit for each thing asked, without the message's other questions.

    What is known by heart is not learnt.
    """
    units = []
    for number, example in enumerate(examples):
        if example.intent in BY_HEART:
            continue
        spans = [(asked.start, asked.end) for asked in example.asked]
        if not spans:
            units.append(Unit(View(example.text), example.intent, number))
        for at, asked in enumerate(example.asked):
            units.append(Unit(View.of_question(example.text, spans, at), TOPIC_PREFIX + asked.topic, number))
    return units
