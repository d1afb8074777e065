"""Find the language of a message: by its letters, where they tell, else by py3langid. Misspelt English stays English.

Messages are answered in English and Chinese; in another language the patient is told whom to call, where its words
stand in `data/languages/others.yml`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.files import DATA, read_yaml
from bot.knowledge.words import WORD
from bot.understanding.spelling import Speller

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

OTHERS = DATA / "languages" / "others.yml"
ENGLISH, CHINESE = "en", "zh"
# Told apart from the others, without a sentence of their own.
MORE_LANGUAGES = (ENGLISH, CHINESE, "cs", "da", "el", "he", "hu", "ms", "ro", "sv", "tl", "ur")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
KANA = re.compile(r"[\u3040-\u30ff]")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
LEAST_HAN = 2
LEAST_WORDS = 3
MOST_ENGLISH = 0.65  # of the words, as they stand or corrected
SURELY_ENGLISH = 0.9  # of the words as they stand, where letters stand that English hardly has
FOREIGN_LETTER = re.compile(r"[\u00a1\u00bf\u00c0-\u024f\u1e00-\u1eff]")
LEAST_SURE = 0.5
MOST_CHARACTERS = 400


@dataclass(frozen=True)
class LanguageFinder:
    """Finds languages. What the `speller` knows or can correct is English."""

    speller: Speller
    others: frozenset[str]

    def find(self, text: str, before: str = ENGLISH) -> str:
        """Return the language of a message (ISO 639-1); the one `before` where its letters and words do not tell."""
        text = text[:MOST_CHARACTERS]
        if is_chinese(text):
            return CHINESE
        letters = [character for character in text if character.isalpha()]
        words = [word.lower() for word in WORD.findall(text) if len(word) > 1]
        if not letters or (HAN.search(text) and not KANA.search(text) and not words):
            return before
        if sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters) > len(letters) / 2:
            is_foreign = FOREIGN_LETTER.search(text) is not None
            known = sum(self._is_english(word, corrected=not is_foreign) for word in words)
            if len(words) < LEAST_WORDS:
                least = 2 if before == CHINESE else 1  # one word alone may stand in a Chinese talk
                is_said = bool(words) and known == len(words) and len(WORD.findall(text)) >= least
                return ENGLISH if is_said else before
            if known > (SURELY_ENGLISH if is_foreign else MOST_ENGLISH) * len(words):
                return ENGLISH
        found, sure = self._detect(text)
        return found if sure >= LEAST_SURE and found != CHINESE else ENGLISH

    def _is_english(self, word: str, *, corrected: bool) -> bool:
        """Tell whether a word is English as it stands, or `corrected`."""
        plain = word.translate(_APOSTROPHES)
        if plain in self.speller.known:
            return True
        return corrected and plain.isascii() and self.speller.nearest(plain) is not None

    def _detect(self, text: str) -> tuple[str, float]:
        """Return the likeliest language and how sure that is."""
        language, sure = self.detector.classify(text)
        return str(language), float(sure)

    @cached_property
    def detector(self) -> "LanguageIdentifier":
        """What tells languages apart, loaded at the first message that is not plainly English or Chinese: 48 MB.

        It is made again from what is left after the choice of languages, so that the weights of the others are freed.
        """
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        chosen = LanguageIdentifier.from_model_file(MODEL_FILE)
        chosen.set_languages({*MORE_LANGUAGES, *self.others})
        moves = chosen.tk_nextmove, chosen.tk_output
        return LanguageIdentifier(
            chosen.nb_ptc, chosen.nb_pc, chosen.nb_classes, *moves, norm_probs=True, tk_row=chosen.tk_row
        )


_APOSTROPHES = str.maketrans({"\u2019": "'"})


def is_chinese(text: str) -> bool:
    """Tell whether a text is Chinese by its letters: more Chinese characters than words of others, none Japanese."""
    count = len(HAN.findall(text))
    return count > len(LATIN_WORD.findall(text)) and count >= LEAST_HAN and not KANA.search(text)


def read_others() -> dict[str, str]:
    """Return what is told in each other language, by its code."""
    told: dict[str, str] = read_yaml(OTHERS)["languages"]
    return {code: text.strip() for code, text in told.items()}


def build_language_finder(speller: Speller) -> LanguageFinder:
    """Return a finder that takes for English what a speller knows."""
    return LanguageFinder(speller, frozenset(read_others()) - {ENGLISH, CHINESE})
