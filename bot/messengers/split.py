"""Split a text into pieces that a messenger takes: at a paragraph, else a sentence, else a word, never in an address.

Lengths are UTF-16 code units, which no messenger counts more of than this.
"""

import re

ADDRESS = re.compile(r"https?://[!-~]+")
BOUNDARIES = (
    re.compile(r"\n\s*"),
    re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])\s*"),  # noqa: RUF001  (Chinese marks)
    re.compile(r"\s+"),
)
LEAST_SHARE = 4  # a boundary in the first quarter would leave a piece too short to be worth a message


def size(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def split(text: str, most: int) -> list[str]:
    """Return the pieces of a text, none empty and none longer than `most`. An address that is longer is left out."""
    left = ADDRESS.sub(lambda found: found[0] if size(found[0]) <= most else "", text).strip()
    pieces: list[str] = []
    while size(left) > most:
        cut = _cut(left, most)
        pieces.append(left[:cut].rstrip())
        left = left[cut:].lstrip()
    return [piece for piece in (*pieces, left) if piece]


def _cut(text: str, most: int) -> int:
    """Return where the first piece of a text ends."""
    window = _window(text, most)
    for boundary in BOUNDARIES:
        ends = [found.start() for found in boundary.finditer(text, 0, window + 1)]
        cuts = [end for end in ends if window // LEAST_SHARE < end <= window]
        if cuts:
            return cuts[-1]
    inside = next((found for found in ADDRESS.finditer(text) if found.start() < window < found.end()), None)
    return inside.start() if inside and inside.start() else window


def _window(text: str, most: int) -> int:
    """Return how many characters of a text fit."""
    units = 0
    for number, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > most:
            return number
    return len(text)
