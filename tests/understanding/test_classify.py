"""Classifying on a made-up set: kites, lanterns, greetings and the rest, with made-up vectors."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bot.understanding.classify import Classifier, load_classifier, train_classifier

WORDS = {
    "out_of_scope": "weather tomorrow",
    "ask_kites": "fly my kite",
    "greet": "hello there",
    "ask_lanterns": "light the lantern",
}
EXAMPLES = [(f"{words} {end}", intent) for intent, words in WORDS.items() for end in ("a", "be", "cat", "dogs", "eel")]
TEXTS, INTENTS = (list(column) for column in zip(*EXAMPLES, strict=True))
CLASSES = ("ask_kites", "ask_lanterns", "greet", "out_of_scope")
Floats = npt.NDArray[np.float32]


def vectors_of(intents: list[str], noise: float = 0.2) -> Floats:
    """Return unit vectors: one direction an intent, a little of another one a sentence."""
    directions = np.eye(9, dtype=np.float32)
    made = np.array(
        [directions[CLASSES.index(intent)] + noise * directions[4 + at % 5] for at, intent in enumerate(intents)]
    )
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


VECTORS = vectors_of(INTENTS)
HALF_AND_HALF = (vectors_of(["ask_kites"], 0) + vectors_of(["ask_lanterns"], 0)) / np.float32(np.sqrt(2))


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return train_classifier(TEXTS, VECTORS, VECTORS, INTENTS)


@pytest.fixture
def reloaded(classifier: Classifier, tmp_path: Path) -> Classifier:
    classifier.save(tmp_path / "classifier.npz")
    return load_classifier(tmp_path / "classifier.npz")


def test_classes_are_sorted(classifier: Classifier) -> None:
    assert classifier.classes == CLASSES


def test_each_training_sentence_is_given_its_own_intent(classifier: Classifier) -> None:
    scores = classifier.score(TEXTS, VECTORS, VECTORS)
    assert [CLASSES[int(scored.probabilities.argmax())] for scored in scores] == INTENTS


@pytest.mark.parametrize("intent", CLASSES)
def test_new_sentence_is_given_the_intent_it_resembles(classifier: Classifier, intent: str) -> None:
    vector = vectors_of([intent], noise=0.4)
    (scored,) = classifier.score([f"{WORDS[intent]} now"], vector, vector)
    assert CLASSES[int(scored.probabilities.argmax())] == intent


@pytest.mark.parametrize("part", ["meaning", "asking", "wording"])
def test_each_part_has_a_say(classifier: Classifier, part: str) -> None:
    kites, half = vectors_of(["ask_kites"], 0), HALF_AND_HALF
    text = WORDS["ask_kites"] if part == "wording" else "?"
    (scored,) = classifier.score([text], kites if part == "meaning" else half, kites if part == "asking" else half)
    chances = dict(zip(CLASSES, scored.probabilities, strict=True))
    assert chances["ask_kites"] > 1.2 * chances["ask_lanterns"]


def test_probabilities_sum_to_one(classifier: Classifier) -> None:
    sums = [scored.probabilities.sum() for scored in classifier.score(TEXTS, VECTORS, VECTORS)]
    assert sums == pytest.approx([1.0] * len(TEXTS), abs=1e-5)


def test_nearest_is_the_cosine_to_the_nearest_example_of_each_class(classifier: Classifier) -> None:
    (scored,) = classifier.score(["?"], HALF_AND_HALF, HALF_AND_HALF)
    expected = [
        max(float(vector @ HALF_AND_HALF[0]) for vector, its in zip(VECTORS, INTENTS, strict=True) if its == intent)
        for intent in CLASSES
    ]
    assert scored.nearest == pytest.approx(expected, abs=1e-6)


def test_nearest_of_a_training_sentence_is_itself(classifier: Classifier) -> None:
    scores = classifier.score(TEXTS, VECTORS, VECTORS)
    nearest = [scored.nearest[CLASSES.index(intent)] for scored, intent in zip(scores, INTENTS, strict=True)]
    assert nearest == pytest.approx([1.0] * len(TEXTS), abs=1e-6)


def test_scores_do_not_depend_on_the_other_sentences(classifier: Classifier) -> None:
    together = classifier.score(TEXTS, VECTORS, VECTORS)
    (alone,) = classifier.score(TEXTS[3:4], VECTORS[3:4], VECTORS[3:4])
    assert alone.probabilities == pytest.approx(together[3].probabilities, abs=1e-6)
    assert alone.nearest == pytest.approx(together[3].nearest, abs=1e-6)


@pytest.mark.parametrize("text", ["", "?", "\U0001fa81", "x" * 10_000], ids=["empty", "mark", "emoji", "long"])
def test_text_without_a_known_piece_is_scored(classifier: Classifier, text: str) -> None:
    (scored,) = classifier.score([text], HALF_AND_HALF, HALF_AND_HALF)
    assert np.isfinite(scored.probabilities).all()


# Saved and loaded


def test_saved_classifier_gives_the_same_scores_but_for_rounding(classifier: Classifier, reloaded: Classifier) -> None:
    before, after = (which.score(TEXTS, VECTORS, VECTORS) for which in (classifier, reloaded))
    assert np.array([scored.probabilities for scored in after]) == pytest.approx(
        np.array([scored.probabilities for scored in before]), abs=1e-3
    )
    assert np.array([scored.nearest for scored in after]) == pytest.approx(
        np.array([scored.nearest for scored in before]), abs=1e-2
    )


def test_classifier_that_was_loaded_is_saved_without_loss(reloaded: Classifier, tmp_path: Path) -> None:
    reloaded.save(tmp_path / "again.npz")
    again = load_classifier(tmp_path / "again.npz")
    before, after = (which.score(TEXTS, VECTORS, VECTORS) for which in (reloaded, again))
    assert np.array_equal([scored.probabilities for scored in before], [scored.probabilities for scored in after])
    assert np.array_equal([scored.nearest for scored in before], [scored.nearest for scored in after])


def test_saved_classifier_keeps_its_classes(reloaded: Classifier) -> None:
    assert reloaded.classes == CLASSES


def test_saved_classifier_holds_no_python_object(classifier: Classifier, tmp_path: Path) -> None:
    classifier.save(tmp_path / "classifier.npz")
    with np.load(tmp_path / "classifier.npz", allow_pickle=False) as stored:
        assert {stored[name].dtype.kind for name in stored.files} <= set("fiuU")
