"""What each part of the shipped pipeline is worth: the same messages read without it, each part in turn.

The rasa-free half of `make compare` (`bot.nlu.compare` adds Rasa's default pipeline). Nothing is chosen here.
"""

import logging
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from bot.evaluation.benchmark import TRAIN, BadBenchmark, Benchmark, Share, examples_of, topics_of
from bot.evaluation.messages import Message
from bot.evaluation.show import share
from bot.understanding import classify
from bot.understanding.asked import AskedFinder, load_asked, train_asked
from bot.understanding.classify import TOPIC_MODELS, Classifier, Scored, Seen, load_classifier, train_classifier
from bot.understanding.examples import TOPIC_PREFIX, Example, Unit, units_of
from bot.understanding.gate import Gate
from bot.understanding.names import Mention, NameFinder
from bot.understanding.understand import (
    ASKED_FILE,
    CLASSIFIER_FILE,
    Read,
    Reader,
    Understanding,
    see_units,
)

SHIPPED = "shipped"
WEIGHTS = ("WEIGHTS_OF_ONE", "WEIGHTS_OF_SEVERAL")
WEIGHED = (*TOPIC_MODELS, "nearest")
NO_TOPIC = "no such topic"
HEADINGS = ("pipeline", "first choice", "overall", "wrong", "out of scope", "several: found", "training, s")
log = logging.getLogger("compare")


@dataclass(frozen=True)
class Labelled:
    """A message and what it asks: for each thing, every intent that is right. Nothing asked: out of scope."""

    text: str
    asked: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class DataSet:
    """What every pipeline learns, and the messages that each is measured on, by name.

    `is_own` tells that it is the assistant's own: its buttons' questions, and when its topics matter, count only there.
    """

    name: str
    examples: list[Example]
    measured_on: Mapping[str, list[Labelled]]
    is_own: bool = False

    @property
    def units(self) -> list[Unit]:
        """What is learnt, one unit for each thing asked."""
        return units_of(self.examples)


@dataclass(frozen=True)
class Said:
    """What a pipeline says to a message: the topic it thinks likeliest, and those that it answers."""

    first: str | None
    answered: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Figures:
    """What counts.

    `first_choice`: in scope, the likeliest topic is one that is asked, answered or not. `overall`: in scope, answered
    and nothing answered that is not asked; out of scope, not answered. `wrong`: in scope, something answered that is
    not asked. `several_found`: where several things are asked, how many of them were answered.
    """

    first_choice: Share
    overall: Share
    wrong: Share
    out_of_scope: Share
    several_found: Share


@dataclass(frozen=True)
class Row:
    """The figures of one pipeline on one set of messages. `seconds`: of its training, where it was timed."""

    pipeline: str
    measured_on: str
    figures: Figures
    seconds: float | None


class FamiliarClassifier(Classifier):
    """A classifier to which every message is familiar."""

    def score(self, seen: Seen, *, several: bool) -> list[Scored]:
        """Return what the classifier says of each message."""
        return [replace(one, familiar=np.ones_like(one.familiar)) for one in super().score(seen, several=several)]


class NoProcedureFinder(NameFinder):
    """A finder that finds no procedure, so that none is masked; conditions and phases it finds."""

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in a text."""
        return [mention for mention in super().find(text) if mention.kind != "procedure"]


class NothingAskedFinder(AskedFinder):
    """A finder of what is asked that finds nothing, so that every message is read as one question."""

    def find(self, text: str) -> list[tuple[int, int]]:  # noqa: ARG002 - the signature is AskedFinder's
        """Return nothing."""
        return []


def of_benchmark(benchmark: Benchmark) -> DataSet:
    """Return somebody else's data set; a label that no training sentence has is never found."""
    topics = topics_of(benchmark.labels)
    labelled = [
        Labelled(row.sentence, () if row.label == benchmark.out else (frozenset({_intent(topics.get(row.label))}),))
        for row in benchmark.test
    ]
    return DataSet(benchmark.name, examples_of(benchmark, topics), {benchmark.name: labelled})


def of_our_own(examples: Sequence[Example], every: int, messages: Mapping[str, Iterable[Message]]) -> DataSet:
    """Return our own data set with every so manieth training sentence; urgent messages are none of the pipeline's."""
    measured_on = {
        name: [
            Labelled(one.text, tuple(frozenset(_intent(topic) for topic in asked) for asked in one.topics))
            for one in found
            if one.scope != "urgent"
        ]
        for name, found in messages.items()
    }
    return DataSet("own", list(examples[::every]), measured_on, is_own=True)


def _intent(topic: str | None) -> str:
    return NO_TOPIC if topic is None else TOPIC_PREFIX + topic


def measure_parts(data: DataSet, understanding: Understanding, gate: Gate) -> Iterator[Row]:
    """Learn a data set and return the figures of the shipped pipeline and of each one that lacks a part.

    Raises:
        BadBenchmark: the training sentences are too few to learn from.
    """
    if not data.is_own:
        understanding = replace(understanding, known_questions={}, phases={})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            start = time.perf_counter()
            train_asked(data.examples, folder / ASKED_FILE)
            asked = load_asked(folder / ASKED_FILE)
            classifier = _learn(data, understanding, asked, folder)
            seconds = time.perf_counter() - start
            shipped = Reader(understanding, asked, classifier, gate)
            yield from _rows(SHIPPED, data, shipped, seconds)
            for at, part in enumerate(WEIGHED):
                yield from _rows(f"without {part}", data, shipped, left_out=at)
            for part, reader in lacking(shipped).items():
                yield from _rows(f"without {part}", data, reader)
            for part, changed in retrained(understanding).items():
                reader = Reader(changed, asked, _learn(data, changed, asked, folder), gate)
                yield from _rows(f"without {part}", data, reader)
        except ValueError as error:
            raise BadBenchmark(f"{data.name}: {TRAIN}: cannot be learnt from: {error}") from error


def lacking(reader: Reader) -> dict[str, Reader]:
    """Return a reader without each of the parts that need no other training, by the part's name."""
    classifier, asked = reader.classifier, reader.asked
    no_scope = replace(
        classifier,
        scope_meaning=np.zeros_like(classifier.scope_meaning),
        scope_wording=np.zeros_like(classifier.scope_wording),
    )
    familiar = FamiliarClassifier(**{one.name: getattr(classifier, one.name) for one in fields(classifier)})
    return {
        "scope models": replace(reader, classifier=no_scope),
        "familiarity": replace(reader, classifier=familiar),
        "finder of what is asked": replace(reader, asked=NothingAskedFinder(asked.cut, asked.tagger)),
    }


def retrained(understanding: Understanding) -> dict[str, Understanding]:
    """Return an understanding without each of the parts that training goes through, by the part's name."""
    finder = understanding.finder
    return {
        "spelling": replace(understanding, speller=replace(understanding.speller, nearest=lambda _: None)),
        "masking of procedures": replace(
            understanding, finder=NoProcedureFinder(**{one.name: getattr(finder, one.name) for one in fields(finder)})
        ),
    }


@contextmanager
def without_model(at: int) -> Iterator[None]:
    """Let one of the five models of `WEIGHED` have no say for a while."""
    shipped = {name: getattr(classify, name) for name in WEIGHTS}
    for name, weights in shipped.items():
        setattr(classify, name, (*weights[:at], 0.0, *weights[at + 1 :]))
    try:
        yield
    finally:
        for name, weights in shipped.items():
            setattr(classify, name, weights)


def _learn(data: DataSet, understanding: Understanding, asked: AskedFinder, folder: Path) -> Classifier:
    """Return a trained classifier as it is when it was written and read again, which rounds it."""
    units = data.units
    classifier = train_classifier(see_units(understanding, asked, units), [unit.intent for unit in units])
    classifier.save(folder / CLASSIFIER_FILE)
    return load_classifier(folder / CLASSIFIER_FILE)


def _rows(
    pipeline: str, data: DataSet, reader: Reader, seconds: float | None = None, left_out: int | None = None
) -> Iterator[Row]:
    log.info("%s: %s", data.name, pipeline)
    for name, labelled in data.measured_on.items():
        with nullcontext() if left_out is None else without_model(left_out):
            said = [said_of(reader.read(one.text)) for one in labelled]
        yield Row(pipeline, name, figures(labelled, said), seconds)


def said_of(read: Read) -> Said:
    """Return what was said, of what was read: a did-you-mean, a rejection and small talk answer no topic."""
    answered = frozenset(one.intent for one in read.questions if one.intent.startswith(TOPIC_PREFIX))
    return Said(next((topic for one in read.questions for topic in one.topic_intents), None), answered)


def figures(labelled: Sequence[Labelled], said: Sequence[Said]) -> Figures:
    """Return what counts of what was said to messages."""
    pairs = list(zip(labelled, said, strict=True))
    inside = [(one.asked, frozenset().union(*one.asked), answer) for one, answer in pairs if one.asked]
    rejected = [not answer.answered for one, answer in pairs if not one.asked]
    right = [bool(answer.answered) and answer.answered <= wanted for _, wanted, answer in inside]
    several = [(asked, answer.answered) for asked, _, answer in inside if len(asked) > 1]
    found = [min(sum(bool(one & answered) for one in asked), len(answered)) for asked, answered in several]
    return Figures(
        first_choice=_share([answer.first in wanted for _, wanted, answer in inside]),
        overall=_share([*right, *rejected]),
        wrong=_share([bool(answer.answered - wanted) for _, wanted, answer in inside]),
        out_of_scope=_share(rejected),
        several_found=Share(sum(found), sum(len(asked) for asked, _ in several)),
    )


def _share(right: Sequence[bool]) -> Share:
    return Share(sum(right), len(right))


def table(rows: Sequence[Row]) -> str:
    """Return rows as a table in Markdown, padded so that it can be read as it stands."""
    cells = [list(HEADINGS), *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = [
        [
            one.ljust(width) if at == 0 else one.rjust(width)
            for at, (one, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in cells
    ]
    rule = ["-" * width if at == 0 else "-" * (width - 1) + ":" for at, width in enumerate(widths)]
    return "".join(f"| {' | '.join(row)} |\n" for row in (padded[0], rule, *padded[1:]))


def _cells(row: Row) -> list[str]:
    values = [getattr(row.figures, one.name).value for one in fields(row.figures)]
    shares = ["" if value is None else share(value) for value in values]
    return [row.pipeline, *shares, "" if row.seconds is None else f"{row.seconds:.0f}"]
