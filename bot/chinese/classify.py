"""What a Chinese message asks, and how likely it tells of a warning sign: logistic regressions over its characters.

Runs of one and two characters carry most of what a short Chinese question says; no word has to be cut out first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.understanding.weights import packed, unpacked

Floats = npt.NDArray[np.float32]
MODELS = ("topic", "urgent", "sign")
RUNS = (1, 2)
LEAST_MESSAGES = 2
REGULARISATION = 20.0
MOST_STEPS = 300


@dataclass(frozen=True)
class ChineseClassifier:
    """What was learnt.

    Shape: topic (intents, features + 1), urgent (1, features + 1), sign (signs, features + 1); the last column is the
    bias.
    """

    runs: TfidfVectorizer
    intents: tuple[str, ...]
    signs: tuple[str, ...]
    topic: Floats
    urgent: Floats
    sign: Floats

    def rank(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """Return the intents of texts, best first, with their chances."""
        scores = _apply(self.topic, self.runs.transform(texts))
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        return [[(self.intents[at], float(row[at])) for at in np.argsort(-row)] for row in chances]

    def urgency(self, text: str) -> tuple[float, str]:
        """Return how likely a message tells of a warning sign, and which it would be."""
        features = self.runs.transform([text])
        chance = 1.0 / (1.0 + np.exp(-_apply(self.urgent, features)[0, 0]))
        return float(chance), self.signs[int(np.argmax(_apply(self.sign, features)[0]))]

    def save(self, path: Path) -> None:
        """Write the classifier to a file, weights in 8 bits."""
        vocabulary = sorted(self.runs.vocabulary_, key=self.runs.vocabulary_.__getitem__)
        np.savez_compressed(
            path,
            intents=np.array(self.intents),
            signs=np.array(self.signs),
            vocabulary=np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8),
            idf=self.runs.idf_.astype(np.float32),
            **{key: kept for name in MODELS for key, kept in packed(name, getattr(self, name)).items()},
        )


def train_chinese(
    questions: Sequence[tuple[str, str]], urgent: Sequence[tuple[str, str]], others: Sequence[str]
) -> ChineseClassifier:
    """Return a classifier that has learnt from questions with their intents, and from messages with their signs.

    `others` are messages without a sign; so are the questions.
    """
    texts, intents = [text for text, _ in questions], [intent for _, intent in questions]
    telling, signs = [text for text, _ in urgent], [sign for _, sign in urgent]
    runs = _runs().fit([*texts, *telling, *others])
    names, labels = np.unique(intents, return_inverse=True)
    sign_names, sign_labels = np.unique(signs, return_inverse=True)
    seen = runs.transform([*telling, *others, *texts])
    is_urgent = np.arange(seen.shape[0]) < len(telling)
    return ChineseClassifier(
        runs,
        tuple(str(name) for name in names),
        tuple(str(name) for name in sign_names),
        _fit(runs.transform(texts), labels),
        _fit(seen, is_urgent),
        _fit(runs.transform(telling), sign_labels),
    )


def load_chinese(path: Path) -> ChineseClassifier:
    """Return the classifier in a file that `ChineseClassifier.save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        vocabulary = stored["vocabulary"].tobytes().decode().split("\n")
        runs = _runs({run: at for at, run in enumerate(vocabulary)})
        runs.idf_ = stored["idf"]
        intents, signs = (tuple(str(one) for one in stored[name]) for name in ("intents", "signs"))
        topic, urgent, sign = (unpacked(stored, name) for name in MODELS)
        return ChineseClassifier(runs, intents, signs, topic, urgent, sign)


def _runs(vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char",
        ngram_range=RUNS,
        min_df=LEAST_MESSAGES,
        sublinear_tf=True,
        lowercase=False,
        vocabulary=vocabulary,
        dtype=np.float32,
    )


def _fit(features: csr_matrix, labels: npt.NDArray[Any]) -> Floats:
    model = LogisticRegression(C=REGULARISATION, max_iter=MOST_STEPS).fit(features, labels)
    return np.hstack([model.coef_, model.intercept_[:, None]]).astype(np.float32)


def _apply(weights: Floats, features: csr_matrix) -> Floats:
    return np.asarray(features @ weights[:, :-1].T + weights[:, -1], dtype=np.float32)
