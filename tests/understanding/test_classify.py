"""Classifying on a made-up set: kites, lanterns, greetings and the rest, with made-up vectors."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bot.understanding.classify import TOPIC_MODELS, Classifier, Scored, Seen, load_classifier, train_classifier

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


def see(
    texts: Sequence[str], vectors: Floats, parts: Sequence[str] | None = None, part_vectors: Floats | None = None
) -> Seen:
    """Return what the classifier sees of messages; where no part of them asks, the whole does."""
    return Seen(texts, parts or texts, vectors, vectors if part_vectors is None else part_vectors)


def best(scored: Scored) -> str:
    return CLASSES[int(scored.probabilities.argmax())]


SEEN = see(TEXTS, VECTORS)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return train_classifier(SEEN, INTENTS)


@pytest.fixture
def reloaded(classifier: Classifier, tmp_path: Path) -> Classifier:
    classifier.save(tmp_path / "classifier.npz")
    return load_classifier(tmp_path / "classifier.npz")


def test_classes_are_sorted(classifier: Classifier) -> None:
    assert classifier.classes == CLASSES


@pytest.mark.parametrize("several", [False, True])
def test_each_training_sentence_is_given_its_own_intent(classifier: Classifier, several: bool) -> None:
    assert [best(scored) for scored in classifier.score(SEEN, several=several)] == INTENTS


@pytest.mark.parametrize("intent", CLASSES)
def test_new_sentence_is_given_the_intent_it_resembles(classifier: Classifier, intent: str) -> None:
    (scored,) = classifier.score(see([f"{WORDS[intent]} now"], vectors_of([intent], noise=0.4)), several=False)
    assert best(scored) == intent


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("model", TOPIC_MODELS)
def test_each_model_has_a_say(classifier: Classifier, model: str, several: bool) -> None:
    kites, half = vectors_of(["ask_kites"], 0), HALF_AND_HALF
    seen = Seen(
        [WORDS["ask_kites"] if model == "wording" else "?"],
        [WORDS["ask_kites"] if model == "part_wording" else "?"],
        kites if model == "meaning" else half,
        kites if model == "part_meaning" else half,
    )
    (scored,) = classifier.score(seen, several=several)
    chances = dict(zip(CLASSES, scored.probabilities, strict=True))
    assert chances["ask_kites"] > 1.05 * chances["ask_lanterns"]


def test_part_that_asks_counts_for_more_where_there_are_several(classifier: Classifier) -> None:
    whole, part = vectors_of(["ask_kites"]), vectors_of(["ask_lanterns"])
    seen = see([WORDS["ask_kites"]], whole, [WORDS["ask_lanterns"]], part)
    one, several = (classifier.score(seen, several=several)[0].probabilities for several in (False, True))
    lanterns, kites = CLASSES.index("ask_lanterns"), CLASSES.index("ask_kites")
    assert several[lanterns] / several[kites] > 2 * one[lanterns] / one[kites]


@pytest.mark.parametrize("several", [False, True])
def test_probabilities_sum_to_one(classifier: Classifier, several: bool) -> None:
    sums = [scored.probabilities.sum() for scored in classifier.score(SEEN, several=several)]
    assert sums == pytest.approx([1.0] * len(TEXTS), abs=1e-5)


def test_nearest_is_the_cosine_to_the_nearest_example_of_each_class(classifier: Classifier) -> None:
    (scored,) = classifier.score(see(["?"], HALF_AND_HALF), several=False)
    expected = [
        max(float(vector @ HALF_AND_HALF[0]) for vector, its in zip(VECTORS, INTENTS, strict=True) if its == intent)
        for intent in CLASSES
    ]
    assert scored.nearest == pytest.approx(expected, abs=0.02)


def test_nearest_of_a_training_sentence_is_itself(classifier: Classifier) -> None:
    scores = classifier.score(SEEN, several=False)
    nearest = [scored.nearest[CLASSES.index(intent)] for scored, intent in zip(scores, INTENTS, strict=True)]
    assert nearest == pytest.approx([1.0] * len(TEXTS), abs=0.02)


def test_nearest_example_has_a_say(classifier: Classifier) -> None:
    swapped = replace(classifier, examples=classifier.examples[::-1])
    (near,), (far,) = (one.score(see(["?"], vectors_of(["ask_kites"])), several=False) for one in (classifier, swapped))
    kites = CLASSES.index("ask_kites")
    assert near.probabilities[kites] > far.probabilities[kites]


@pytest.mark.parametrize("intent", ["ask_kites", "ask_lanterns"])
def test_training_sentence_is_wholly_familiar_to_its_topic(classifier: Classifier, intent: str) -> None:
    scores = classifier.score(SEEN, several=False)
    of_intent = [one.familiar[CLASSES.index(intent)] for one, its in zip(scores, INTENTS, strict=True) if its == intent]
    assert of_intent == [1.0] * 5


def test_sentence_is_the_less_familiar_the_farther_it_is_from_its_topic(classifier: Classifier) -> None:
    vectors = [vectors_of(["ask_kites"], 0), HALF_AND_HALF, vectors_of(["ask_lanterns"], 0)]
    scores = [classifier.score(see(["?"], vector), several=False)[0] for vector in vectors]
    near, between, far = (float(scored.familiar[CLASSES.index("ask_kites")]) for scored in scores)
    assert 1.0 >= near > between > far > 0.0


def test_scores_do_not_depend_on_the_other_sentences(classifier: Classifier) -> None:
    together = classifier.score(SEEN, several=False)
    (alone,) = classifier.score(see(TEXTS[3:4], VECTORS[3:4]), several=False)
    assert alone.probabilities == pytest.approx(together[3].probabilities, abs=1e-6)
    assert alone.nearest == pytest.approx(together[3].nearest, abs=1e-6)
    assert alone.in_scope == pytest.approx(together[3].in_scope, abs=1e-5)


@pytest.mark.parametrize("text", ["", "?", "\U0001fa81", "x" * 10_000], ids=["empty", "mark", "emoji", "long"])
def test_text_without_a_known_piece_is_scored(classifier: Classifier, text: str) -> None:
    (scored,) = classifier.score(see([text], HALF_AND_HALF), several=False)
    assert np.isfinite(scored.probabilities).all()
    assert np.isfinite(scored.in_scope)


# Whether it is about a topic at all


@pytest.mark.parametrize(
    ("intent", "is_inside"), [("ask_kites", True), ("ask_lanterns", True), ("out_of_scope", False)]
)
def test_odds_of_being_in_scope_tell_topics_from_the_rest(classifier: Classifier, intent: str, is_inside: bool) -> None:
    (scored,) = classifier.score(see([f"{WORDS[intent]} now"], vectors_of([intent], noise=0.4)), several=False)
    assert (scored.in_scope > 0) == is_inside


def test_odds_of_being_in_scope_look_at_the_whole_message(classifier: Classifier) -> None:
    whole, text = vectors_of(["out_of_scope"]), [WORDS["out_of_scope"]]
    (plain,) = classifier.score(see(text, whole), several=False)
    (with_part,) = classifier.score(see(text, whole, [WORDS["ask_kites"]], vectors_of(["ask_kites"])), several=False)
    assert with_part.in_scope == pytest.approx(plain.in_scope)
    assert with_part.nearest == pytest.approx(plain.nearest)


def test_odds_of_being_in_scope_know_nothing_of_small_talk() -> None:
    known = [at for at, intent in enumerate(INTENTS) if intent != "greet"]
    texts, intents = [TEXTS[at] for at in known], [INTENTS[at] for at in known]
    without = train_classifier(see(texts, VECTORS[known]), intents)
    assert without.scope_meaning == pytest.approx(train_classifier(SEEN, INTENTS).scope_meaning, abs=0.05)


# Saved and loaded


def test_saved_classifier_gives_the_same_scores_but_for_rounding(classifier: Classifier, reloaded: Classifier) -> None:
    before, after = (which.score(SEEN, several=False) for which in (classifier, reloaded))
    assert np.array([scored.probabilities for scored in after]) == pytest.approx(
        np.array([scored.probabilities for scored in before]), abs=1e-3
    )
    assert np.array([scored.nearest for scored in after]) == pytest.approx(
        np.array([scored.nearest for scored in before]), abs=1e-2
    )
    assert np.array([scored.familiar for scored in after]) == pytest.approx(
        np.array([scored.familiar for scored in before]), abs=1e-2
    )
    assert [scored.in_scope for scored in after] == pytest.approx([scored.in_scope for scored in before], abs=5e-2)


def test_classifier_that_was_loaded_is_saved_without_loss(reloaded: Classifier, tmp_path: Path) -> None:
    reloaded.save(tmp_path / "again.npz")
    again = load_classifier(tmp_path / "again.npz")
    before, after = (which.score(SEEN, several=False) for which in (reloaded, again))
    assert np.array_equal([scored.probabilities for scored in before], [scored.probabilities for scored in after])
    assert np.array_equal([scored.nearest for scored in before], [scored.nearest for scored in after])
    assert [scored.in_scope for scored in before] == [scored.in_scope for scored in after]


def test_saved_classifier_keeps_its_classes(reloaded: Classifier) -> None:
    assert reloaded.classes == CLASSES


def test_saved_classifier_holds_no_python_object(classifier: Classifier, tmp_path: Path) -> None:
    classifier.save(tmp_path / "classifier.npz")
    with np.load(tmp_path / "classifier.npz", allow_pickle=False) as stored:
        assert {stored[name].dtype.kind for name in stored.files} <= set("fiuU")


def test_messages_are_picked_with_everything_that_is_seen_of_them() -> None:
    vectors = np.eye(3, dtype=np.float32)
    picked = Seen(["a", "b", "c"], ["x", "y", "z"], vectors, 2 * vectors).only([2, 0])
    assert (picked.texts, picked.parts) == (["c", "a"], ["z", "x"])
    assert picked.vectors.tolist() == vectors[[2, 0]].tolist()
    assert picked.part_vectors.tolist() == (2 * vectors[[2, 0]]).tolist()
