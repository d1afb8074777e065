"""Tell how far a word is a person's name: by a list of names, and by the words that patients use for other things.

The other words are those of English and of the project's own data, read when this is built; none is listed here.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from zoneinfo import available_timezones

from babel import Locale
from rapidfuzz.distance import OSA
from spacy.lang.en.stop_words import STOP_WORDS

from bot.files import DATA, read_yaml
from bot.understanding.english import read_english

WORDS_OF = ("words.yml", "knowledge/**/*.yml", "nlu/*.yml", "signs/*.yml", "responses/*.yml")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
OFTEN = 2  # a word that the data holds only once may be a slip or a name in small letters
ENGLISH = "en"
DAYS_IN = (ENGLISH, "de", "es", "fr", "it", "nl", "pl", "pt", "tr")  # days and months, as patients mix languages
LONG_WORD = 8  # letters, from which on two slips are thinkable
WITHOUT_ACCENT = str.maketrans({"ł": "l", "\u0131": "i", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae"})


class Likeness(IntEnum):
    """How far a word is a name."""

    NONE = 0  # a word of English or of the data, and no name
    UNKNOWN = 1  # neither a word nor a listed name
    DOUBTFUL = 2  # a listed name that is also an everyday word or a place: rose, may, kent
    LIKELY = 3  # a listed name that only an English word list knows too: mary
    SURE = 4  # a listed name and nothing else


@dataclass(frozen=True)
class Vocabulary:
    """Names and words, in small letters and without accents.

    `english` is as others in the process hold it, too, some of it with accents; those words stand in `plain_english`.
    """

    given: frozenset[str]
    family: frozenset[str]
    english: frozenset[str]
    plain_english: frozenset[str]
    everyday: frozenset[str]
    small: frozenset[str]
    places: frozenset[str]
    days: frozenset[str]
    medical: frozenset[str]
    medical_endings: tuple[str, ...]
    by_start: Mapping[tuple[str, int], Sequence[str]]

    def likeness(self, word: str) -> Likeness:
        """Tell how far a word is a name, whatever its capitals; of several joined by hyphens, the likest counts."""
        parts = [fold(part) for part in LATIN.findall(word)]
        medical = [part for part in parts if part in self.medical]  # Fitz-Hugh-Curtis is no person
        return max(map(self._likeness, medical or parts), default=Likeness.NONE)

    def is_given(self, word: str) -> bool:
        """Tell whether a word is a listed given name."""
        return any(fold(part) in self.given for part in LATIN.findall(word))

    def is_written_small(self, word: str) -> bool:
        """Tell whether the data holds a word in small letters, so that in small letters it may be no name."""
        return fold(word) in self.small

    def is_strange(self, word: str) -> bool:
        """Tell whether a word is neither known nor near a known one, so that it is no misspelt word."""
        return self._likeness(fold(word)) == Likeness.UNKNOWN and not self._is_near_a_word(fold(word))

    def _is_near_a_word(self, word: str) -> bool:
        most = 1 if len(word) < LONG_WORD else 2
        lengths = range(len(word) - most, len(word) + most + 1)
        near = (right for length in lengths for right in self.by_start.get((word[0], length), ()))
        return any(OSA.distance(word, right, score_cutoff=most) <= most for right in near)

    def _likeness(self, word: str) -> Likeness:
        named = word in self.given or word in self.family
        if word in STOP_WORDS or word in self.days or len(word) < 2:
            return Likeness.NONE
        if word in self.everyday or word in self.medical or word in self.places:
            return Likeness.DOUBTFUL if named else Likeness.NONE
        if word in self.english or word in self.plain_english:
            return Likeness.LIKELY if named else Likeness.NONE
        if word.endswith(self.medical_endings) and not named:
            return Likeness.NONE
        return Likeness.SURE if named else Likeness.UNKNOWN


def build_vocabulary(cues: Mapping[str, Sequence[str]], data: Path = DATA) -> Vocabulary:
    """Return the vocabulary of the shipped names and of the words that stand in the project's data."""
    names, english = read_yaml(data / "privacy" / "names.yml"), read_english()
    words = Counter(word for path in _paths(data) for word in LATIN.findall(path.read_text(encoding="utf-8")))
    small = {fold(word) for word in words if word.islower()}
    everyday = {fold(word) for word, times in words.items() if word.islower() and times >= OFTEN}
    medical = [*read_yaml(data / "words.yml")["words"], *cues["eponyms"]]
    return Vocabulary(
        frozenset(names["given"].split()),
        frozenset(names["family"].split()),
        english.words,
        frozenset(plain for word in english.words if (plain := fold(word)) != word),
        frozenset(everyday),
        frozenset(small),
        frozenset(_places()),
        frozenset([*_days(), *cues["feasts"]]),
        frozenset(medical),
        tuple(cues["medical_endings"]),
        _by_start({*everyday, *medical, *english.common} - {*names["given"].split(), *names["family"].split()}),
    )


def fold(word: str) -> str:
    """Return a word in small letters without accents."""
    if word.isascii():
        small = word.lower()
        return word if small == word else small  # not held twice
    parted = unicodedata.normalize("NFKD", word.lower().translate(WITHOUT_ACCENT))
    return "".join(character for character in parted if not unicodedata.combining(character))


def _by_start(words: Iterable[str]) -> Mapping[tuple[str, int], Sequence[str]]:
    index = defaultdict(list)
    for word in words:
        if word:
            index[word[0], len(word)].append(word)
    return dict(index)


def _paths(data: Path) -> Iterable[Path]:
    return (path for pattern in WORDS_OF for path in data.glob(pattern))


def _places() -> Iterable[str]:
    """Yield the words of countries, and of the cities that time zones are called after."""
    yield from (fold(name) for name in Locale(ENGLISH).territories.values() if LATIN.fullmatch(name))
    for zone in available_timezones():
        city = zone.rpartition("/")[2]
        if LATIN.fullmatch(city):
            yield fold(city)


def _days() -> Iterable[str]:
    """Yield the names of days and months."""
    for language in DAYS_IN:
        locale = Locale(language)
        for names in (locale.months["format"], locale.days["format"]):
            for width in ("wide", "abbreviated") if language == ENGLISH else ("wide",):
                yield from (fold(name) for name in names[width].values())
