"""Match phrases in a text, whatever its case, spacing and apostrophes; a placeholder stands for any words of a kind.

The words that are of a kind become one token, which is the placeholder itself: "I had my HSG on Monday" is read as
"{me} had {my_test} {date}", and so is the phrase "{me} had {my_test} on Friday". Which words are of a kind is data.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from bot.knowledge.shapes import NAME_PLACEHOLDER, PLACEHOLDER, PlaceholderEntry
from bot.knowledge.words import FOLDED
from bot.understanding.tokens import Cutter

STUB = "placeholder"
PUNCTUATION_RUN = re.compile(r"[^\w\s]{4,}")  # a tokenizer takes quadratic time over a long one
SHORTENED = {
    "'m": "am",
    "m": "am",
    "'re": "are",
    "re": "are",
    "'s": "is",
    "'ve": "have",
    "ve": "have",
    "'ll": "will",
    "n't": "not",
    "nt": "not",
    "gon": "going",
    "na": "to",
}


@dataclass(frozen=True)
class Words:
    """The words of a text without the space between them, and where each begins and ends. Units: characters."""

    text: str
    doc: Doc
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def place(self, span: Span) -> tuple[int, int]:
        """Return where a span of the words begins and ends in the text."""
        return self.starts[span.start], self.ends[span.end - 1]


def read_words(cut: Cutter, text: str) -> Words:
    """Return the words of a text, in small letters."""
    folded = PUNCTUATION_RUN.sub(_shortened, text.translate(FOLDED))
    lower = folded.lower()
    tokens = [token for token in cut(lower if len(lower) == len(text) else folded) if not token.is_space]
    starts = tuple(token.idx for token in tokens)
    ends = tuple(token.idx + len(token) for token in tokens)
    return Words(text, Doc(cut.vocab, [token.text for token in tokens]), starts, ends)


def _shortened(run: re.Match[str]) -> str:
    """Return a run of punctuation of which only the first three are left, as long as before."""
    return run[0][:3].ljust(len(run[0]))


@dataclass(frozen=True)
class Kinds:
    """The kinds of words that placeholders stand for.

    `layers` finds them, each layer in what those before it have left; `choices` are placeholders that stand for others.
    """

    cut: Cutter
    layers: tuple[PhraseMatcher, ...]
    choices: Mapping[str, Sequence[str]]

    def mark(self, words: Words, names: Iterable[Span]) -> Words:
        """Return words with placeholders for those that are of a kind, and short forms written out."""
        full = [SHORTENED.get(token.lower_, token.lower_) for token in words.doc]
        marked = Words(words.text, Doc(self.cut.vocab, full), words.starts, words.ends)
        return self._mark(_replace(marked, [(NAME_PLACEHOLDER, name.start, name.end) for name in names]))

    def patterns(self, phrase: str) -> Iterator[Doc]:
        """Return the words of a phrase, marked, for each choice that its placeholders leave."""
        for choice in self._choose(phrase):
            tokens = self._tokens(choice)
            none = (0,) * len(tokens)
            yield self._mark(Words("", Doc(self.cut.vocab, tokens), none, none)).doc

    def _choose(self, phrase: str) -> Iterator[str]:
        for name in PLACEHOLDER.findall(phrase):
            if name in self.choices:
                for choice in self.choices[name]:
                    yield from self._choose(phrase.replace(f"{{{name}}}", choice, 1))
                return
        yield phrase

    def _tokens(self, phrase: str) -> list[str]:
        placeholders = iter(PLACEHOLDER.findall(phrase))
        words = read_words(self.cut, PLACEHOLDER.sub(STUB, phrase)).doc
        return [
            f"{{{next(placeholders)}}}" if token.text == STUB else SHORTENED.get(token.text, token.text)
            for token in words
        ]

    def _mark(self, words: Words) -> Words:
        for layer in self.layers:
            found = filter_spans(layer(words.doc, as_spans=True))
            words = _replace(words, [(span.label_, span.start, span.end) for span in found])
        return words


def build_kinds(cut: Cutter, placeholders: Iterable[PlaceholderEntry]) -> Kinds:
    """Return the kinds of words that a list of placeholders names; each may use those above it."""
    choices: dict[str, Sequence[str]] = {}
    levels: dict[str, int] = {NAME_PLACEHOLDER: -1}
    layers: list[list[PlaceholderEntry]] = []
    for entry in placeholders:
        used = [levels[name] for word in entry.words for name in PLACEHOLDER.findall(word)]
        if entry.is_choice:
            choices[entry.id] = entry.words
            levels[entry.id] = max(used)
            continue
        levels[entry.id] = level = max(used, default=-1) + 1
        layers += [[] for _ in range(level + 1 - len(layers))]
        layers[level].append(entry)
    kinds = Kinds(cut, (), choices)
    for layer in layers:
        matcher = PhraseMatcher(cut.vocab)
        for entry in layer:
            matcher.add(entry.id, [pattern for word in entry.words for pattern in kinds.patterns(word)])
        kinds = Kinds(cut, (*kinds.layers, matcher), choices)
    return kinds


def _replace(words: Words, found: Sequence[tuple[str, int, int]]) -> Words:
    """Return words in which each stretch found (its kind, first word, word after the last) is one placeholder."""
    if not found:
        return words
    tokens: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    texts = [token.text for token in words.doc]
    for kind, first, after in sorted(found, key=lambda one: one[1]):
        tokens += [*texts[at:first], f"{{{kind}}}"]
        starts += words.starts[at : first + 1]
        ends += [*words.ends[at:first], words.ends[after - 1]]
        at = after
    tokens += texts[at:]
    return Words(words.text, Doc(words.doc.vocab, tokens), (*starts, *words.starts[at:]), (*ends, *words.ends[at:]))
