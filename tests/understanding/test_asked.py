"""Finding what is asked, with a finder that learnt from a dozen sentences about kites and lanterns."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.asked import AskedFinder, load_asked, train_asked
from bot.understanding.examples import Example, parse_marks

MARKED = [
    "my kite is red. [how high does it fly](asks:height)",
    "it is a red kite, [does it fly in rain](asks:rain)",
    "[how high does it fly](asks:height)? my kite is red",
    "[does it burn](asks:burning) and [how long does it burn](asks:burning)",
    "I bought a lantern. [how long does it burn](asks:burning)",
    "hello, [where do I buy a kite](asks:shop)?",
    "my lantern is old, [where do I buy a new lantern](asks:shop)",
    "[how high does it fly](asks:height)? [does it fly in rain](asks:rain)?",
    "the wind was strong. [does it burn in wind](asks:burning)",
    "I like my kite. it is new. [where do I buy a tail](asks:shop)",
    "it rained, [does a lantern burn in rain](asks:burning)? [how high does a kite fly](asks:height)?",
    "[where do I buy a lantern](asks:shop)? it is for my son",
]
EXAMPLES = [parse_marks(line, "several_questions") for line in MARKED]


def learn(examples: list[Example], folder: Path) -> AskedFinder:
    train_asked(examples, folder / "asked.crf")
    return load_asked(folder / "asked.crf")


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> AskedFinder:
    return learn(EXAMPLES, tmp_path_factory.mktemp("asked"))


def found(finder: AskedFinder, text: str) -> list[str]:
    return [text[start:end] for start, end in finder.find(text)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.text)
def test_what_was_marked_is_found_again(finder: AskedFinder, example: Example) -> None:
    assert finder.find(example.text) == [(asked.start, asked.end) for asked in example.asked]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("my lantern is red. how high does it fly", ["how high does it fly"]),
        ("how long does it burn? my lantern is new", ["how long does it burn"]),
        ("my son is two. does it burn? how high does it fly?", ["does it burn", "how high does it fly"]),
        ("MY LANTERN IS RED. HOW HIGH DOES IT FLY", ["HOW HIGH DOES IT FLY"]),
        ("  my kite is old.\n\nhow long does it burn?  ", ["how long does it burn"]),
        ("\U0001fa81 my kite is old. how long does it burn", ["how long does it burn"]),
    ],
)
def test_question_is_found_where_it_stands(finder: AskedFinder, text: str, asked: list[str]) -> None:
    assert found(finder, text) == asked


@pytest.mark.parametrize("text", ["", " ", " \n\t ", "hello", "kite"])
def test_text_that_asks_nothing_holds_no_question(finder: AskedFinder, text: str) -> None:
    assert finder.find(text) == []


@given(text=st.text(max_size=80) | st.lists(st.sampled_from(" ".join(MARKED).split()), max_size=30).map(" ".join))
def test_questions_of_any_text_lie_in_it_one_after_the_other(finder: AskedFinder, text: str) -> None:
    places = [place for span in finder.find(text) for place in span]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert all(question.strip() for question in found(finder, text))


def test_finder_needs_its_file_no_longer_once_it_is_loaded(tmp_path: Path) -> None:
    finder = learn(EXAMPLES, tmp_path)
    (tmp_path / "asked.crf").unlink()
    assert found(finder, "my kite is red. how high does it fly") == ["how high does it fly"]


def test_sentence_without_a_mark_teaches_nothing(tmp_path: Path, finder: AskedFinder) -> None:
    more = learn([*EXAMPLES, Example("how high does it fly", "ask_height")], tmp_path)
    texts = [example.text for example in EXAMPLES]
    assert [more.find(text) for text in texts] == [finder.find(text) for text in texts]


@pytest.mark.parametrize(
    "examples",
    [
        [],
        [Example("how high does it fly", "ask_height")],
        [parse_marks("does it fly? [how high](follows:height)", "ask_height")],
    ],
    ids=["no sentence", "none marked", "a follow-up alone"],
)
def test_finder_that_learnt_nothing_finds_nothing(tmp_path: Path, examples: list[Example]) -> None:
    finder = learn(examples, tmp_path)
    assert [finder.find(text) for text in ("", "how high does it fly", "my kite is red. does it fly?")] == [[], [], []]


def test_finder_that_learnt_nothing_takes_the_place_of_one_that_did(tmp_path: Path) -> None:
    learn(EXAMPLES, tmp_path)
    assert learn([], tmp_path).find(EXAMPLES[0].text) == []
