"""Reading the training sentences, the marks in them, and what is learnt from each."""

from pathlib import Path

import pytest
from rasa.shared.nlu.training_data import entities_parser

from bot.files import DATA, ROOT, UnreadableFile, read_yaml
from bot.understanding.examples import (
    BY_HEART,
    MARK,
    Asked,
    Example,
    Unit,
    parse_marks,
    read_by_heart,
    read_examples,
    units_of,
    words_of,
)
from bot.understanding.views import View

KITES = """
version: "3.1"
nlu:
  - intent: ask_kites
    examples: |
      - how high does it fly
      - "it" flies - how high?
      - my kite is red. [how high?](asks:kites)
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


# Reading


def test_sentences_are_read_with_their_intents_in_the_order_of_the_files(folder: Path) -> None:
    assert read_examples(folder) == [
        Example("how high does it fly", "ask_kites"),
        Example('"it" flies - how high?', "ask_kites"),
        Example("my kite is red. how high?", "ask_kites", (Asked(16, 25, "kites"),)),
        Example("hello", "greet"),
        Example("does it burn", "ask_lanterns"),
    ]


def test_empty_folder_holds_no_sentence(tmp_path: Path) -> None:
    assert read_examples(tmp_path) == []


def test_unreadable_file_is_named(folder: Path) -> None:
    (folder / "c_broken.yml").write_text("nlu: [")
    with pytest.raises(UnreadableFile, match=r"c_broken\.yml"):
        read_examples(folder)


def test_shipped_sentences_cover_exactly_the_intents_of_the_domain() -> None:
    set_by_the_component = {"warning_sign", "other_language", "answer_checklist", "to_person"}
    trained = {example.intent for example in read_examples()}
    assert trained == set(read_yaml(ROOT / "domain.yml")["intents"]) - set_by_the_component


def test_shipped_sentences_are_words_without_space_around_them() -> None:
    texts = [example.text for example in read_examples()]
    assert len(texts) > 3000
    assert [text for text in texts if not text or text != text.strip()] == []


# Marks


@pytest.mark.parametrize(
    ("line", "text", "asked"),
    [
        pytest.param("how high", "how high", (), id="no mark"),
        pytest.param("[how high](asks:kites)", "how high", (Asked(0, 8, "kites"),), id="the whole"),
        pytest.param("red. [how high](asks:kites)?", "red. how high?", (Asked(5, 13, "kites"),), id="a part"),
        pytest.param(
            "[how high](asks:kites) and [is it hot](asks:lanterns)",
            "how high and is it hot",
            (Asked(0, 8, "kites"), Asked(13, 22, "lanterns")),
            id="two",
        ),
        pytest.param(
            "[how high](asks:kites)[is it hot](asks:lanterns)",
            "how highis it hot",
            (Asked(0, 8, "kites"), Asked(8, 17, "lanterns")),
            id="two without a space",
        ),
        pytest.param(
            "Does it? [how high](follows:kites)", "Does it? how high", (Asked(9, 17, "kites", True),), id="follows"
        ),
        pytest.param("\U0001fa81 [how high](asks:kites)", "\U0001fa81 how high", (Asked(2, 10, "kites"),), id="emoji"),
        pytest.param("[[how high](asks:kites)]", "[how high]", (Asked(1, 9, "kites"),), id="brackets around a mark"),
        pytest.param(
            "[so [how high](asks:kites)](asks:lanterns)",
            "[so how high](asks:lanterns)",
            (Asked(4, 12, "kites"),),
            id="a mark in a mark",
        ),
    ],
)
def test_marks_are_taken_out_of_the_text(line: str, text: str, asked: tuple[Asked, ...]) -> None:
    assert parse_marks(line, "ask_kites") == Example(text, "ask_kites", asked)


@pytest.mark.parametrize(
    "line",
    [
        "[](asks:kites)",
        "[how high]",
        "[how high] (asks:kites)",
        "[how high](kites)",
        "[how high](likes:kites)",
        "[how high](asks:)",
        "[how high](asks: kites)",
        "[how high](asks:kites",
        "how high](asks:kites)",
        "(asks:kites)",
    ],
)
def test_odd_brackets_stay_text(line: str) -> None:
    assert parse_marks(line, "ask_kites") == Example(line, "ask_kites")


def marked_lines() -> list[str]:
    return [
        line[2:]
        for path in sorted((DATA / "nlu").glob("*.yml"))
        for block in read_yaml(path)["nlu"]
        for line in block["examples"].splitlines()
        if MARK.search(line)
    ]


def test_rasa_reads_the_same_text_and_marks_from_every_marked_sentence() -> None:
    lines = marked_lines()
    assert len(lines) > 1000
    ours = [parse_marks(line, "") for line in lines]
    assert [entities_parser.replace_entities(line) for line in lines] == [example.text for example in ours]
    assert [
        [
            (entity["start"], entity["end"], entity["value"], entity["entity"])
            for entity in entities_parser.find_entities_in_training_example(line)
        ]
        for line in lines
    ] == [
        [(asked.start, asked.end, asked.topic, "follows" if asked.follows else "asks") for asked in example.asked]
        for example in ours
    ]


# What is learnt


THREE = parse_marks(
    "Red kite. [how high](asks:kites)? It is new. [is it hot](asks:lanterns), [why](asks:kites)?", "many"
)


def test_one_unit_is_learnt_for_each_thing_asked() -> None:
    examples = [Example("is it hot", "ask_lanterns"), THREE, Example("hello", "greet")]
    spans = [(asked.start, asked.end) for asked in THREE.asked]
    intents = ["ask_kites", "ask_lanterns", "ask_kites"]
    assert units_of(examples) == [
        Unit(View("is it hot"), "ask_lanterns", 0),
        *(Unit(View.of_question(THREE.text, spans, at), intent, 1) for at, intent in enumerate(intents)),
        Unit(View("hello"), "greet", 2),
    ]


def test_follow_up_is_learnt_with_the_question_before_it() -> None:
    example = parse_marks("Does it fly? [how high](follows:kites)", "ask_kites")
    assert units_of([example]) == [Unit(View("Does it fly? how high", ((13, 21),)), "ask_kites", 0)]


def test_nothing_is_learnt_from_no_sentence() -> None:
    assert units_of([]) == []


def test_sentences_known_by_heart_are_those_of_their_files() -> None:
    known = read_by_heart()
    assert set(known.values()) == BY_HEART
    assert known["stop this"] == "cancel"


def test_what_is_known_by_heart_is_not_learnt() -> None:
    assert units_of([Example("no idea", "unsure"), Example("how high", "ask_kites")]) == [
        Unit(View("how high"), "ask_kites", 1)
    ]


@pytest.mark.parametrize("text", ["Don't know", "dont know!", "  DONT   KNOW "])
def test_sentence_known_by_heart_is_told_by_its_words_alone(text: str) -> None:
    assert words_of(text) == "dont know"
