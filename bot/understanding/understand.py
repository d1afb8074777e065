"""Read one message: the procedures and conditions it names, and what it asks.

The one way in for Rasa's component and for tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.check import check_knowledge
from bot.understanding.asked import asked_part
from bot.understanding.classify import Classifier, train_classifier
from bot.understanding.embed import Encoder, Vectors
from bot.understanding.gate import Gate
from bot.understanding.names import Mention, NameFinder, build_name_finder, with_standard_names

FOLLOW_UP = "follow_up"


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

    def standardise(self, texts: Sequence[str]) -> list[str]:
        """Return texts in which each procedure is called by its standard name."""
        return [with_standard_names(text, self.finder.find(text), self.standard_names) for text in texts]

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
        standard = [with_standard_names(text, mentions, self.standard_names)]
        (scored,) = classifier.score(standard, *self.vectors(standard))
        return Read(gate.rank(classifier.classes, scored), mentions)


def build_understanding(encoder: Encoder) -> Understanding:
    """Return an understanding of the names in the knowledge table."""
    knowledge = check_knowledge()
    names: dict[str, str] = {procedure.id: procedure.name for procedure in knowledge.procedures}
    return Understanding(encoder, build_name_finder(knowledge), names)
