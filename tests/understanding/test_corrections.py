"""What takes back what was told begins with a word that says so."""

import pytest

from bot.understanding.corrections import corrects


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no, the 5th", True),
        ("No the 5th", True),
        ("sorry, 6 days", True),
        ("oh wait 5 March", True),
        ("actually 5 March", True),
        ("I meant 5 March", True),
        ("not 5 but 6 March", True),
        ("5 March", False),
        ("the 5th of March, sorry", False),
        ("5 March, no pain", True),
        ("November 5", False),
        ("notice that it began on 5 March", False),
        ("", False),
    ],
)
def test_message_that_takes_back_what_was_told_begins_so(text: str, expected: bool) -> None:
    assert corrects(text) is expected
