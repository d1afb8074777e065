"""Find warning signs in a message, with spaCy: words and amounts near each other, and what puts them in doubt.

Which words they are is data (`data/knowledge/warning_signs.yml`); only how they are matched is here.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, islice, pairwise, product
from typing import NamedTuple

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from bot.safety.amounts import Thresholds, find_amounts
from bot.safety.shapes import ANYWHERE, GROUP, NEAR, Cue, Doubt, WarningSigns
from bot.understanding.phrases import SHORTENED, Words, read_words
from bot.understanding.tokens import Cutter, cutter

WRITTEN_OUT = SHORTENED | {"ca": "can", "wo": "will", "sha": "shall"}
NEAR_WORDS = 9
MOST_PLACES = 24
MOST_CHOICES = 6
MOST_MATCHES = 32
MOST_CHARACTERS = 2000
ENDS_SENTENCE = frozenset(".!?\n;\u2026")


class Place(NamedTuple):
    """Where words stand. Units: words."""

    start: int
    end: int


@dataclass(frozen=True)
class Sighting:
    """A sign whose words stand in a message, and what puts it in doubt. Units: characters."""

    sign: str
    start: int
    end: int
    text: str
    doubts: frozenset[Doubt]


@dataclass(frozen=True)
class Pattern:
    """A pattern of one sign: groups of parts that stand near each other, and all its parts."""

    sign: str
    near: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class SignFinder:
    """Finds signs. `words` holds the groups, the plain words of patterns, and the cues, each under its label."""

    cut: Cutter
    words: PhraseMatcher
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    cues: Mapping[str, Cue]
    thresholds: Thresholds
    near_words: int = NEAR_WORDS

    def find(self, text: str) -> list[Sighting]:
        """Return the sightings in a text, in the order they stand; of a longer text its beginning and its end are read.

        A sign is looked for until one sighting of it is in no doubt.
        """
        text = excerpt(text)
        with self.cut.forgetting():
            return self._find(text)

    def _find(self, text: str) -> list[Sighting]:
        words = read_words(self.cut, text)
        message = self._read(text, words)
        taken_back = _taken_back(message, self.unless)
        doubted = message.doubted(self.cues)
        found: dict[tuple[str, Place], Sighting] = {}
        certain: set[str] = set()
        for pattern in self.patterns:
            if pattern.sign in certain:
                continue
            for places in message.matches(pattern):
                if taken_back[pattern.sign].intersection(_numbers(places)):
                    continue
                at = Place(min(place.start for place in places), max(place.end for place in places))
                start, end = words.starts[at.start], words.ends[at.end - 1]
                sighting = Sighting(pattern.sign, start, end, text[start:end], doubted.doubts(places))
                key = (pattern.sign, at)
                if key not in found or len(sighting.doubts) < len(found[key].doubts):
                    found[key] = sighting
                if not sighting.doubts:
                    certain.add(pattern.sign)
                    break
        return sorted(found.values(), key=lambda one: (one.start, one.end, one.sign))

    def _read(self, text: str, words: Words) -> "_Message":
        """Return a message: its words, and where each kind of words and each amount stands."""
        full = [WRITTEN_OUT.get(token.lower_, token.lower_) for token in words.doc]
        places: dict[str, list[Place]] = defaultdict(list)
        for label, start, end in self.words(Doc(self.cut.vocab, full)):
            places[self.cut.vocab.strings[label]].append(Place(start, end))
        for amount in find_amounts(text.lower(), self.thresholds):
            first = bisect_right(words.starts, amount.start) - 1
            last = bisect_right(words.starts, max(amount.end - 1, amount.start)) - 1
            if first >= 0:
                places[named(amount.kind)].append(Place(first, last + 1))
        return _Message(places, _sentences(text, words.starts, full), self.near_words)


def excerpt(text: str) -> str:
    """Return what is read of a text: all of it, or the beginning and the end of a longer one; only what is Unicode."""
    if len(text) > MOST_CHARACTERS:
        text = f"{text[: MOST_CHARACTERS // 2]}\n{text[-MOST_CHARACTERS // 2 :]}"
    return text.encode("utf-8", "ignore").decode("utf-8")


@dataclass(frozen=True)
class _Doubted:
    """The words that a cue before them, or a cue after them, puts in doubt."""

    cues: Mapping[str, Cue]
    ahead: Mapping[str, set[int]]
    back: Mapping[str, set[int]]

    def doubts(self, places: Sequence[Place]) -> frozenset[Doubt]:
        """Return what puts any of some places in doubt."""
        starts, lasts = {place.start for place in places}, {place.end - 1 for place in places}
        return frozenset(
            self.cues[label].doubt
            for reached, words in ((self.ahead, starts), (self.back, lasts))
            for label, numbers in reached.items()
            if words & numbers
        )


@dataclass(frozen=True)
class _Message:
    """Where each kind of words stands in a message, and which sentence each word belongs to."""

    places: Mapping[str, list[Place]]
    sentence_of: Sequence[int]
    near_words: int

    def matches(self, pattern: Pattern) -> Iterator[tuple[Place, ...]]:
        """Yield the places of a pattern's parts, at most so many."""
        if not all(map(self.places.__contains__, pattern.labels)):
            return
        groups = [list(islice(self._near(parts), MOST_MATCHES)) for parts in pattern.near]
        for chosen in islice(product(*groups), MOST_MATCHES):
            yield tuple(chain.from_iterable(chosen))

    def _near(self, parts: tuple[str, ...]) -> Iterator[tuple[Place, ...]]:
        """Yield places of parts that stand near each other in one sentence and do not overlap."""
        first, *others = parts
        for place in self.places[first][:MOST_PLACES]:
            choices = [self._around(place, other) for other in others]
            for rest in product(*choices):
                places = (place, *rest)
                start, end = min(one.start for one in places), max(one.end for one in places)
                if end - start <= self.near_words + sum(one.end - one.start for one in places) and not _overlap(places):
                    yield places

    def _around(self, place: Place, part: str) -> list[Place]:
        """Return where a part stands near a place, in the same sentence, the nearest first."""
        sentence = self.sentence_of[place.start]
        near = [
            other
            for other in self.places[part][:MOST_PLACES]
            if _apart(place, other) <= self.near_words and self.sentence_of[other.start] == sentence
        ]
        return sorted(near, key=lambda other: _apart(place, other))[:MOST_CHOICES]

    def doubted(self, cues: Mapping[str, Cue]) -> _Doubted:
        """Return the words that cues put in doubt."""
        doubted = _Doubted(cues, defaultdict(set), defaultdict(set))
        for label, cue in cues.items():
            places = list(self._cue_places(label, cue))
            stops = _numbers(at for name in cue.stopped_by for at in self.places.get(named(name), ()))
            if cue.looks in ("ahead", "both"):
                for place in places:
                    words = range(place.end, len(self.sentence_of))
                    self._mark(doubted.ahead[label], words, self.sentence_of[place.start], cue.reaches, stops)
            if cue.looks in ("back", "both"):
                for place in reversed(places):
                    words = range(place.start - 1, -1, -1)
                    self._mark(doubted.back[label], words, self.sentence_of[place.start], cue.reaches, stops)
            if cue.looks == "everywhere" and places:
                doubted.ahead[label].update(range(len(self.sentence_of)))
        return doubted

    def _cue_places(self, label: str, cue: Cue) -> Iterator[Place]:
        """Yield where a cue stands that counts: not within words that only hold it, and with nothing that lifts it."""
        if label not in self.places:
            return
        held = _numbers(self.places.get(but_not(label), ()))
        lifted = {self.sentence_of[at.start] for name in cue.lifted_by for at in self.places.get(named(name), ())}
        for place in self.places[label][:MOST_PLACES]:
            if not held.intersection(range(*place)) and self.sentence_of[place.start] not in lifted:
                yield place

    def _mark(self, marked: set[int], words: range, sentence: int, reaches: int, stops: Set[int]) -> None:
        """Mark the words that a cue reaches: to the end of the sentence, of its reach, or to words that stop it."""
        for number in words[: reaches or None]:
            if self.sentence_of[number] != sentence or number in stops or (number in marked and not reaches):
                return
            marked.add(number)


def named(group: str) -> str:
    """Return how patterns write a group."""
    return f"{{{group}}}"


def but_not(label: str) -> str:
    """Return the label of the words that hold a cue and yet put nothing in doubt."""
    return f"{label}:but_not"


def _taken_back(message: _Message, unless: Iterable[Pattern]) -> Mapping[str, set[int]]:
    """Return the words that can be no part of a sign, sign by sign."""
    words: dict[str, set[int]] = defaultdict(set)
    for pattern in unless:
        for places in message.matches(pattern):
            words[pattern.sign].update(_numbers(places))
    return words


def _numbers(places: Iterable[Place]) -> set[int]:
    return {number for place in places for number in range(*place)}


def _apart(one: Place, other: Place) -> int:
    return max(other.start - one.end, one.start - other.end)


def _overlap(places: Sequence[Place]) -> bool:
    ordered = sorted(places)
    return any(one.end > two.start for one, two in pairwise(ordered))


def _sentences(text: str, starts: Sequence[int], words: Sequence[str]) -> list[int]:
    """Return the number of the sentence that each word stands in; a line break ends one too."""
    numbers, number, before = [], 0, 0
    for start, word in zip(starts, words, strict=True):
        if "\n" in text[before:start]:
            number += 1
        numbers.append(number)
        before = start
        if word in ENDS_SENTENCE or (len(word) > 1 and set(word) <= ENDS_SENTENCE):
            number += 1
    return numbers


def build_sign_finder(signs: WarningSigns, language: str = "en", near_words: int = NEAR_WORDS) -> SignFinder:
    """Return a finder of the signs, whose words are of a language.

    Units: words, or characters where a language has no spaces between words.
    """
    cut = cutter(language)
    patterns = tuple(_pattern(sign.id, written) for sign in signs.signs for written in sign.patterns)
    unless = tuple(_pattern(sign.id, written) for sign in signs.signs for written in sign.unless)
    cues = {f"cue:{cue.id}": cue for cue in signs.cues}
    phrases: dict[str, tuple[str, ...]] = {}
    for pattern in (*patterns, *unless):
        phrases.update({label: (label,) for label in pattern.labels if not GROUP.fullmatch(label)})
    phrases.update({named(group.id): group.words for group in signs.words})
    for label, cue in cues.items():
        phrases.update({label: cue.words, but_not(label): cue.but_not})
    words = PhraseMatcher(cut.vocab)
    for label, listed in phrases.items():
        if listed:
            words.add(label, list(_docs(cut, listed)))
    least = {threshold.id: threshold.least for threshold in signs.thresholds}
    return SignFinder(cut, words, patterns, unless, cues, Thresholds(**least), near_words)


def _docs(cut: Cutter, phrases: Iterable[str]) -> Iterator[Doc]:
    for phrase in dict.fromkeys(phrases):
        tokens = read_words(cut, phrase).doc
        yield Doc(cut.vocab, [WRITTEN_OUT.get(token.lower_, token.lower_) for token in tokens])


def _pattern(sign: str, written: str) -> Pattern:
    near = tuple(tuple(part.strip() for part in group.split(NEAR)) for group in written.split(ANYWHERE))
    return Pattern(sign, near, tuple(dict.fromkeys(chain.from_iterable(near))))
