"""Read one message: the procedures and conditions it names, and the questions it asks.

The one way in for Rasa's component, for measuring and for tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.check import check_knowledge
from bot.understanding.asked import AskedFinder, load_asked, train_asked
from bot.understanding.classify import Classifier, Scored, Seen, load_classifier, train_classifier
from bot.understanding.embed import Encoder
from bot.understanding.examples import TOPIC_PREFIX, Example, Unit, around, units_of
from bot.understanding.gate import UNCLEAR, Gate
from bot.understanding.names import Mention, NameFinder, build_name_finder, procedures_of, with_standard_names

FOLLOW_UP = "follow_up"
SEVERAL = "several_questions"
ANY_PROCEDURE = "test"
CLASSIFIER_FILE = "classifier.npz"
ASKED_FILE = "asked.crf"
MOST_QUESTIONS = 4
MOST_LIKELY = 3


@dataclass(frozen=True)
class AskedQuestion:
    """One thing asked: the words that ask, what is to be done (an intent), how sure that is, and what else is likely.

    `ranking` holds intents with their confidence, best first; the first is the intent.
    """

    start: int
    end: int
    text: str
    ranking: tuple[tuple[str, float], ...]

    @property
    def intent(self) -> str:
        """What is to be done."""
        return self.ranking[0][0]

    @property
    def topic_intents(self) -> tuple[str, ...]:
        """The likeliest topics, as intents."""
        return tuple(name for name, _ in self.ranking if name.startswith(TOPIC_PREFIX))[:MOST_LIKELY]


@dataclass(frozen=True)
class Read:
    """What was read in a message: the questions in the order they stand, and the names in it.

    `too_many` tells that there were more than `MOST_QUESTIONS`.
    """

    questions: list[AskedQuestion]
    mentions: list[Mention]
    too_many: bool = False


@dataclass(frozen=True)
class Understanding:
    """What training and reading share: every step before the classifier. Holds no trained part."""

    encoder: Encoder
    finder: NameFinder
    standard_names: dict[str, str]
    known_questions: dict[str, str]

    def standardise(self, text: str) -> str:
        """Return a text in which the procedure is only "test": what is asked does not depend on which one it is.

        Where a text names both, they keep their standard names, since then it may ask for the difference.
        """
        mentions = self.finder.find(text)
        if len(procedures_of(mentions)) > 1:
            return with_standard_names(text, mentions, self.standard_names)
        return with_standard_names(text, mentions, dict.fromkeys(self.standard_names, ANY_PROCEDURE))

    def see(self, texts: Sequence[str], parts: Sequence[str]) -> Seen:
        """Return what the classifier sees of messages and of the parts of them that ask."""
        texts, parts = [self.standardise(text) for text in texts], [self.standardise(part) for part in parts]
        unlike = [at for at, text in enumerate(texts) if parts[at] != text]
        both = self.encoder.encode([*texts, *(parts[at] for at in unlike)])
        whole, asking = both[: len(texts)], both[: len(texts)].copy()
        asking[unlike] = both[len(texts) :]
        return Seen(texts, parts, whole, asking)


@dataclass(frozen=True)
class Reader:
    """Reads messages, with what was learnt from the training sentences."""

    understanding: Understanding
    asked: AskedFinder
    classifier: Classifier
    gate: Gate

    def read(self, text: str) -> Read:
        """Return what a message asks and names."""
        text = text.encode("utf-8", "ignore").decode("utf-8")
        mentions = self.understanding.finder.find(text)
        if self.understanding.finder.is_only_a_name(text):
            return Read([_known(text, FOLLOW_UP)], mentions)
        if intent := self.understanding.known_questions.get(text.strip().lower()):
            return Read([_known(text, intent)], mentions)
        spans = self.asked.find(text)
        (whole,) = self._score([text], [asked_part(text, spans)], several=False)
        if len(spans) < 2:
            return Read([self._question(text, (0, len(text)), whole, several=False)], mentions)
        cut = [around(text, spans, at) for at in range(len(spans))]
        scored = self._score(cut, [text[start:end] for start, end in spans], several=True)
        questions = _join(
            [self._question(text, span, one, several=True) for span, one in zip(spans, scored, strict=True)]
        )
        if not any(question.intent.startswith(TOPIC_PREFIX) for question in questions):
            questions = [self._question(text, (0, len(text)), whole, several=False)]
        return Read(questions[:MOST_QUESTIONS], mentions, len(questions) > MOST_QUESTIONS)

    def _score(self, texts: Sequence[str], parts: Sequence[str], *, several: bool) -> list[Scored]:
        return self.classifier.score(self.understanding.see(texts, parts), several=several)

    def _question(self, text: str, span: tuple[int, int], scored: Scored, *, several: bool) -> AskedQuestion:
        ranking = self.gate.rank(self.classifier.classes, scored, several=several)
        return AskedQuestion(*span, text[span[0] : span[1]], tuple(ranking))


def asked_part(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the words of a message that ask; the whole where none were found."""
    return " ".join(text[start:end] for start, end in spans) or text


def _known(text: str, intent: str) -> AskedQuestion:
    return AskedQuestion(0, len(text), text, ((intent, 1.0),))


def _join(questions: Sequence[AskedQuestion]) -> list[AskedQuestion]:
    """Return questions without those that only go on about the one before."""
    clear = {question.intent for question in questions if question.intent.startswith(TOPIC_PREFIX)}
    kept: list[AskedQuestion] = []
    told: set[str] = set()
    for question in questions:
        if question.intent in told:
            continue
        if question.intent == UNCLEAR and clear & set(question.topic_intents):
            continue
        if question.intent not in (UNCLEAR,) and not question.intent.startswith(TOPIC_PREFIX):
            continue
        kept.append(question)
        told.add(question.intent)
    return kept


def train_reader(understanding: Understanding, examples: Sequence[Example], folder: Path) -> None:
    """Learn from examples, and write what was learnt into a folder."""
    train_asked(examples, folder / ASKED_FILE)
    asked = load_asked(folder / ASKED_FILE)
    units = units_of(list(examples))
    seen = see_units(understanding, asked, units)
    classifier = train_classifier(seen, [unit.intent for unit in units])
    classifier.save(folder / CLASSIFIER_FILE)


def see_units(understanding: Understanding, asked: AskedFinder, units: Sequence[Unit]) -> Seen:
    """Return what the classifier sees of units; where no part is marked, it is the one that `asked` finds."""
    parts = [unit.part or asked_part(unit.text, asked.find(unit.text)) for unit in units]
    return understanding.see([unit.text for unit in units], parts)


def load_reader(understanding: Understanding, folder: Path, gate: Gate) -> Reader:
    """Return the reader that `train_reader` wrote into a folder."""
    return Reader(understanding, load_asked(folder / ASKED_FILE), load_classifier(folder / CLASSIFIER_FILE), gate)


def build_understanding(encoder: Encoder) -> Understanding:
    """Return an understanding of the names, and of the buttons' questions, in the knowledge table."""
    knowledge = check_knowledge()
    names: dict[str, str] = {procedure.id: procedure.name for procedure in knowledge.procedures}
    known = {
        topic.ask.format(procedure=name).lower(): f"{TOPIC_PREFIX}{topic.id}"
        for topic in knowledge.topics
        for name in (*names.values(), ANY_PROCEDURE)
    }
    return Understanding(encoder, build_name_finder(knowledge), names, known)
