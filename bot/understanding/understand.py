"""Read one message: the procedures and conditions it names, and the questions it asks.

The one way in for Rasa's component, for measuring and for tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bot.knowledge.check import check_knowledge
from bot.question import Phase
from bot.understanding.asked import AskedFinder, load_asked, train_asked
from bot.understanding.classify import Classifier, Scored, Seen, load_classifier, train_classifier
from bot.understanding.embed import WHOLE, Encoder, Vectors
from bot.understanding.examples import (
    BY_HEART,
    OUT_OF_SCOPE,
    TOPIC_PREFIX,
    Example,
    Unit,
    read_by_heart,
    units_of,
    words_of,
)
from bot.understanding.gate import UNCLEAR, Gate
from bot.understanding.names import (
    Mention,
    NameFinder,
    build_name_finder,
    phase_of,
    procedures_of,
    standard_names,
)
from bot.understanding.spelling import Speller, build_speller
from bot.understanding.views import Edited, View
from bot.wording import read_sentences

FOLLOW_UP = "follow_up"
SEVERAL = "several_questions"
ANY_PROCEDURE = "test"
CLASSIFIER_FILE = "classifier.npz"
ASKED_FILE = "asked.crf"
MOST_QUESTIONS = 4
MOST_LIKELY = 3
BELIEF_IN_ANOTHER_TIME = 0.5
CHECKLIST_BUTTONS = {
    "utter_checklist_button": "start_checklist",
    "utter_checklist_button_for": "start_checklist",
    "utter_checklist_yes_button": "affirm",
    "utter_checklist_no_button": "deny",
    "utter_checklist_unsure_button": "unsure",
    "utter_checklist_stop_button": "cancel",
}


@dataclass(frozen=True)
class AskedQuestion:
    """One thing asked: the words that ask, what is to be done (an intent), how sure that is, and what else is likely.

    `ranking` holds intents with their confidence, best first; the first is the intent. `follows` tells that it was
    understood from the question before it.
    """

    start: int
    end: int
    text: str
    ranking: tuple[tuple[str, float], ...]
    follows: bool = False

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

    `too_many` tells that there were more than `MOST_QUESTIONS`; `vector` is the meaning of the whole, where it was
    needed. Shape: vector (width,).
    """

    questions: list[AskedQuestion]
    mentions: list[Mention]
    too_many: bool = False
    vector: Vectors | None = field(default=None, compare=False)

    @property
    def ranking(self) -> tuple[tuple[str, float], ...]:
        """What is to be done about the whole message, with the runners-up."""
        first = self.questions[0].ranking
        if len(self.questions) == 1:
            return first
        return ((SEVERAL, min(question.ranking[0][1] for question in self.questions)), *first)


@dataclass(frozen=True)
class Before:
    """What was talked about before a message: the topic asked last, and where she said that she stands."""

    topic: str | None = None
    phase: Phase | None = None


NOTHING_BEFORE = Before()


@dataclass(frozen=True)
class Understanding:
    """What training and reading share: every step before the classifier. Holds no trained part."""

    encoder: Encoder
    speller: Speller
    finder: NameFinder
    standard_names: dict[str, str]
    known_questions: dict[str, str]
    asks: dict[str, str]
    phases: Mapping[str, str]

    def standardise(self, text: str) -> str:
        """Return a text in which the procedure is only "test": what is asked does not depend on which one it is.

        Where a text names both, they keep their standard names, since then it may ask for the difference.
        """
        return self._standardised(text).text

    def see(self, views: Sequence[View]) -> Seen:
        """Return what the classifier sees of views; the encoder reads each once, and what asks in it as part of it."""
        texts = [self._standardised(view.text) for view in views]
        asks = [tuple(map(text.place, view.asks)) for text, view in zip(texts, views, strict=True)]
        found = self.encoder.encode_parts([(text.text, (WHOLE, one)) for text, one in zip(texts, asks, strict=True)])
        vectors = np.array(found)
        parts = [self.standardise(view.asking) for view in views]
        return Seen([text.text for text in texts], parts, vectors[:, 0], vectors[:, 1])

    def meaning(self, text: str) -> Vectors:
        """Return the meaning of a whole text. Shape: (width,)."""
        (vector,) = self.encoder.encode([self.standardise(text)])
        return np.asarray(vector)

    def _standardised(self, text: str) -> Edited:
        corrected = Edited(text).edit(self.speller.corrections(text))
        mentions = self.finder.find(corrected.text)
        names = self.standard_names
        if len(procedures_of(mentions)) <= 1:
            names = dict.fromkeys(names, ANY_PROCEDURE)
        return corrected.edit(standard_names(mentions, names))


@dataclass(frozen=True)
class Looked:
    """What the classifier says of one message: as a whole, and of each of its questions where it holds several.

    Shape: vector (width,), the meaning of the whole.
    """

    spans: tuple[tuple[int, int], ...]
    whole: Scored
    parts: tuple[Scored, ...]
    vector: Vectors | None = None


@dataclass(frozen=True)
class Reader:
    """Reads messages, with what was learnt from the training sentences."""

    understanding: Understanding
    asked: AskedFinder
    classifier: Classifier
    gate: Gate

    def read(self, text: str, before: Before = NOTHING_BEFORE) -> Read:
        """Return what a message asks and names; places in it are counted after its spelling was corrected."""
        text = self.understanding.speller.correct(text.encode("utf-8", "ignore").decode("utf-8"))
        mentions = self.understanding.finder.find(text)
        if self.understanding.finder.is_only_a_name(text):
            return Read([_known(text, FOLLOW_UP)], mentions)
        known = self.understanding.known_questions
        masked = _masked(text, mentions, self.understanding.standard_names)
        if intent := known.get(text.strip().lower()) or known.get(words_of(masked)):
            return Read([_known(text, intent)], mentions)
        (looked,) = self.look([text])
        if phase := phase_of(mentions) or before.phase:
            looked = self._in_phase(looked, phase)
        questions = self.decide(text, looked, mentions)
        if len(questions) == 1 and before.topic and not procedures_of(mentions):
            questions = [self._following(questions[0], before.topic, looked.whole)]
        return Read(questions[:MOST_QUESTIONS], mentions, len(questions) > MOST_QUESTIONS, looked.vector)

    def look(self, texts: Sequence[str]) -> list[Looked]:
        """Return what the classifier says of messages, before anything is decided."""
        spans = [self.asked.find(text) for text in texts]
        views = [View(text, tuple(found)) for text, found in zip(texts, spans, strict=True)]
        several = [
            View.of_question(text, found, at)
            for text, found in zip(texts, spans, strict=True)
            for at in _numbers(found)
        ]
        seen = self.understanding.see([*views, *several])
        wholes = self.classifier.score(seen.only(range(len(texts))), several=False)
        rest = seen.only(range(len(texts), len(seen.texts)))
        parts = iter(self.classifier.score(rest, several=True) if several else [])
        return [
            Looked(tuple(found), scored, tuple(next(parts) for _ in _numbers(found)), vector)
            for found, scored, vector in zip(spans, wholes, seen.vectors[: len(texts)], strict=True)
        ]

    def decide(self, text: str, looked: Looked, mentions: Sequence[Mention] = ()) -> list[AskedQuestion]:
        """Return the questions of a message, in the order they stand, with what is to be done about each.

        Whether it is about the two procedures is told from the whole: its questions alone are too short for that.
        """
        classes, gate = self.classifier.classes, self.gate
        if looked.parts and gate.is_in_scope(classes, looked.whole):
            questions = [
                AskedQuestion(*span, text[slice(*span)], tuple(gate.rank_part(classes, one)))
                for span, one in zip(looked.spans, looked.parts, strict=True)
            ]
            if any(question.intent.startswith(TOPIC_PREFIX) for question in questions):
                return _join(questions, mentions)
        return [AskedQuestion(0, len(text), text, tuple(gate.rank(classes, looked.whole)))]

    def _in_phase(self, looked: Looked, phase: Phase) -> Looked:
        """Return what the classifier says, with less belief in topics of another time than where she stands."""
        doubtful = [self._is_of_another_time(name, phase) for name in self.classifier.classes]
        belief = np.where(doubtful, BELIEF_IN_ANOTHER_TIME, 1.0)

        def doubt(scored: Scored) -> Scored:
            probabilities = scored.probabilities * belief
            return replace(scored, probabilities=probabilities / probabilities.sum())

        return replace(looked, whole=doubt(looked.whole), parts=tuple(doubt(part) for part in looked.parts))

    def _is_of_another_time(self, intent: str, phase: Phase) -> bool:
        other = {Phase.BEFORE: Phase.AFTER, Phase.AFTER: Phase.BEFORE}.get(phase)
        return other is not None and self.understanding.phases.get(intent) == other

    def _following(self, question: AskedQuestion, topic: str, alone: Scored) -> AskedQuestion:
        """Return a question that makes no sense alone ("and for how long?") as understood from the topic before it."""
        if question.intent != FOLLOW_UP and not self._is_rather_a_follow_up(question, alone):
            return question
        asked_before = self.understanding.asks[topic]
        text = f"{asked_before} {question.text}"
        seen = self.understanding.see([View(text, ((len(asked_before) + 1, len(text)),))])
        (scored,) = self.classifier.score(seen, several=False)
        ranking = self.gate.rank(self.classifier.classes, scored)
        if not ranking[0][0].startswith(TOPIC_PREFIX):
            ranking = [(FOLLOW_UP, 1.0), *ranking[1:]]
        return replace(question, ranking=tuple(ranking), follows=True)

    def _is_rather_a_follow_up(self, question: AskedQuestion, alone: Scored) -> bool:
        """Tell whether what is not understood alone looks more like a follow-up than like another subject."""
        names = self.classifier.classes
        if question.intent not in (UNCLEAR, OUT_OF_SCOPE) or FOLLOW_UP not in names:
            return False
        return bool(alone.probabilities[names.index(FOLLOW_UP)] > alone.probabilities[names.index(OUT_OF_SCOPE)])


def _numbers(spans: Sequence[tuple[int, int]]) -> range:
    """Return the numbers of the questions to be read one by one: none where there is only one."""
    return range(len(spans)) if len(spans) > 1 else range(0)


def _masked(text: str, mentions: Sequence[Mention], names: Mapping[str, str]) -> str:
    """Return a text in which each procedure is only "test"."""
    return Edited(text).edit(standard_names(mentions, dict.fromkeys(names, ANY_PROCEDURE))).text


def _known(text: str, intent: str) -> AskedQuestion:
    return AskedQuestion(0, len(text), text, ((intent, 1.0),))


def _join(questions: Sequence[AskedQuestion], mentions: Sequence[Mention]) -> list[AskedQuestion]:
    """Return questions, each topic of a procedure once, without the unclear ones that only go on about a clear one."""
    clear = {question.intent for question in questions}
    kept: dict[object, AskedQuestion] = {}
    for question in questions:
        named = procedures_of(one for one in mentions if question.start <= one.start < question.end)
        likeliest = question.intent if question.intent != UNCLEAR else question.topic_intents[0]
        if question.intent != UNCLEAR or likeliest not in clear:
            kept.setdefault((likeliest, named), question)
    return list(kept.values())


def train_reader(understanding: Understanding, examples: Sequence[Example], folder: Path) -> None:
    """Learn from examples, and write what was learnt into a folder."""
    examples = [example for example in examples if example.intent not in BY_HEART]
    train_asked(examples, folder / ASKED_FILE)
    asked = load_asked(folder / ASKED_FILE)
    units = units_of(list(examples))
    seen = see_units(understanding, asked, units)
    classifier = train_classifier(seen, [unit.intent for unit in units])
    classifier.save(folder / CLASSIFIER_FILE)


def see_units(understanding: Understanding, asked: AskedFinder, units: Sequence[Unit]) -> Seen:
    """Return what the classifier sees of units; where nothing is marked, what asks is what `asked` finds."""
    views = [unit.view for unit in units]
    return understanding.see([view if view.asks else View(view.text, tuple(asked.find(view.text))) for view in views])


def load_reader(understanding: Understanding, folder: Path, gate: Gate) -> Reader:
    """Return the reader that `train_reader` wrote into a folder."""
    return Reader(understanding, load_asked(folder / ASKED_FILE), load_classifier(folder / CLASSIFIER_FILE), gate)


def build_understanding(encoder: Encoder) -> Understanding:
    """Return an understanding of the names, and of the buttons' questions, in the knowledge table."""
    knowledge = check_knowledge()
    names: dict[str, str] = {procedure.id: procedure.name for procedure in knowledge.procedures}
    known = {
        words.format(procedure=name).lower(): f"{TOPIC_PREFIX}{topic.id}"
        for topic in knowledge.topics
        for words in filter(None, (topic.ask, topic.ask_dates))
        for name in (*names.values(), ANY_PROCEDURE)
    }
    sentences = read_sentences()
    finder = build_name_finder(knowledge)
    known |= {
        words_of(_masked(sentence, finder.find(sentence), names)): intent
        for sentence, intent in read_by_heart().items()
    }
    known |= {
        sentences[sentence].format(procedure=name).lower(): intent
        for sentence, intent in CHECKLIST_BUTTONS.items()
        for name in names.values()
    }
    asks = {topic.id: topic.ask.format(procedure=ANY_PROCEDURE) for topic in knowledge.topics}
    phases = {f"{TOPIC_PREFIX}{topic.id}": topic.phase for topic in knowledge.topics}
    return Understanding(encoder, build_speller(knowledge), finder, names, known, asks, phases)
