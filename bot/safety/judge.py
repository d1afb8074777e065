"""Judge how likely a message tells of a warning sign, and of which: what was learnt from the labelled messages.

Two logistic regressions over the sentence's vector and its wording (n-grams of characters and of words). The judge
helps where the words of a sign are unusual, or where what is said of them is. It does not learn from what the finder
sees: the finder's words were chosen on the same messages, so that it would trust them too much.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.safety.examples import Labelled
from bot.understanding.weights import packed, unpacked

Floats = npt.NDArray[np.float32]
CHARACTERS, WORDS = (2, 5), (1, 3)
WORD = r"[\w.']+"
LEAST_MESSAGES = 2
REGULARISATION = 10.0
MOST_STEPS = 300
NAMED_FROM = 0.05


@dataclass(frozen=True)
class Judgement:
    """How likely a message tells of a warning sign (0 to 1), and which sign it would be; none where it is unlikely."""

    chance: float
    sign: str | None


@dataclass(frozen=True)
class Judge:
    """What was learnt.

    Shape: urgent (1, features + 1), sign (signs, features + 1), with the bias in the last column.
    """

    characters: TfidfVectorizer
    words: TfidfVectorizer
    urgent: Floats
    sign: Floats
    signs: tuple[str, ...]

    def judge(self, text: str, vector: Floats) -> Judgement:
        """Return the judgement on a message, given its vector.

        Shape: vector (width,).
        """
        blocks = _blocks([text.lower()], vector[None, :], self.characters, self.words)
        chance = float(1 / (1 + np.exp(-_apply(self.urgent, blocks)[0, 0])))
        if chance < NAMED_FROM:
            return Judgement(chance, None)
        return Judgement(chance, self.signs[int(np.argmax(_apply(self.sign, blocks)[0]))])

    def save(self, path: Path) -> None:
        """Write the judge to a file, weights in 8 bits."""
        np.savez_compressed(
            path,
            **packed("urgent", self.urgent),
            **packed("sign", self.sign),
            signs=np.array(self.signs),
            **dict(_stored("characters", self.characters)),
            **dict(_stored("words", self.words)),
        )


def train_judge(messages: Sequence[Labelled], vectors: Floats) -> Judge:
    """Return a judge that has learnt from labelled messages and their vectors.

    Shape: vectors (messages, width).
    """
    texts = [message.text.lower() for message in messages]
    characters, words = _characters().fit(texts), _words().fit(texts)
    blocks = [csr_matrix(block, dtype=np.float32) for block in _blocks(texts, vectors, characters, words)]
    features = hstack(blocks, format="csr", dtype=np.float32)
    urgent = np.array([message.urgent for message in messages])
    signs = np.array([message.sign for message in messages])[urgent]
    names = np.unique(signs)
    return Judge(
        characters,
        words,
        _fit(features, urgent),
        _fit(features[urgent], np.searchsorted(names, signs)),
        tuple(str(name) for name in names),
    )


def load_judge(path: Path) -> Judge:
    """Return the judge in a file that `Judge.save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return Judge(
            _restored(stored, "characters", _characters),
            _restored(stored, "words", _words),
            unpacked(stored, "urgent"),
            unpacked(stored, "sign"),
            tuple(str(name) for name in stored["signs"]),
        )


def _blocks(
    texts: Sequence[str], vectors: Floats, characters: TfidfVectorizer, words: TfidfVectorizer
) -> tuple[Floats, csr_matrix, csr_matrix]:
    """Return the features of texts in small letters: their vectors, n-grams of characters, and of words."""
    return vectors, characters.transform(texts), words.transform(texts)


def _characters(vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=CHARACTERS,
        min_df=LEAST_MESSAGES,
        sublinear_tf=True,
        lowercase=False,
        vocabulary=vocabulary,
        dtype=np.float32,
    )


def _words(vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        token_pattern=WORD,
        ngram_range=WORDS,
        min_df=LEAST_MESSAGES,
        sublinear_tf=True,
        lowercase=False,
        vocabulary=vocabulary,
        dtype=np.float32,
    )


def _fit(features: csr_matrix, labels: npt.NDArray[Any]) -> Floats:
    model = LogisticRegression(C=REGULARISATION, max_iter=MOST_STEPS).fit(features, labels)
    return np.hstack([model.coef_, model.intercept_[:, None]]).astype(np.float32, order="F")


def _apply(weights: Floats, blocks: Sequence[Floats | csr_matrix]) -> Floats:
    scores, start = weights[:, -1], 0
    for block in blocks:
        end = start + block.shape[1]
        scores = scores + np.asarray(block @ weights[:, start:end].T)
        start = end
    return np.asarray(scores, dtype=np.float32)


def _stored(name: str, vectorizer: TfidfVectorizer) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    vocabulary = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    yield f"{name}_vocabulary", np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8)
    yield f"{name}_idf", vectorizer.idf_.astype(np.float32)


def _restored(
    stored: Mapping[str, npt.NDArray[Any]], name: str, make: Callable[[dict[str, int]], TfidfVectorizer]
) -> TfidfVectorizer:
    vocabulary = stored[f"{name}_vocabulary"].tobytes().decode().split("\n")
    vectorizer = make({ngram: at for at, ngram in enumerate(vocabulary)})
    vectorizer.idf_ = stored[f"{name}_idf"]
    return vectorizer
