"""Measure understanding on somebody else's labelled sentences: `make benchmark-nlu DATA=FOLDER`.

The shipped pipeline learns the folder's `train.csv` and is scored on its `test.csv`, with the gate of `config.yml` as
it stands. Nothing is chosen here by looking at a test label, and nothing of the assistant's own topics is used; only
where the folder has no sentence that is out of scope, the assistant's own ones stand in.
"""

import argparse
import csv
import json
import logging
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bot.evaluation.show import share
from bot.files import ROOT, read_yaml
from bot.settings import read_settings
from bot.understanding.embed import load_encoder
from bot.understanding.examples import OUT_OF_SCOPE, TOPIC_PREFIX, Asked, Example, read_examples
from bot.understanding.gate import SIGNALS, UNCLEAR, Gate
from bot.understanding.understand import Understanding, build_understanding, load_reader, train_reader

RESULTS = ROOT / "results"
TRAIN, TEST = "train.csv", "test.csv"
COLUMNS = ("sentence", "label")
OUT_LABEL = "NO_NODES_DETECTED"
LEAST_LABELS = 2
EXPECTED = f"expected a quoted CSV in UTF-8 with the columns {' and '.join(COLUMNS)}"
SHIPPED, AS_FIRST_TOPIC = "did-you-mean is no answer", "did-you-mean counts as its first topic"
log = logging.getLogger("benchmark")


class BadBenchmark(Exception):
    """A folder that cannot be measured; the message names each file and line, what was found and what was expected."""


@dataclass(frozen=True)
class Row:
    """A sentence and its label."""

    sentence: str
    label: str


@dataclass(frozen=True)
class Answered:
    """What was said to a sentence: a label, or none where it was rejected, or where the topic would be asked back.

    `first_topic` is the label that a did-you-mean offers first; where there is none, the same as `said`.
    """

    sentence: str
    label: str
    said: str | None
    first_topic: str | None
    confidence: float


@dataclass(frozen=True)
class Share:
    """How many sentences are right, of how many."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """The share that is right; none of nothing."""
        return self.right / self.of if self.of else None


@dataclass(frozen=True)
class Figures:
    """What counts, for one way of counting a did-you-mean. Out of scope is right where it is not answered."""

    overall: Share
    in_scope: Share
    out_of_scope: Share


@dataclass(frozen=True)
class Benchmark:
    """A folder that can be measured. `background` are sentences out of scope that stand in where it has none."""

    name: str
    train: list[Row]
    test: list[Row]
    out: str
    background: list[str]

    @property
    def labels(self) -> list[str]:
        """The labels that can be answered, in a fixed order."""
        return sorted({row.label for row in self.train} - {self.out})


def main(arguments: Sequence[str] | None = None, results: Path = RESULTS) -> int:
    """Measure a folder; return 0, or 2 when it cannot be used."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(prog="python -m bot.evaluation.benchmark", description="Measure another data set.")
    parser.add_argument("folder", type=Path, help=f"holds {TRAIN} and {TEST}, each with the columns sentence, label")
    parser.add_argument("out", nargs="?", default=OUT_LABEL, help=f"the label of what is out of scope: {OUT_LABEL}")
    given = parser.parse_args(arguments)
    try:
        benchmark = read_benchmark(given.folder, given.out)
        for problem in unknown_labels(benchmark):
            log.warning("%s", problem)
        encoder = load_encoder(read_settings().encoder_folder, threads=2)
        answered = answer(benchmark, build_understanding(encoder), read_gate())
    except BadBenchmark as error:
        log.error("%s", error)
        return 2
    sys.stdout.write(printed(benchmark, answered))
    sys.stdout.write(f"written to {keep(benchmark, answered, results)}\n")
    return 0


def read_benchmark(folder: Path, out: str = OUT_LABEL, shipped: Sequence[Example] | None = None) -> Benchmark:
    """Return what a folder holds; `shipped` are the assistant's own training sentences.

    Raises:
        BadBenchmark: a file is missing or has lines that are not as expected, or nothing can be learnt or measured.
    """
    found: list[list[Row]] = []
    problems: list[str] = []
    for path in (folder / TRAIN, folder / TEST):
        try:
            found.append(read_rows(path))
        except BadBenchmark as error:
            problems.append(str(error))
    if problems:
        raise BadBenchmark("\n".join(problems))
    train, test = found
    labels = {row.label for row in train} - {out}
    if len(labels) < LEAST_LABELS:
        names = ", ".join(sorted(labels)) or "none"
        raise BadBenchmark(f"{folder / TRAIN}: expected at least {LEAST_LABELS} labels besides {out}, found {names}")
    has_own = any(row.label == out for row in train)
    own = [] if has_own else background(len(train), read_examples() if shipped is None else shipped)
    return Benchmark(folder.resolve().name, train, test, out, own)


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file.

    Raises:
        BadBenchmark: the file cannot be read, holds no row, or has rows that are not as expected; all are named.
    """
    rows, problems = [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines, strict=True)
            if missing := [name for name in COLUMNS if name not in (table.fieldnames or ())]:
                raise BadBenchmark(f"{path}: has no column {' and no column '.join(missing)}; {EXPECTED}")
            for found in table:
                problem = _problem(found)
                if problem:
                    problems.append(f"{path}: line {table.line_num}: {problem}; {EXPECTED}")
                else:
                    rows.append(Row(found["sentence"], found["label"].strip()))
    except OSError as error:
        raise BadBenchmark(f"{path}: cannot be read: {error.strerror}; {EXPECTED}") from error
    except UnicodeDecodeError as error:
        raise BadBenchmark(f"{path}: byte {error.start} is not UTF-8; {EXPECTED}") from error
    except csv.Error as error:
        raise BadBenchmark(f"{path}: line {table.line_num}: {error}; {EXPECTED}") from error
    if not rows and not problems:
        problems.append(f"{path}: holds no row; {EXPECTED}")
    if problems:
        raise BadBenchmark("\n".join(problems))
    return rows


def _problem(found: Mapping[str | None, str | list[str] | None]) -> str:
    """Return what is wrong with a row of a table, or nothing."""
    if None in found:
        return f"has {found[None]!r} beyond the last column"
    empty = [name for name in COLUMNS if not str(found[name] or "").strip()]
    return f"has no {' and no '.join(empty)}" if empty else ""


def background(sentences: int, shipped: Sequence[Example]) -> list[str]:
    """Return shipped sentences out of scope, as large a part of a training set as they are of the shipped one.

    They are taken from the whole list at even steps, so that the same set always gets the same ones.
    """
    found = [example.text for example in shipped if example.intent == OUT_OF_SCOPE]
    wanted = min(len(found), max(1, round(sentences * len(found) / (len(shipped) - len(found)))))
    return [found[at * len(found) // wanted] for at in range(wanted)]


def unknown_labels(benchmark: Benchmark) -> list[str]:
    """Return a sentence for each label of the test set that no training sentence has."""
    known = {benchmark.out, *benchmark.labels}
    return [
        f"{TEST}: no training sentence has the label {label}; counted as never found"
        for label in sorted({row.label for row in benchmark.test} - known)
    ]


def topics_of(labels: Iterable[str]) -> dict[str, str]:
    """Return for each label a name of letters, digits and underscores, each another one."""
    names: dict[str, str] = {}
    for label in labels:
        safe = re.sub(r"\W+", "_", label).strip("_").lower() or "label"
        taken = set(names.values())
        names[label] = next(name for name in _numbered(safe, len(taken)) if name not in taken)
    return names


def _numbered(name: str, others: int) -> Iterable[str]:
    return name, *(f"{name}_{number}" for number in range(2, others + 3))


def examples_of(benchmark: Benchmark, topics: Mapping[str, str]) -> list[Example]:
    """Return what is learnt. A labelled sentence asks one thing, and all of it asks: such sets mark no parts."""
    examples = [
        Example(row.sentence, TOPIC_PREFIX + topics[row.label], (Asked(0, len(row.sentence), topics[row.label]),))
        if row.label in topics
        else Example(row.sentence, OUT_OF_SCOPE)
        for row in benchmark.train
    ]
    return [*examples, *(Example(sentence, OUT_OF_SCOPE) for sentence in benchmark.background)]


def read_gate(config: Path = ROOT / "config.yml") -> Gate:
    """Return the shipped gate."""
    (written,) = (dict(part["gate"]) for part in read_yaml(config)["pipeline"] if "gate" in part)
    weights = written.pop("weights")
    return Gate(weights=tuple(float(weights[name]) for name in SIGNALS), **written)


def answer(benchmark: Benchmark, understanding: Understanding, gate: Gate) -> list[Answered]:
    """Learn the training sentences, and return what is said to each test sentence.

    The questions on the assistant's own buttons, and when its own topics matter, are no part of another set.

    Raises:
        BadBenchmark: the training sentences are too few to learn from.
    """
    topics = topics_of(benchmark.labels)
    labels = {TOPIC_PREFIX + topic: label for label, topic in topics.items()}
    bare = replace(understanding, known_questions={}, phases={})
    with tempfile.TemporaryDirectory() as name:
        try:
            train_reader(bare, examples_of(benchmark, topics), Path(name))
        except ValueError as error:
            raise BadBenchmark(f"{TRAIN}: cannot be learnt from: {error}") from error
        reader = load_reader(bare, Path(name), gate)
    answered = []
    for row in benchmark.test:
        first = reader.read(row.sentence).questions[0]
        said = labels.get(first.intent)
        offered = labels.get(first.topic_intents[0]) if first.intent == UNCLEAR else said
        answered.append(Answered(row.sentence, row.label, said, offered, round(first.ranking[0][1], 4)))
    return answered


def figures(answered: Sequence[Answered], out: str) -> dict[str, Figures]:
    """Return the figures, counted both ways."""
    return {
        SHIPPED: _figures([(one.label, one.said) for one in answered], out),
        AS_FIRST_TOPIC: _figures([(one.label, one.first_topic) for one in answered], out),
    }


def _figures(pairs: Sequence[tuple[str, str | None]], out: str) -> Figures:
    inside = [label == said for label, said in pairs if label != out]
    outside = [said is None for label, said in pairs if label == out]
    return Figures(*(Share(sum(right), len(right)) for right in ([*inside, *outside], inside, outside)))


def printed(benchmark: Benchmark, answered: Sequence[Answered]) -> str:
    """Return the lines that tell what was measured."""
    added = f" and {len(benchmark.background)} of the assistant's own out of scope" if benchmark.background else ""
    lines = [
        f"{benchmark.name}: learnt {len(benchmark.train)} sentences of {len(benchmark.labels)} labels{added}; "
        f"scored {len(benchmark.test)}, of which {sum(row.label == benchmark.out for row in benchmark.test)} "
        f"are out of scope ({benchmark.out})"
    ]
    for way, found in figures(answered, benchmark.out).items():
        lines.append(f"\n  {way}")
        for name, one in (
            ("overall accuracy", found.overall),
            ("in-scope accuracy", found.in_scope),
            ("out-of-scope recall", found.out_of_scope),
        ):
            value = "none" if one.value is None else share(one.value)
            lines.append(f"    {name:<22}{value:>7}   {one.right} of {one.of}")
    asked_back = sum(one.said != one.first_topic for one in answered)
    return "\n".join([*lines, f"\n  did-you-mean: {asked_back} of {len(answered)}\n"])


def keep(benchmark: Benchmark, answered: Sequence[Answered], results: Path) -> Path:
    """Write the figures and every answer into a folder and return the file."""
    results.mkdir(parents=True, exist_ok=True)
    path = results / f"benchmark-{benchmark.name}.json"
    found = {
        "out_of_scope_label": benchmark.out,
        "training_sentences": len(benchmark.train),
        "background_sentences": len(benchmark.background),
        "labels": benchmark.labels,
        "figures": {
            way: {name: one | {"value": getattr(found, name).value} for name, one in asdict(found).items()}
            for way, found in figures(answered, benchmark.out).items()
        },
        "answers": [asdict(one) for one in answered],
    }
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
