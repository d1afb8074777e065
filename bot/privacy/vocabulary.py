"""Tell how far a word is a person's name: by a list of names, and by the words that patients use for other things.

The other words are those of English and of the project's own data, read when this is built; none is listed here.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

from babel import Locale
from spacy.lang.en.stop_words import STOP_WORDS

from bot.files import DATA, read_yaml
from bot.understanding.english import read_english

NAMES = DATA / "privacy" / "names.yml"
WORDS_OF = ("words.yml", "knowledge/**/*.yml", "nlu/*.yml", "signs/*.yml", "responses/*.yml")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
OFTEN = 2  # a word that the data holds only once may be a slip or a name in small letters
CACHED_WORDS = 8192
WITHOUT_ACCENT = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae"})


class Likeness(IntEnum):
    """How far a word is a name."""

    NONE = 0  # a word of English or of the data, and no name
    UNKNOWN = 1  # neither a word nor a listed name
    DOUBTFUL = 2  # a listed name that is also an everyday word or a place: rose, may, kent
    LIKELY = 3  # a listed name that only an English word list knows too: mary
    SURE = 4  # a listed name and nothing else


@dataclass(frozen=True)
class Vocabulary:
    """Names and words, in small letters and without accents."""

    given: frozenset[str]
    family: frozenset[str]
    english: frozenset[str]
    everyday: frozenset[str]
    medical: frozenset[str]

    def likeness(self, word: str) -> Likeness:
        """Tell how far a word is a name, whatever its capitals; of several joined by hyphens, the likest counts."""
        parts = LATIN.findall(word)
        return max((self._likeness(fold(part)) for part in parts), default=Likeness.NONE)

    def is_given(self, word: str) -> bool:
        """Tell whether a word is a listed given name."""
        return any(fold(part) in self.given for part in LATIN.findall(word))

    def _likeness(self, word: str) -> Likeness:
        named = word in self.given or word in self.family
        if word in STOP_WORDS or len(word) < 2:
            return Likeness.NONE
        if word in self.everyday or word in self.medical:
            return Likeness.DOUBTFUL if named else Likeness.NONE
        if word in self.english:
            return Likeness.LIKELY if named else Likeness.NONE
        return Likeness.SURE if named else Likeness.UNKNOWN


def build_vocabulary(names_file: Path = NAMES, data: Path = DATA) -> Vocabulary:
    """Return the vocabulary of the shipped names and of the words that stand in the project's data."""
    names, english = read_yaml(names_file), read_english()
    words = Counter(word for path in _paths(data) for word in _words_of(path.read_text(encoding="utf-8")))
    everyday = {word for word, times in words.items() if times >= OFTEN}
    return Vocabulary(
        frozenset(names["given"].split()),
        frozenset(names["family"].split()),
        frozenset(map(fold, english.words)),
        frozenset(everyday | set(_places_and_days())),
        frozenset(read_yaml(data / "words.yml")["words"]),
    )


@lru_cache(CACHED_WORDS)
def fold(word: str) -> str:
    """Return a word in small letters without accents."""
    parted = unicodedata.normalize("NFKD", word.lower().translate(WITHOUT_ACCENT))
    return "".join(character for character in parted if not unicodedata.combining(character))


def _paths(data: Path) -> Iterable[Path]:
    return (path for pattern in WORDS_OF for path in data.glob(pattern))


def _words_of(text: str) -> Iterable[str]:
    return (fold(word) for word in LATIN.findall(text) if word.islower())


def _places_and_days() -> Iterable[str]:
    locale = Locale("en")
    for name in (*locale.territories.values(), *locale.languages.values()):
        yield from map(fold, LATIN.findall(name))
    for names in (locale.months, locale.days):
        for several in names["format"].values():
            yield from (fold(name) for name in several.values())
