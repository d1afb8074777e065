"""The English words that two libraries ship; nothing is fetched. What they are for is the caller's business."""

from dataclasses import dataclass
from importlib.resources import files

from spellchecker import SpellChecker

COMMON_WORDS = 30_000


@dataclass(frozen=True)
class English:
    """English words in small letters: all, the most frequent, and the contractions as typed without apostrophe."""

    words: frozenset[str]
    common: list[str]
    contractions: frozenset[str]


def read_english() -> English:
    """Return the words of symspellpy, which hold British spelling, and of pyspellchecker, which lean to American."""
    text = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    by_frequency = [line.partition(" ")[0] for line in text.splitlines()]
    others = SpellChecker(language="en").word_frequency.words()
    contractions = (word.replace("'", "") for word in by_frequency if "'" in word)
    return English(frozenset([*by_frequency, *others]), by_frequency[:COMMON_WORDS], frozenset(contractions))
