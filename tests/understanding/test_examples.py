"""Reading the training sentences."""

from pathlib import Path

import pytest

from bot.files import ROOT, UnreadableFile, read_yaml
from bot.understanding.examples import read_examples

KITES = """
version: "3.1"
nlu:
  - intent: ask_kites
    examples: |
      - how high does it fly
      - "it" flies - how high?
      -not a sentence
  - intent: greet
    examples: |
      - hello
"""
LANTERNS = """
version: "3.1"
nlu:
  - intent: ask_lanterns
    examples: |
      - does it burn
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b_lanterns.yml").write_text(LANTERNS)
    (tmp_path / "a_kites.yml").write_text(KITES)
    (tmp_path / "notes.txt").write_text("- no sentence")
    return tmp_path


def test_sentences_are_read_with_their_intents_in_the_order_of_the_files(folder: Path) -> None:
    assert list(zip(*read_examples(folder), strict=True)) == [
        ("how high does it fly", "ask_kites"),
        ('"it" flies - how high?', "ask_kites"),
        ("hello", "greet"),
        ("does it burn", "ask_lanterns"),
    ]


def test_empty_folder_holds_no_sentence(tmp_path: Path) -> None:
    assert read_examples(tmp_path) == ([], [])


def test_unreadable_file_is_named(folder: Path) -> None:
    (folder / "c_broken.yml").write_text("nlu: [")
    with pytest.raises(UnreadableFile, match=r"c_broken\.yml"):
        read_examples(folder)


def test_shipped_sentences_cover_exactly_the_intents_of_the_domain() -> None:
    assert set(read_examples()[1]) == set(read_yaml(ROOT / "domain.yml")["intents"])


def test_shipped_sentences_are_words_without_space_around_them() -> None:
    texts, _ = read_examples()
    assert len(texts) > 3000
    assert [text for text in texts if not text or text != text.strip()] == []
