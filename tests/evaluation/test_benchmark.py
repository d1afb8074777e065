"""Measuring other people's labelled sentences: files read and refused, what is learnt of them, how it is counted."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.evaluation.benchmark import (
    AS_FIRST_TOPIC,
    OUT_LABEL,
    SHIPPED,
    Answered,
    BadBenchmark,
    Benchmark,
    Row,
    Share,
    answer,
    background,
    examples_of,
    figures,
    main,
    printed,
    read_benchmark,
    read_gate,
    read_rows,
    topics_of,
    unknown_labels,
)
from bot.files import ROOT, read_yaml
from bot.understanding.embed import Stretch, Stretches, Vectors
from bot.understanding.examples import OUT_OF_SCOPE, Example, read_examples, units_of
from bot.understanding.gate import SIGNALS, Gate
from bot.understanding.understand import Understanding, build_understanding

HEAD = "sentence,label"
KITES = [f"how high does the {colour} kite fly" for colour in ("red", "blue", "green", "black", "white", "grey")]
LAMPS = [f"how long will a {colour} lantern burn" for colour in ("red", "blue", "green", "black", "white", "grey")]
TRAIN = [HEAD, *(f'"{text}",KITES / HEIGHT' for text in KITES), *(f'"{text}",LAMPS' for text in LAMPS)]
TEST = [HEAD, "how high will my kite fly,KITES / HEIGHT", '"lantern, how long?",LAMPS', f"zzz qqq,{OUT_LABEL}"]
SHIPPED_EXAMPLES = [
    *(Example(f"topic {number}", "ask_snow") for number in range(90)),
    *(Example(f"outside {number}", OUT_OF_SCOPE) for number in range(10)),
]
OPEN_GATE = Gate(weights=(0.0,) * len(SIGNALS), bias=0.0, least_in_scope=0.0, least_topic=0.0)
SHUT_GATE = Gate(weights=(0.0,) * len(SIGNALS), bias=0.0, least_in_scope=1.0, least_topic=0.0)
UNSURE_GATE = Gate(weights=(0.0,) * len(SIGNALS), bias=0.0, least_in_scope=0.0, least_topic=1.1)


class LetterEncoder:
    """Stands in for the trained encoder: counts letters."""

    def encode_parts(self, texts: Sequence[tuple[str, Stretches]]) -> list[Vectors]:
        """Return one unit vector for each stretch of each text."""
        return [np.array([_letters(text, one) for one in stretches]) for text, stretches in texts]


def _letters(text: str, stretch: Stretch) -> Vectors:
    told = " ".join(text[start:end] for start, end in stretch) or text
    counts = np.array([told.lower().count(chr(97 + at)) for at in range(26)] + [1])
    return np.asarray(counts / np.linalg.norm(counts), dtype=np.float32)


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    encoder: Any = LetterEncoder()
    return replace(build_understanding(encoder), known_questions={"how high will my kite fly": "ask_snow"})


def write(folder: Path, train: Sequence[str] = TRAIN, test: Sequence[str] = TEST) -> Path:
    """Return a folder with the two files."""
    folder.mkdir(exist_ok=True)
    for name, lines in (("train.csv", train), ("test.csv", test)):
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def read(folder: Path, out: str = OUT_LABEL) -> Benchmark:
    return read_benchmark(folder, out, SHIPPED_EXAMPLES)


def answered(label: str, said: str | None, first_topic: str | None = None) -> Answered:
    return Answered("?", label, said, first_topic or said, 0.5)


def test_quoted_sentences_and_columns_in_any_order_are_read(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text('label,id,sentence\nA B,1,"one, ""two""\nthree"\n é ,2, caf\u00e9\n', encoding="utf-8-sig")
    assert read_rows(path) == [Row('one, "two"\nthree', "A B"), Row(" caf\u00e9", "é")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "has no column sentence and no column label"),
        (b"sentence,intent\nkites,A\n", "has no column label"),
        (b"sentence,label\n", "holds no row"),
        (b"sentence,label\nkites\n", "line 2: has no label"),
        (b"sentence,label\nkites,A\n  ,A\n", "line 3: has no sentence"),
        (b"sentence,label\n,\n", "line 2: has no sentence and no label"),
        (b"sentence,label\nkites, high,A\n", "line 2: has ['A'] beyond the last column"),
        (b'sentence,label\n"kites,A\n', "line 1: unexpected end of data"),
        (b"sentence,label\ncaf\xe9,A\n", "byte 18 is not UTF-8"),
    ],
)
def test_bad_file_is_refused_with_what_was_expected(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "train.csv"
    path.write_bytes(content)
    with pytest.raises(BadBenchmark) as caught:
        read_rows(path)
    assert str(caught.value).startswith(f"{path}: {problem}")
    assert "expected a quoted CSV in UTF-8 with the columns sentence and label" in str(caught.value)


def test_every_bad_line_of_both_files_is_named_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path, train=[HEAD, "kites", "lamps,A", ",B"], test=["sentence"])
    with pytest.raises(BadBenchmark) as caught:
        read(folder)
    assert [line.split(": ")[:2] for line in str(caught.value).splitlines()] == [
        [str(folder / "train.csv"), "line 2"],
        [str(folder / "train.csv"), "line 4"],
        [str(folder / "test.csv"), "has no column label; expected a quoted CSV in UTF-8 with the columns"
         " sentence and label"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("train", "found"),
    [([HEAD, "a,A", "b,A"], "found A"), ([HEAD, f"a,{OUT_LABEL}"], "found none")],
)
def test_fewer_than_two_labels_are_refused(tmp_path: Path, train: list[str], found: str) -> None:
    with pytest.raises(BadBenchmark, match=f"at least 2 labels besides {OUT_LABEL}, {found}"):
        read(write(tmp_path, train=train))


@pytest.mark.parametrize("missing", ["train.csv", "test.csv"])
def test_missing_file_ends_with_code_2_and_leaves_nothing(
    tmp_path: Path, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write(tmp_path / "kites")
    (folder / missing).unlink()
    assert main([str(folder)], tmp_path / "results") == 2
    assert f"{folder / missing}: cannot be read: No such file" in caplog.text
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"]])
def test_wrong_arguments_end_with_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_background_is_as_large_a_part_as_in_the_shipped_data() -> None:
    found = background(45, SHIPPED_EXAMPLES)
    assert found == ["outside 0", "outside 2", "outside 4", "outside 6", "outside 8"]
    assert len(found) / (len(found) + 45) == pytest.approx(10 / 100)


@pytest.mark.parametrize(("sentences", "wanted"), [(1, 1), (9, 1), (18, 2), (90, 10), (9000, 10)])
def test_background_is_never_empty_nor_more_than_there_is(sentences: int, wanted: int) -> None:
    assert len(background(sentences, SHIPPED_EXAMPLES)) == wanted


def test_own_sentences_out_of_scope_leave_no_place_for_background(tmp_path: Path) -> None:
    benchmark = read(write(tmp_path, train=[*TRAIN, "zzz,nothing"]), out="nothing")
    assert benchmark.background == []
    assert benchmark.labels == ["KITES / HEIGHT", "LAMPS"]
    assert examples_of(benchmark, topics_of(benchmark.labels))[-1] == Example("zzz", OUT_OF_SCOPE)


def test_labels_get_safe_names_that_differ() -> None:
    found = topics_of(["A/B", "a b", "A-B!", "Été", "???", "a_b_2"])
    assert found == {"A/B": "a_b", "a b": "a_b_2", "A-B!": "a_b_3", "Été": "été", "???": "label", "a_b_2": "a_b_2_2"}


def test_each_sentence_is_learnt_as_one_question_of_its_label(tmp_path: Path) -> None:
    benchmark = read(write(tmp_path))
    units = units_of(examples_of(benchmark, topics_of(benchmark.labels)))
    assert [unit.view.text for unit in units] == [*KITES, *LAMPS, *benchmark.background]
    assert [unit.intent for unit in units] == ["ask_kites_height"] * 6 + ["ask_lamps"] * 6 + [OUT_OF_SCOPE]


def test_label_that_is_never_learnt_is_told(tmp_path: Path) -> None:
    benchmark = read(write(tmp_path, test=[*TEST, "snow,SNOW"]))
    assert unknown_labels(benchmark) == [
        "test.csv: no training sentence has the label SNOW; counted as never found"
    ]  # fmt: skip


def test_shipped_gate_is_the_one_of_the_pipeline() -> None:
    written = read_yaml(ROOT / "config.yml")["pipeline"][0]["gate"]
    gate = read_gate()
    assert gate.weights == tuple(written["weights"][name] for name in SIGNALS)
    assert gate.least_in_scope == written["least_in_scope"]


def test_topics_are_answered_with_their_labels(tmp_path: Path, understanding: Understanding) -> None:
    found = answer(read(write(tmp_path)), understanding, OPEN_GATE)
    assert [one.said for one in found[:2]] == ["KITES / HEIGHT", "LAMPS"]


def test_rejected_sentence_has_no_answer(tmp_path: Path, understanding: Understanding) -> None:
    found = answer(read(write(tmp_path)), understanding, SHUT_GATE)
    assert [(one.said, one.first_topic) for one in found] == [(None, None)] * 3


def test_did_you_mean_has_no_answer_and_a_first_topic(tmp_path: Path, understanding: Understanding) -> None:
    found = answer(read(write(tmp_path)), understanding, UNSURE_GATE)
    assert [one.said for one in found] == [None] * 3
    assert [one.first_topic for one in found[:2]] == ["KITES / HEIGHT", "LAMPS"]


def test_name_of_a_procedure_alone_is_no_answer(tmp_path: Path, understanding: Understanding) -> None:
    (found,) = answer(read(write(tmp_path, test=[HEAD, "HSG,LAMPS"])), understanding, OPEN_GATE)
    assert (found.said, found.first_topic) == (None, None)


def test_what_cannot_be_learnt_is_refused(tmp_path: Path, understanding: Understanding) -> None:
    with pytest.raises(BadBenchmark, match=r"train\.csv: cannot be learnt from: "):
        answer(read(write(tmp_path, train=[HEAD, "abc,A", "xyz,B"])), understanding, OPEN_GATE)


def test_test_labels_are_not_looked_at(tmp_path: Path, understanding: Understanding) -> None:
    one = answer(read(write(tmp_path / "one")), understanding, read_gate())
    swapped = [line.replace("LAMPS", "KITES / HEIGHT").replace(OUT_LABEL, "LAMPS") for line in TEST]
    other = answer(read(write(tmp_path / "other", test=swapped)), understanding, read_gate())
    assert [(a.said, a.confidence) for a in one] == [(a.said, a.confidence) for a in other]


def test_did_you_mean_is_counted_both_ways() -> None:
    found = figures(
        [
            answered("A", "A"),
            answered("A", "B"),
            answered("B", None, "B"),
            answered("B", None),
            answered("out", None),
            answered("out", None, "A"),
            answered("out", "A"),
        ],
        "out",
    )
    one, other = found[SHIPPED], found[AS_FIRST_TOPIC]
    assert (one.overall, one.in_scope, one.out_of_scope) == (Share(3, 7), Share(1, 4), Share(2, 3))
    assert (other.overall, other.in_scope, other.out_of_scope) == (Share(3, 7), Share(2, 4), Share(1, 3))


def test_share_of_nothing_is_told_as_none(tmp_path: Path) -> None:
    benchmark = read(write(tmp_path, test=TEST[:2]))
    told = printed(benchmark, [answered("KITES / HEIGHT", "KITES / HEIGHT")])
    assert figures([answered("A", "A")], "out")[SHIPPED].out_of_scope.value is None
    assert "overall accuracy       100.0%   1 of 1" in told
    assert "out-of-scope recall      none   0 of 0" in told


def test_run_with_the_shipped_encoder_prints_and_keeps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    folder = write(tmp_path / "kites and lamps", test=[*TEST, "is it snowing,SNOW"])
    with caplog.at_level(logging.WARNING):
        assert main([str(folder)], tmp_path / "results") == 0
    told = capsys.readouterr().out
    own = len(read_benchmark(folder, OUT_LABEL, read_examples()).background)
    assert own
    assert (
        f"learnt 12 sentences of 2 labels and {own} of the assistant's own out of scope; scored 4, of which 1" in told
    )
    assert "no training sentence has the label SNOW" in caplog.text
    (path,) = (tmp_path / "results").iterdir()
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "benchmark-kites and lamps.json"
    assert kept["figures"][AS_FIRST_TOPIC]["in_scope"]["of"] == 3
    assert [one["label"] for one in kept["answers"]] == ["KITES / HEIGHT", "LAMPS", OUT_LABEL, "SNOW"]
