"""Correct misspelt words of a message toward the words of the knowledge table, and change nothing else.

Which words are right is data: the table, `data/words.yml` and English. Only what counts as near enough stands here.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.files import DATA, read_yaml
from bot.knowledge.shapes import Knowledge
from bot.knowledge.words import WORD, listed_words, prose_words
from bot.understanding.english import read_english
from bot.understanding.views import Edit, Edited

ADDRESS = re.compile(r"(?<!\S)\S*(?:@|://|\w\.\w)\S*")
LETTERS = range(5, 26)
NAME_LETTERS = 8  # up to so many letters, a word with a capital that does not begin the message may be a name
TELLING_LETTERS = 4  # shorter words are alike in many languages
CACHED_WORDS = 4096

Index = Mapping[tuple[str, int], list[str]]


@dataclass(frozen=True)
class Speller:
    """Corrects spelling: a known word stays as it is, another becomes the nearest right one, if there is one."""

    known: frozenset[str]
    nearest: Callable[[str], str | None]

    def correct(self, text: str) -> str:
        """Return a text with its misspelt words corrected."""
        return Edited(text).edit(self.corrections(text)).text

    def corrections(self, text: str) -> list[Edit]:
        """Return the misspelt words of a text, in the order they stand; none where few are English."""
        found: list[Edit] = []
        known = strange = 0
        for number, match in enumerate(WORD.finditer(ADDRESS.sub(_blank, text))):
            word = match.group()
            if word.lower() in self.known:
                known += len(word) >= TELLING_LETTERS
            elif right := self.nearest(word.lower()) if _may_be_wrong(word, first=number == 0) else None:
                found.append(Edit(*match.span(), _written_as(word, right)))
            else:
                strange += len(word) in LETTERS
        return [] if strange > max(known, 1) else found


def build_speller(knowledge: Knowledge, words_file: Path = DATA / "words.yml") -> Speller:
    """Return a speller toward the words of the knowledge table.

    A listed name or phrase may be spelt wrong on purpose: its words are right only if they are English. Of the others,
    one is corrected only to a word that its own entry lists, so that the entry is still found; the rest are known.
    """
    english, listed = read_english(), listed_words(knowledge)
    right = prose_words(knowledge) | english.contractions | (english.words & set().union(*listed))
    right |= set(read_yaml(words_file)["words"])
    right_by_start, common_by_start = _by_start(right), _by_start(english.common)

    @lru_cache(CACHED_WORDS)
    def nearest(word: str) -> str | None:
        near = _near(word, right_by_start, 1 if len(word) < 8 else 2 if len(word) < 11 else 3)
        distance = min(near.values(), default=0)
        best = [found for found in near if near[found] == distance]
        if len({found.replace("ae", "e").replace("oe", "e") for found in best}) != 1:  # British and American are no tie
            return None
        return None if distance > 1 and _near(word, common_by_start, distance - 1) else min(best)

    as_they_are = {word for words in listed for word in words if not (_may_be_wrong(word) and nearest(word) in words)}
    return Speller(english.words | right | as_they_are, nearest)


def _near(word: str, index: Index, most: int) -> dict[str, int]:
    """Return the words with the same first letter that are near a word, with their distances."""
    lengths = range(len(word) - most, len(word) + most + 1)
    choices = [choice for length in lengths for choice in index.get((word[0], length), ())]
    return {found: far for found, far, _ in extract(word, choices, scorer=OSA.distance, score_cutoff=most, limit=None)}


def _by_start(words: Iterable[str]) -> Index:
    index = defaultdict(list)
    for word in words:
        if len(word) in LETTERS:
            index[word[0], len(word)].append(word)
    return index


def _may_be_wrong(word: str, *, first: bool = True) -> bool:
    """Tell whether a word is of plain letters, neither too short nor too long, and by its capitals no name."""
    cased = word.islower() or word.isupper() or (word.istitle() and (first or len(word) > NAME_LETTERS))
    return cased and len(word) in LETTERS and word.isascii() and word.isalpha()


def _written_as(word: str, right: str) -> str:
    return right.upper() if word.isupper() else right.capitalize() if word[0].isupper() else right


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
