"""Phrases that tell of a sign, made of the words of the shipped data, for tests over ways of saying them.

A phrase is the words of one pattern; an amount stands for a group that is found by its number.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from hypothesis import strategies as st

from bot.safety.find import SignFinder
from bot.safety.shapes import ANYWHERE, GROUP, NEAR, WarningSigns

AMOUNTS = {
    "temperature_high": ("a temperature of 38.5", "101 F", "39 degrees"),
    "temperature_raised": ("37.6 C",),
    "temperature_normal": ("36.6 C",),
    "pads_hourly": ("2 pads an hour", "three pads in two hours"),
    "pads_frequent": ("1 pad in 2 hours",),
    "pads_many": ("6 pads",),
    "pain_high": ("9/10", "8 out of 10"),
    "pain_low": ("2/10",),
    "long_time": ("3 weeks", "20 days"),
}
BETWEEN = re.compile(f"{re.escape(NEAR)}|{re.escape(ANYWHERE)}")


@dataclass(frozen=True)
class Phrase:
    """Words that tell of a sign."""

    sign: str
    text: str


@dataclass(frozen=True, repr=False)
class Shipped:
    """The shipped signs, a finder of them, phrases of their words, and whether a cue touches a phrase in a sentence."""

    signs: WarningSigns
    finder: SignFinder
    phrases: st.SearchStrategy[Phrase]
    meets_a_cue: Callable[[str, str], bool]

    def sure(self, text: str) -> set[str]:
        """Return the signs that a text tells of without doubt."""
        return sure(self.finder, text)

    def least(self, threshold: str) -> Fraction:
        """Return from where on an amount counts."""
        return next(Fraction(str(one.least)) for one in self.signs.thresholds if one.id == threshold)


def shipped_signs(signs: WarningSigns, finder: SignFinder) -> Shipped:
    """Return signs with what tests over them need."""
    return Shipped(signs, finder, phrases(signs, finder), meets_a_cue(signs))


def choices(signs: WarningSigns) -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """Return by sign and pattern the words that each of its parts may be."""
    groups = {group.id: group.words for group in signs.words}

    def words(part: str) -> tuple[str, ...]:
        named = GROUP.fullmatch(part)
        return (part,) if named is None else AMOUNTS.get(named[1]) or groups[named[1]]

    return {
        (sign.id, pattern): [words(part) for part in BETWEEN.split(pattern)]
        for sign in signs.signs
        for pattern in sign.patterns
    }


def phrases(signs: WarningSigns, finder: SignFinder) -> st.SearchStrategy[Phrase]:
    """Return phrases that the finder is sure of when nothing stands around them."""

    def of(sign: str, parts: list[tuple[str, ...]]) -> st.SearchStrategy[Phrase]:
        return st.tuples(*map(st.sampled_from, parts)).map(lambda said: Phrase(sign, " ".join(said)))

    by_sign: dict[str, list[st.SearchStrategy[Phrase]]] = {}
    for (sign, _), parts in choices(signs).items():
        by_sign.setdefault(sign, []).append(of(sign, parts))
    every = st.one_of([st.one_of(patterns) for patterns in by_sign.values()])
    return every.filter(lambda phrase: phrase.sign in sure(finder, phrase.text))


def sure(finder: SignFinder, text: str) -> set[str]:
    """Return the signs that a text tells of without doubt."""
    return {sighting.sign for sighting in finder.find(text) if not sighting.doubts}


def meets_a_cue(signs: WarningSigns) -> Callable[[str, str], bool]:
    """Return a test whether words that raise or stop a doubt share a word with a phrase in a sentence."""
    groups = {group.id: group.words for group in signs.words}
    stops = (groups[name] for cue in signs.cues for name in (*cue.stopped_by, *cue.lifted_by) if name in groups)
    listed = set(chain(*(cue.words for cue in signs.cues), *stops))
    said = re.compile(rf"(?<!\w)(?=({'|'.join(map(re.escape, sorted(listed, key=len, reverse=True)))})(?!\w))")

    def meets(sentence: str, phrase: str) -> bool:
        start = sentence.index(phrase)
        return any(match.start(1) < start + len(phrase) and start < match.end(1) for match in said.finditer(sentence))

    return meets
