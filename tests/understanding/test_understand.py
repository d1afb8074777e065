"""Reading one message: names made standard, a name alone taken as a follow-up, the rest classified."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from bot.knowledge.shapes import Knowledge
from bot.understanding.classify import Classifier
from bot.understanding.embed import Vectors
from bot.understanding.gate import Gate
from bot.understanding.names import build_name_finder
from bot.understanding.understand import Understanding, build_understanding

EXAMPLES = {
    "ask_kites": "how high does the kite fly",
    "ask_lanterns": "how long does the lantern burn",
    "greet": "hello there friend",
    "out_of_scope": "weather of tomorrow",
}
TEXTS = [f"{text} {number}" for text in EXAMPLES.values() for number in range(5)]
INTENTS = [intent for intent in EXAMPLES for _ in range(5)]
GATE = Gate(weights=(0.0, 0.0, 0.0, 10.0, 0.0), bias=-3.0, least_in_scope=0.5, least_topic=0.5)


@dataclass
class LetterEncoder:
    """Stands in for the trained encoder: counts letters. Keeps what it was asked to encode."""

    encoded: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text."""
        self.encoded += texts
        counts = np.array([[text.lower().count(chr(97 + at)) for at in range(26)] + [1] for text in texts])
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture
def encoder() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture
def understanding(encoder: Any, knowledge: Knowledge) -> Understanding:
    names = {"hsg": "HSG", "hysteroscopy": "hysteroscopy"}
    return Understanding(encoder, build_name_finder(knowledge), names, {"may the kite sleep?": "ask_kites"})


@pytest.fixture
def classifier(understanding: Understanding) -> Classifier:
    return understanding.train(TEXTS, INTENTS)


@pytest.mark.parametrize("text", ["HSG", "hystroscopy!", "dye test", "HSG, hysteroscopy"])
def test_name_alone_is_a_follow_up(understanding: Understanding, classifier: Classifier, text: str) -> None:
    read = understanding.read(text, classifier, GATE)
    assert read.ranking == [("follow_up", 1.0)]
    assert read.mentions == understanding.finder.find(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how high does my kite fly", "ask_kites"),
        ("how long does my lantern burn", "ask_lanterns"),
        ("hello friend", "greet"),
    ],
)
def test_message_is_read_as_what_it_asks(
    understanding: Understanding, classifier: Classifier, text: str, intent: str
) -> None:
    assert understanding.read(text, classifier, GATE).ranking[0][0] == intent


def test_names_and_conditions_are_read_with_the_question(understanding: Understanding, classifier: Classifier) -> None:
    read = understanding.read("how high does the kite fly at a dye test with polyps", classifier, GATE)
    assert [mention.value for mention in read.mentions] == ["hsg", "polyps"]


@pytest.mark.parametrize("text", ["May the kite sleep?", "  may the kite sleep? "])
def test_question_of_a_button_needs_no_classifier(
    understanding: Understanding, classifier: Classifier, encoder: LetterEncoder, text: str
) -> None:
    encoder.encoded.clear()
    assert understanding.read(text, classifier, GATE).ranking == [("ask_kites", 1.0)]
    assert encoder.encoded == []


def test_classifier_never_sees_which_procedure_was_named(
    understanding: Understanding, classifier: Classifier, encoder: LetterEncoder
) -> None:
    encoder.encoded.clear()
    understanding.read("does the kite fly at a hystroscopy", classifier, GATE)
    assert encoder.encoded == ["does the kite fly at a test"]


def test_procedures_keep_their_names_where_both_are_named(understanding: Understanding) -> None:
    assert understanding.standardise(["hystroscopy or dye test?"]) == ["hysteroscopy or HSG?"]


def test_part_that_asks_has_a_vector_of_its_own(understanding: Understanding) -> None:
    texts = ["How high?", "It is red. How high?", "How long?"]
    whole, asked = understanding.vectors(texts)
    assert whole == pytest.approx(understanding.encoder.encode(texts))
    assert asked == pytest.approx(understanding.encoder.encode(["How high?", "How high?", "How long?"]))


def test_built_understanding_knows_the_standard_names(encoder: Any, knowledge: Knowledge) -> None:
    assert build_understanding(encoder).standard_names == {entry.id: entry.name for entry in knowledge.procedures}
