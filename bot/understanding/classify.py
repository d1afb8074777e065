"""Which intent a message has: three logistic regressions, whose weighted geometric mean is the probability.

One reads the vector of the whole message (meaning), one the vector of the part that asks (asking), one
the character n-grams of the whole (wording). What the numbers mean for the patient (answer, ask back, reject) is
`bot.understanding.gate`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.understanding.embed import Vectors

Floats = npt.NDArray[np.float32]

MEANING, ASKING, WORDING = 0.4, 0.2, 0.4

REGULARISATION = 8.0
NGRAM_FEATURES = 20_000
SCALE = 127.0
THREADS = 2


@dataclass(frozen=True)
class Scored:
    """What the classifier says of one message.

    Shape: probabilities (classes,), nearest (classes,): cosine to the nearest training example of each class.
    """

    probabilities: Floats
    nearest: Floats


@dataclass(frozen=True)
class Classifier:
    """A trained classifier.

    Shape: meaning and asking (classes, width + 1), wording (classes, n-grams + 1), each with its bias in the
    last column; examples (examples, width) sorted by class, starts (classes,): where each class begins in them.
    """

    classes: tuple[str, ...]
    meaning: Floats
    asking: Floats
    wording: Floats
    ngrams: TfidfVectorizer
    examples: Floats
    starts: npt.NDArray[np.int32]

    def score(self, texts: Sequence[str], vectors: Vectors, asked: Vectors) -> list[Scored]:
        """Return what the classifier says of each message, given its text, its vector and the asking part's."""
        probabilities = _softmax(
            MEANING * _log_softmax(_apply(self.meaning, vectors))
            + ASKING * _log_softmax(_apply(self.asking, asked))
            + WORDING * _log_softmax(_apply(self.wording, self.ngrams.transform(texts)))
        )
        nearest = np.maximum.reduceat(vectors @ self.examples.T, self.starts, axis=1)
        return [Scored(probabilities[at], nearest[at]) for at in range(len(texts))]

    def save(self, path: Path) -> None:
        """Write the classifier to a file: weights in half precision, examples in 8 bits."""
        vocabulary = sorted(self.ngrams.vocabulary_, key=self.ngrams.vocabulary_.__getitem__)
        np.savez_compressed(
            path,
            classes=np.array(self.classes),
            meaning=self.meaning.astype(np.float16),
            asking=self.asking.astype(np.float16),
            wording=self.wording.astype(np.float16),
            vocabulary=np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8),
            idf=self.ngrams.idf_.astype(np.float32),
            examples=np.rint(self.examples * SCALE).astype(np.int8),
            starts=self.starts,
        )


def train_classifier(texts: Sequence[str], vectors: Vectors, asked: Vectors, intents: Sequence[str]) -> Classifier:
    """Return a classifier trained on messages, their vectors, those of the parts that ask, and their intents."""
    classes, labels = np.unique(np.array(intents), return_inverse=True)
    by_class = np.argsort(labels, kind="stable")
    ngrams = _vectorizer()
    features = csr_matrix(ngrams.fit_transform(texts), dtype=np.float32)
    with ThreadPoolExecutor(THREADS) as pool:
        wording = pool.submit(_fit, features, labels, most_steps=50)
        meaning = pool.submit(_fit, vectors, labels, most_steps=80)
        asking = pool.submit(_fit, asked, labels, most_steps=80)
    return Classifier(
        classes=tuple(str(name) for name in classes),
        meaning=meaning.result(),
        asking=asking.result(),
        wording=wording.result(),
        ngrams=ngrams,
        examples=vectors[by_class],
        starts=np.searchsorted(labels[by_class], np.arange(len(classes))).astype(np.int32),
    )


def load_classifier(path: Path) -> Classifier:
    """Return the classifier in a file that `Classifier.save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        vocabulary = stored["vocabulary"].tobytes().decode().split("\n")
        ngrams = _vectorizer({ngram: at for at, ngram in enumerate(vocabulary)})
        ngrams.idf_ = stored["idf"]
        return Classifier(
            classes=tuple(str(name) for name in stored["classes"]),
            meaning=stored["meaning"].astype(np.float32),
            asking=stored["asking"].astype(np.float32),
            wording=stored["wording"].astype(np.float32),
            ngrams=ngrams,
            examples=stored["examples"].astype(np.float32) / SCALE,
            starts=stored["starts"],
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


def _fit(features: Vectors | csr_matrix, labels: npt.NDArray[np.intp], most_steps: int) -> Floats:
    model = LogisticRegression(C=REGULARISATION, max_iter=most_steps)
    model.fit(features, labels)
    return np.hstack([model.coef_, model.intercept_[:, None]]).astype(np.float32)


def _apply(weights: Floats, features: Vectors | csr_matrix) -> Floats:
    return np.asarray(features @ weights[:, :-1].T + weights[:, -1], dtype=np.float32)


def _log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), dtype=np.float32)


def _softmax(scores: Floats) -> Floats:
    return np.exp(_log_softmax(scores))
