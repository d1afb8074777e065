"""Which intent a message has: the weighted geometric mean of what five models say.

Four are logistic regressions: two read the meaning (a sentence vector), two the wording (character n-grams); one of
each reads the whole message, the other the part of it that asks. The fifth looks for the nearest training sentence of
each intent. Where a message asks several things, the parts count for more. Two further regressions tell topics from
what is out of scope. What the numbers mean for the patient (answer, ask back, reject) is
`bot.understanding.gate`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.understanding.eight_bits import Product, product_with
from bot.understanding.embed import Vectors
from bot.understanding.examples import OUT_OF_SCOPE, TOPIC_PREFIX
from bot.understanding.weights import packed, unpacked

Floats = npt.NDArray[np.float32]

WEIGHTS_OF_ONE = (0.3, 0.3, 0.25, 0.25, 0.3)
WEIGHTS_OF_SEVERAL = (0.2, 0.25, 0.4, 0.3, 0.2)
SHARPNESS_OF_NEAREST = 20.0

TOPIC_MODELS = ("meaning", "wording", "part_meaning", "part_wording")
SCOPE_MODELS = ("scope_meaning", "scope_wording")
MODELS = (*TOPIC_MODELS, *SCOPE_MODELS)
REGULARISATION = 8.0
MOST_STEPS = 60
NGRAM_FEATURES = 20_000
SCALE = 48.0  # one, in the examples' 8 bits: finer takes more space and tells them apart no better
TINY = 1e-6
THREADS = 2


@dataclass(frozen=True)
class Seen:
    """What the classifier sees of messages: each text, the part of it that asks, and the vectors of both.

    Shape: vectors and part_vectors (messages, width).
    """

    texts: Sequence[str]
    parts: Sequence[str]
    vectors: Vectors
    part_vectors: Vectors

    def only(self, chosen: Sequence[int] | npt.NDArray[np.intp]) -> "Seen":
        """Return what is seen of some of the messages."""
        at = np.asarray(chosen, dtype=np.intp)
        texts, parts = ([kept[one] for one in at] for kept in (self.texts, self.parts))
        return Seen(texts, parts, self.vectors[at], self.part_vectors[at])


@dataclass(frozen=True)
class Scored:
    """What the classifier says of one message.

    `nearest` is the cosine to the nearest training example of each class, `familiar` the same beside what is typical
    among training examples of one class, at most 1; `in_scope` is the log-odds that it is about a topic at all.
    Shape: probabilities, nearest and familiar (classes,).
    """

    probabilities: Floats
    nearest: Floats
    familiar: Floats
    in_scope: float


@dataclass(frozen=True)
class Classifier:
    """A trained classifier.

    Shape: the weights of each model (classes, features + 1), with the bias in the last column; examples
    (examples, width) in 8 bits, `SCALE` for 1, sorted by class; starts (classes,): where each class begins in them;
    `typical` is the median cosine of a topic's example to the nearest other one of that topic.
    """

    classes: tuple[str, ...]
    meaning: Floats
    wording: Floats
    part_meaning: Floats
    part_wording: Floats
    scope_meaning: Floats
    scope_wording: Floats
    ngrams: TfidfVectorizer
    examples: npt.NDArray[np.int8]
    starts: npt.NDArray[np.int32]
    typical: float

    def score(self, seen: Seen, *, several: bool) -> list[Scored]:
        """Return what the classifier says of each message; `several` tells that they are questions of one message."""
        both = self.ngrams.transform([*seen.texts, *seen.parts])
        wording, part_wording = both[: len(seen.texts)], both[len(seen.texts) :]
        nearest = np.maximum.reduceat(self._cosines(seen.vectors), self.starts, axis=1)
        logs = [
            _log_softmax(_apply(self.meaning, seen.vectors)),
            _log_softmax(_apply(self.wording, wording)),
            _log_softmax(_apply(self.part_meaning, seen.part_vectors)),
            _log_softmax(_apply(self.part_wording, part_wording)),
            _log_softmax(SHARPNESS_OF_NEAREST * nearest),
        ]
        weights = WEIGHTS_OF_SEVERAL if several else WEIGHTS_OF_ONE
        probabilities = _softmax(np.average(logs, axis=0, weights=weights))
        in_scope = (_apply(self.scope_meaning, seen.vectors) + _apply(self.scope_wording, wording))[:, 0]
        familiar = np.clip(nearest / self.typical, TINY, 1.0)
        return [
            Scored(probabilities[at], nearest[at], familiar[at], float(in_scope[at])) for at in range(len(seen.texts))
        ]

    @cached_property
    def _cosines(self) -> Product:
        """The cosine of vectors to each example. Shape: (messages, width) to (messages, examples)."""
        return product_with(self.examples.T, 1 / SCALE)

    def save(self, path: Path) -> None:
        """Write the classifier to a file, all in 8 bits."""
        vocabulary = sorted(self.ngrams.vocabulary_, key=self.ngrams.vocabulary_.__getitem__)
        np.savez_compressed(
            path,
            classes=np.array(self.classes),
            **{key: kept for name in MODELS for key, kept in packed(name, getattr(self, name)).items()},
            vocabulary=np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8),
            idf=self.ngrams.idf_.astype(np.float32),
            examples=self.examples,
            starts=self.starts,
            typical=np.float32(self.typical),
        )


def train_classifier(seen: Seen, intents: Sequence[str]) -> Classifier:
    """Return a classifier trained on messages and their intents."""
    classes, labels = np.unique(np.array(intents), return_inverse=True)
    by_class = np.argsort(labels, kind="stable")
    ngrams = _vectorizer().fit(seen.texts)
    features = (
        seen.vectors,
        csr_matrix(ngrams.transform(seen.texts), dtype=np.float32),
        seen.part_vectors,
        csr_matrix(ngrams.transform(seen.parts), dtype=np.float32),
    )
    topical = np.flatnonzero([intent.startswith(TOPIC_PREFIX) or intent == OUT_OF_SCOPE for intent in intents])
    inside = np.array([intents[at] != OUT_OF_SCOPE for at in topical])
    with ThreadPoolExecutor(THREADS) as pool:
        fitted = [
            *(pool.submit(_fit, one, labels) for one in features),
            *(pool.submit(_fit, one[topical], inside, "balanced") for one in features[:2]),
        ]
        models = {name: one.result() for name, one in zip(MODELS, fitted, strict=True)}
    starts = np.searchsorted(labels[by_class], np.arange(len(classes))).astype(np.int32)
    examples = seen.vectors[by_class]
    return Classifier(
        classes=tuple(str(name) for name in classes),
        **models,
        ngrams=ngrams,
        examples=np.rint(examples * SCALE).astype(np.int8),
        starts=starts,
        typical=_typical_nearness(classes, np.split(examples, starts[1:])),
    )


def load_classifier(path: Path) -> Classifier:
    """Return the classifier in a file that `Classifier.save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        vocabulary = stored["vocabulary"].tobytes().decode().split("\n")
        ngrams = _vectorizer({ngram: at for at, ngram in enumerate(vocabulary)})
        ngrams.idf_ = stored["idf"]
        return Classifier(
            classes=tuple(str(name) for name in stored["classes"]),
            **{name: unpacked(stored, name) for name in MODELS},
            ngrams=ngrams,
            examples=stored["examples"],
            starts=stored["starts"],
            typical=float(stored["typical"]),
        )


def _vectorizer(vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(3, 5),
        min_df=4,
        max_features=NGRAM_FEATURES,
        sublinear_tf=True,
        vocabulary=vocabulary,
        dtype=np.float32,
    )


def _fit(features: Vectors | csr_matrix, labels: npt.NDArray[Any], class_weight: str | None = None) -> Floats:
    model = LogisticRegression(C=REGULARISATION, max_iter=MOST_STEPS, class_weight=class_weight)
    model.fit(features, labels)
    return np.hstack([model.coef_, model.intercept_[:, None]]).astype(np.float32, order="F")


def _typical_nearness(classes: Sequence[str], examples: Sequence[Floats]) -> float:
    """Return the median cosine of an example of a topic to the nearest other one of the same topic."""
    nearest = []
    for name, vectors in zip(classes, examples, strict=True):
        if name.startswith(TOPIC_PREFIX) and len(vectors) > 1:
            cosines = vectors @ vectors.T
            np.fill_diagonal(cosines, -1.0)
            nearest.append(cosines.max(axis=1))
    return float(np.median(np.concatenate(nearest))) if nearest else 1.0


def _apply(weights: Floats, features: Vectors | csr_matrix) -> Floats:
    """Return the scores of each class. The weights are in order F: SciPy would copy them all where they are not."""
    return np.asarray(features @ weights[:, :-1].T + weights[:, -1], dtype=np.float32)


def _log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), dtype=np.float32)


def _softmax(scores: Floats) -> Floats:
    return np.exp(_log_softmax(scores))
