"""Watch every message for warning signs while its questions are read: a sign wins over all that is asked.

What else a message asks is read again from what is left of it without the sentences that hold a sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.knowledge.check import check_knowledge
from bot.safety.examples import read_labelled
from bot.safety.find import Sighting, SignFinder, build_sign_finder
from bot.safety.judge import Judge, Judgement, load_judge, train_judge
from bot.safety.sentences import only_sentences, without_sentences
from bot.safety.signs import read_signs
from bot.understanding.days import DayReader, build_day_reader
from bot.understanding.examples import TOPIC_PREFIX
from bot.understanding.turn import Open, take_turn
from bot.understanding.understand import NOTHING_BEFORE, AskedQuestion, Before, Read, Reader, Understanding
from bot.understanding.views import View

WARNING_SIGN = "warning_sign"
JUDGE_FILE = "judge.npz"
LEAST_WORDS_LEFT = 2
NOTHING_OPEN = Open()


@dataclass(frozen=True)
class Limits:
    """From which chance on a message is urgent: where the finder is sure of a sign, and where it is not."""

    least_where_sure: float
    least_alone: float


@dataclass(frozen=True)
class Watched:
    """What was read in a message, and the signs in it, the first seen first; `chance` is how likely there is one."""

    read: Read
    signs: tuple[str, ...] = ()
    chance: float = 0.0

    @property
    def ranking(self) -> tuple[tuple[str, float], ...]:
        """What is to be done about the message, with the runners-up: a sign comes first."""
        others = self.read.ranking if self.read.questions else ()
        return ((WARNING_SIGN, self.chance), *others) if self.signs else others


@dataclass(frozen=True)
class Watch:
    """A reader of questions that watches for signs. `soothing` topics are never told beside a sign."""

    reader: Reader
    days: DayReader
    finder: SignFinder
    judge: Judge
    limits: Limits
    soothing: frozenset[str]

    def read(self, text: str, before: Before = NOTHING_BEFORE, is_open: Open = NOTHING_OPEN) -> Watched:
        """Return what a message asks or answers, and the signs in it."""
        text = self.reader.understanding.speller.correct(text.encode("utf-8", "ignore").decode("utf-8"))
        sightings = self.finder.find(text)
        read = self.reader.read(text, before)
        sure = tuple(dict.fromkeys(one.sign for one in sightings if not one.doubts))
        if read.vector is None:
            return Watched(read, sure, 1.0) if sure else Watched(take_turn(read, text, is_open, self.days))
        judged = self.judge.judge(text, read.vector)
        least = self.limits.least_where_sure if sure else self.limits.least_alone
        if sure and judged.chance < least:
            judged, least = self._judged_alone(text, sightings), self.limits.least_alone
        if judged.chance < least:
            return Watched(take_turn(read, text, is_open, self.days), chance=judged.chance)
        others = self._others(text, sightings, before) if sure else []
        return Watched(replace(read, questions=others), sure or tuple(filter(None, [judged.sign])), judged.chance)

    def sure_signs(self, text: str) -> tuple[str, ...]:
        """Return the signs of which the finder alone is sure, each once."""
        text = self.reader.understanding.speller.correct(text.encode("utf-8", "ignore").decode("utf-8"))
        return tuple(dict.fromkeys(one.sign for one in self.finder.find(text) if not one.doubts))

    def _judged_alone(self, text: str, sightings: Sequence[Sighting]) -> Judgement:
        """Return the judgement on the sentences that hold a sign: what else is asked does not make it harmless."""
        told = only_sentences(text, [(one.start, one.end) for one in sightings if not one.doubts])
        return self.judge.judge(told, self.reader.understanding.meaning(told))

    def _others(self, text: str, sightings: Sequence[Sighting], before: Before) -> list[AskedQuestion]:
        """Return the clear questions in what is left of a message without the sentences that hold a sign."""
        left = without_sentences(text, [(one.start, one.end) for one in sightings])
        if len(left.split()) < LEAST_WORDS_LEFT:
            return []
        return [
            question
            for question in self.reader.read(left, before).questions
            if question.intent.startswith(TOPIC_PREFIX)
            and question.intent.removeprefix(TOPIC_PREFIX) not in self.soothing
        ]


def train_watch(understanding: Understanding, folder: Path) -> None:
    """Learn from the labelled messages, and write what was learnt into a folder."""
    messages = read_labelled()
    texts = [understanding.speller.correct(message.text) for message in messages]
    messages = [replace(message, text=text) for message, text in zip(messages, texts, strict=True)]
    train_judge(messages, understanding.see([View(text) for text in texts]).vectors).save(folder / JUDGE_FILE)


def load_watch(reader: Reader, folder: Path, limits: Limits) -> Watch:
    """Return the watch that `train_watch` wrote into a folder, around a reader."""
    knowledge = check_knowledge()
    days = build_day_reader(name for procedure in knowledge.procedures for name in procedure.names)
    soothing = frozenset(topic.id for topic in knowledge.topics if topic.soothes)
    return Watch(reader, days, build_sign_finder(read_signs()), load_judge(folder / JUDGE_FILE), limits, soothing)
