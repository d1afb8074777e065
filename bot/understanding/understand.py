"""Read one message: the procedures and conditions it names, and what it asks.

The one way in for Rasa's component and for tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.check import check_knowledge
from bot.understanding.asked import asked_part
from bot.understanding.classify import Classifier, train_classifier
from bot.understanding.embed import Encoder, Vectors
from bot.understanding.gate import TOPIC_PREFIX, Gate
from bot.understanding.names import Mention, NameFinder, build_name_finder, procedures_of, with_standard_names

FOLLOW_UP = "follow_up"
ANY_PROCEDURE = "test"


@dataclass(frozen=True)
class Read:
    """What was read in a message: intents with their confidence, best first, and the names in it."""

    ranking: list[tuple[str, float]]
    mentions: list[Mention]


@dataclass(frozen=True)
class Understanding:
    """Reads messages. Holds no trained part, so that training and reading share every step before the classifier."""

    encoder: Encoder
    finder: NameFinder
    standard_names: dict[str, str]
    known_questions: dict[str, str]

    def standardise(self, texts: Sequence[str]) -> list[str]:
        """Return texts as they are classified; see `standardise_one`."""
        return [self.standardise_one(text, self.finder.find(text)) for text in texts]

    def standardise_one(self, text: str, mentions: Sequence[Mention]) -> str:
        """Return a text in which the procedure is only "test": what is asked does not depend on which one it is.

        Where a text names both, they keep their standard names, since then it may ask for the difference.
        """
        if len(procedures_of(mentions)) > 1:
            return with_standard_names(text, mentions, self.standard_names)
        return with_standard_names(text, mentions, dict.fromkeys(self.standard_names, ANY_PROCEDURE))

    def vectors(self, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Return the vectors of texts, and those of the parts that ask.

        Shape: (number of texts, 384) twice.
        """
        asked = [asked_part(text) for text in texts]
        shorter = [at for at, text in enumerate(texts) if asked[at] != text]
        both = self.encoder.encode([*texts, *(asked[at] for at in shorter)])
        whole, parts = both[: len(texts)], both[: len(texts)].copy()
        parts[shorter] = both[len(texts) :]
        return whole, parts

    def train(self, texts: Sequence[str], intents: Sequence[str]) -> Classifier:
        """Return a classifier trained on messages and their intents."""
        standard = self.standardise(texts)
        return train_classifier(standard, *self.vectors(standard), intents)

    def read(self, text: str, classifier: Classifier, gate: Gate) -> Read:
        """Return what a message asks and names."""
        text = text.encode("utf-8", "ignore").decode("utf-8")
        mentions = self.finder.find(text)
        if self.finder.is_only_a_name(text):
            return Read([(FOLLOW_UP, 1.0)], mentions)
        if intent := self.known_questions.get(text.strip().lower()):
            return Read([(intent, 1.0)], mentions)
        standard = [self.standardise_one(text, mentions)]
        (scored,) = classifier.score(standard, *self.vectors(standard))
        return Read(gate.rank(classifier.classes, scored), mentions)


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
