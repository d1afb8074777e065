"""Cut sentences out of a message, or all others. Nothing else goes in here."""

import re
from collections.abc import Iterable, Iterator

SENTENCE = re.compile(r"[^.?!;\n]*(?:[.](?=\d)[^.?!;\n]*)*[.?!;\n]*")


def without_sentences(text: str, places: Iterable[tuple[int, int]]) -> str:
    """Return a text with spaces for the sentences that touch places in it, as long as before. Units: characters."""
    return "".join(" " * len(sentence) if touches else sentence for sentence, touches in _sentences(text, places))


def only_sentences(text: str, places: Iterable[tuple[int, int]]) -> str:
    """Return the sentences of a text that touch places in it. Units: characters."""
    return " ".join(sentence.strip() for sentence, touches in _sentences(text, places) if touches)


def _sentences(text: str, places: Iterable[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    places = list(places)
    for sentence in SENTENCE.finditer(text):
        yield sentence[0], any(start < sentence.end() and sentence.start() < end for start, end in places)
