"""Cut sentences out of a message. Nothing else goes in here."""

import re
from collections.abc import Iterable

SENTENCE = re.compile(r"[^.?!;\n]*(?:[.](?=\d)[^.?!;\n]*)*[.?!;\n]*")


def without_sentences(text: str, places: Iterable[tuple[int, int]]) -> str:
    """Return a text with spaces for the sentences that touch places in it, as long as before. Units: characters."""
    places = list(places)
    return "".join(
        " " * len(sentence[0])
        if any(start < sentence.end() and sentence.start() < end for start, end in places)
        else sentence[0]
        for sentence in SENTENCE.finditer(text)
    )
