"""What a person's text may be.

Cleaned of what cannot be read, cut off from Rasa's orders, refused when empty or too long.
"""

import re
import unicodedata

MOST_CHARACTERS = 2000
MOST_MARKS_IN_A_ROW = 32
MARKS_IN_A_ROW = re.compile(rf"(?:[^\w\s]|_){{{MOST_MARKS_IN_A_ROW + 1},}}")  # takes a tokenizer time by their square
KEPT_CONTROLS = "\n\t"
DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
ORDER_MARK = "/"


class EmptyMessage(Exception):
    """A message in which nothing can be read."""


class LongMessage(Exception):
    """A message that is longer than the door takes."""


def clean(text: str) -> str:
    """Return the text as it is passed on: NFC, without control and invisible characters, never an order to Rasa.

    Raises:
        EmptyMessage: nothing is left to read.
        LongMessage: more than `MOST_CHARACTERS` characters.
    """
    if len(text) > MOST_CHARACTERS:
        raise LongMessage(f"{len(text)} characters; at most {MOST_CHARACTERS} are taken")
    told = readable(text).strip()
    while told.startswith(ORDER_MARK):
        told = told.lstrip(ORDER_MARK).lstrip()
    if not told:
        raise EmptyMessage("there is nothing to read in the message")
    return told


def readable(text: str) -> str:
    """Return a text in NFC, without control and invisible characters; of a long row of marks only the first ones."""
    seen = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if character in KEPT_CONTROLS or unicodedata.category(character) not in DROPPED
    )
    return MARKS_IN_A_ROW.sub(lambda marks: marks[0][:MOST_MARKS_IN_A_ROW], seen)
