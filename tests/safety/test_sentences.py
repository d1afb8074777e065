"""Cutting sentences out of a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.sentences import only_sentences, without_sentences


@pytest.mark.parametrize(
    ("text", "cut", "left"),
    [
        pytest.param("The kite burns. How long?", "kite", "How long?", id="first"),
        pytest.param("How long? The kite burns.", "kite", "How long?", id="last"),
        pytest.param("How long? The kite burns. Why?", "burns", "How long? Why?", id="middle"),
        pytest.param("The kite is 38.5 high. Why?", "kite", "Why?", id="point inside a number"),
        pytest.param("The kite burns; why?", "kite", "why?", id="semicolon"),
        pytest.param("one\nkite\ntwo", "kite", "one\ntwo", id="lines"),
        pytest.param("Hm...! Why?", "Hm", "Why?", id="several marks"),
        pytest.param("The kite burns, how long?", "kite", "", id="a comma ends no sentence"),
        pytest.param("The kite burns", "burns", "", id="nothing left"),
        pytest.param("One. Two. Three.", "One. Two", "Three.", id="place across two"),
    ],
)
def test_sentence_with_a_place_is_cut(text: str, cut: str, left: str) -> None:
    start = text.index(cut)
    assert without_sentences(text, [(start, start + len(cut))]).split() == left.split()


def test_sentence_of_each_place_is_cut() -> None:
    text = "Red. Blue. Green. Black."
    places = [(text.index(word), text.index(word) + 1) for word in ("Red", "Green")]
    assert without_sentences(text, places).split() == ["Blue.", "Black."]


@given(text=st.text())
def test_text_without_places_is_left_alone(text: str) -> None:
    assert without_sentences(text, []).strip() == text.strip()


@given(text=st.text(alphabet="ab.?!;\n3", min_size=1, max_size=40), data=st.data())
def test_cut_place_is_gone_and_nothing_is_added(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    left = without_sentences(text, [(start, start + 1)]).replace(" ", "")
    rest = iter(text)
    assert all(letter in rest for letter in left)
    assert len(left) < len(text)


def test_only_the_sentences_that_are_touched_are_left() -> None:
    text = "Red? Blue burns. Green! It is 38.5 now"
    assert only_sentences(text, [(text.index("burns"), text.index("burns") + 5), (text.index("38"), len(text))]) == (
        "Blue burns. It is 38.5 now"
    )
    assert only_sentences(text, []) == ""
