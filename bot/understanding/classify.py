"""Which intent a message has, and whether it resembles anything known. Logistic regression on sentence vectors, and a gate that rejects.

The gate: sqrt(probability) x cosine to the nearest training example of the predicted class must reach `GATE`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from bot.understanding.embed import Vectors

OUT_OF_SCOPE = "out_of_scope"
GATE = 0.4
C = 5.0
SCALE = 127.0


@dataclass(frozen=True)
class Classifier:
    """A trained classifier.

    Shape: weights (classes, width), bias (classes,), examples (examples, width), labels (examples,): indexes of classes.
    """

    classes: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    examples: npt.NDArray[np.int8]
    labels: npt.NDArray[np.int16]

    def probabilities(self, vectors: Vectors) -> npt.NDArray[np.float32]:
        """Return each class's probability.

        Shape: (number of vectors, classes).
        """
        scores = vectors @ self.weights.T + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)

    def nearness(self, vector: Vectors, label: int) -> float:
        """Return the cosine to the nearest training example of a class."""
        mine = self.examples[self.labels == label].astype(np.float32)
        return float((mine @ vector).max() / SCALE)

    def rank(self, vector: Vectors) -> list[tuple[str, float]]:
        """Return the intents with their confidence, best first; a message that the gate rejects is out of scope."""
        probabilities = self.probabilities(vector[None])[0]
        order = np.argsort(-probabilities)
        ranking = [(self.classes[at], float(probabilities[at])) for at in order]
        best = int(order[0])
        confidence = float(np.sqrt(probabilities[best]) * max(0.0, self.nearness(vector, best)))
        if self.classes[best] != OUT_OF_SCOPE and confidence < GATE:
            others = [(name, chance) for name, chance in ranking if name != OUT_OF_SCOPE]
            return [(OUT_OF_SCOPE, 1.0 - confidence), *others]
        return ranking

    def save(self, path: Path) -> None:
        """Write the classifier to a file."""
        np.savez_compressed(
            path,
            classes=np.array(self.classes),
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            examples=self.examples,
            labels=self.labels,
        )


def train_classifier(vectors: Vectors, intents: Sequence[str]) -> Classifier:
    """Return a classifier trained on vectors and their intents."""
    classes, labels = np.unique(np.array(intents), return_inverse=True)
    model = LogisticRegression(C=C, max_iter=1000)
    model.fit(vectors, labels)
    return Classifier(
        classes=tuple(str(name) for name in classes),
        weights=model.coef_.astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        examples=np.rint(vectors * SCALE).astype(np.int8),
        labels=labels.astype(np.int16),
    )


def load_classifier(path: Path) -> Classifier:
    """Return the classifier in a file that `Classifier.save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return Classifier(
            classes=tuple(str(name) for name in stored["classes"]),
            weights=stored["weights"].astype(np.float32),
            bias=stored["bias"],
            examples=stored["examples"],
            labels=stored["labels"],
        )
