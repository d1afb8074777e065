"""The English words that two libraries ship; nothing is fetched. What they are for is the caller's business."""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

COMMON_WORDS = 30_000


@dataclass(frozen=True)
class English:
    """English words in small letters: all, the most frequent, and the contractions as typed without apostrophe."""

    words: frozenset[str]
    common: list[str]
    contractions: frozenset[str]


@cache
def read_english() -> English:
    """Return the words of symspellpy, which hold British spelling, and of pyspellchecker, which lean to American.

    They are read once a process: those who hold them share their 10 MB.
    """
    text = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    by_frequency = [line.partition(" ")[0] for line in text.splitlines()]
    others = json.loads(gzip.decompress((files("spellchecker") / "resources" / "en.json.gz").read_bytes()))
    contractions = (word.replace("'", "") for word in by_frequency if "'" in word)
    return English(frozenset([*by_frequency, *others]), by_frequency[:COMMON_WORDS], frozenset(contractions))
