"""What is looked at of a message, and places that are found again in a text with other words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.views import Edit, Edited, Span, View

THREE = "Red kite. how high? It is new. is it hot, why?"
SPANS = [(10, 18), (31, 40), (42, 45)]


@pytest.mark.parametrize(
    ("at", "text", "asking"),
    [
        (0, "Red kite. how high? It is new. ", "how high"),
        (1, "? It is new. is it hot, ", "is it hot"),
        (2, ", why?", "why"),
    ],
)
def test_question_is_looked_at_with_what_is_told_around_it(at: int, text: str, asking: str) -> None:
    view = View.of_question(THREE, SPANS, at)
    assert (view.text, view.asking) == (text, asking)


def test_only_question_keeps_the_whole_message() -> None:
    text = "  Red kite.\n\nhow high?  It is new. "
    assert View.of_question(text, [(13, 21)], 0) == View(text, ((13, 21),))


@pytest.mark.parametrize(
    ("asks", "asking"), [((), THREE), (SPANS[:1], "how high"), (SPANS[::2], "how high why")], ids=["none", "one", "two"]
)
def test_words_that_ask_are_those_found_or_the_whole(asks: list[Span], asking: str) -> None:
    assert View(THREE, tuple(asks)).asking == asking


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ((0, 2), "My"),
        ((3, 14), "test"),
        ((5, 9), "test"),
        ((0, 6), "My test"),
        ((15, 18), "was"),
        ((19, 27), "spotting"),
        ((10, 30), "test was spotting ok"),
        ((28, 30), "ok"),
    ],
)
def test_place_is_found_again_after_two_steps(span: Span, words: str) -> None:
    corrected = Edited("My histeroscpy was spoting_ ok").edit([Edit(3, 14, "hysteroscopy"), Edit(19, 27, "spotting")])
    assert corrected.text == "My hysteroscopy was spotting ok"
    named = corrected.edit([Edit(3, 15, "test")])
    assert named.text[slice(*named.place(span))] == words


@given(
    st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5), st.text(max_size=6)), max_size=4)
)
def test_places_keep_their_order_whatever_is_changed(text: str, drawn: list[tuple[int, int, str]]) -> None:
    edits: list[Edit] = []
    for start, length, words in sorted(drawn):
        if start + length <= len(text) and start >= (edits[-1].end if edits else 0):
            edits.append(Edit(start, start + length, words))
    made = Edited(text).edit(edits)
    places = [made.place((at, at)) for at in range(len(text) + 1)]
    assert made.place((0, len(text))) == (0, len(made.text))
    assert places == sorted(places)
    assert all(0 <= start <= len(made.text) for start, _ in places)
