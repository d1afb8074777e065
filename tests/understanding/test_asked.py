"""The part of a message that asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.asked import asked_part


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Does it fly?", "Does it fly?"),
        ("My kite is red. Does it fly?", "Does it fly?"),
        ("Does it fly? My kite is red.", "Does it fly?"),
        ("My kite is red! Does it fly? It is new. And how high?", "Does it fly? And how high?"),
        ("My kite is red. how high does it fly", "how high does it fly"),
        ("My kite is red, so can it fly", "so can it fly"),
        ("My kite is red - does it fly?", "does it fly?"),
        ("My kite is red\nI wonder how it flies", "I wonder how it flies"),
        ("My kite is red. It is new.", "It is new."),
        ("kite", "kite"),
        ("", ""),
        (" \n ", " \n "),
        ("?", "?"),
    ],
)
def test_asked_part_leaves_the_story_out(text: str, asked: str) -> None:
    assert asked_part(text) == asked


@given(text=st.text(max_size=200))
def test_asked_part_of_a_text_with_words_is_never_empty(text: str) -> None:
    assert asked_part(text).strip() or not text.strip()
