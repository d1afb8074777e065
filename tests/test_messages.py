"""What a patient's text may be: cleaned, cut off from orders, refused when empty or too long."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.messages import MOST_CHARACTERS, MOST_MARKS_IN_A_ROW, EmptyMessage, LongMessage, clean

any_text = st.text(st.characters(exclude_categories=()), max_size=80)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Does it hurt?", "Does it hurt?"),
        ("  Does it hurt?\n", "Does it hurt?"),
        ("one\ntwo\tthree", "one\ntwo\tthree"),
        ("one\r\ntwo", "one\ntwo"),
        ("on\u00ade", "one"),
        ("o\x00n\x1fe\x7f", "one"),
        ("\ufeffone", "one"),
        ("o\ue000ne", "one"),
        ("o\ufffene", "one"),
        ("one\ud83d", "one"),
        ("e\u0301te\u0301", "\u00e9t\u00e9"),
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\U0001f52c"),
        ("/greet", "greet"),
        ("either/or", "either/or"),
        ("x" * MOST_CHARACTERS, "x" * MOST_CHARACTERS),
        ("why" + "?" * 500 + " now", "why" + "?" * MOST_MARKS_IN_A_ROW + " now"),
        ("_-" * 400, "_-" * (MOST_MARKS_IN_A_ROW // 2)),
        ("on 05.12. or 06.12. ...", "on 05.12. or 06.12. ..."),
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_clean_returns_the_readable_text(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\x00", "\u200b\u200d", "\ud800", "/", "/ / /", "\u3000"], ids=ascii)
def test_clean_refuses_a_text_in_which_nothing_can_be_read(text: str) -> None:
    with pytest.raises(EmptyMessage):
        clean(text)


def test_clean_refuses_a_text_that_is_too_long_and_says_how_long() -> None:
    with pytest.raises(LongMessage, match=rf"{MOST_CHARACTERS + 1} characters"):
        clean("x" * (MOST_CHARACTERS + 1))


@given(text=any_text)
def test_cleaned_text_is_clean(text: str) -> None:
    try:
        cleaned = clean(text)
    except EmptyMessage:
        assume(False)
    assert clean(cleaned) == cleaned


@given(text=any_text)
def test_cleaned_text_can_be_encoded(text: str) -> None:
    try:
        assert clean(text).encode()
    except EmptyMessage:
        assume(False)
