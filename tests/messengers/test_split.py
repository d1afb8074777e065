"""Splitting: pieces fit, nothing is lost, an address is whole."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messengers.split import size, split

ADDRESS = "https://chat.clinic.example/calendar/eyJwIjoiaHNnIn0.abc-_def.ics"


@pytest.mark.parametrize(
    ("text", "most", "pieces"),
    [
        ("short", 10, ["short"]),
        ("  ", 10, []),
        ("one two\n\nthree four", 12, ["one two", "three four"]),
        ("One two. Three four.", 12, ["One two.", "Three four."]),
        ("one two three four", 12, ["one two", "three four"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("检查前。检查后。", 5, ["检查前。", "检查后。"]),
        ("One. Two three four\nfive", 20, ["One. Two three four", "five"]),
    ],
)
def test_text_is_split_at_the_best_place(text: str, most: int, pieces: list[str]) -> None:
    assert split(text, most) == pieces


def test_address_is_never_split() -> None:
    text = f"{'word ' * 20}{ADDRESS} {'word ' * 20}"
    pieces = split(text, size(ADDRESS) + 10)
    assert [piece for piece in pieces if ADDRESS in piece]


def test_address_behind_a_long_word_is_never_split() -> None:
    pieces = split(f"{'x' * 60}:{ADDRESS}", 80)
    assert pieces == ["x" * 60 + ":", ADDRESS]


def test_address_that_is_longer_than_a_piece_is_left_out() -> None:
    assert split(f"Here: {ADDRESS} Bye.", 30) == ["Here:  Bye."]


def test_characters_outside_the_basic_plane_count_twice() -> None:
    assert split("🙂🙂🙂", 4) == ["🙂🙂", "🙂"]


texts = st.text(alphabet=st.sampled_from("ab .!?\n。é🙂"), max_size=400)


@settings(deadline=None, max_examples=200)
@given(texts, st.integers(min_value=2, max_value=60))
def test_pieces_fit_are_not_empty_and_lose_nothing(text: str, most: int) -> None:
    pieces = split(text, most)
    assert all(0 < size(piece) <= most for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)
