"""Find the procedures that a message names and the conditions it reveals, with spaCy, from the knowledge table's lists.

Which words reveal what is data (`procedures.yml`, `conditions.yml`); only how they are matched stands here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import spacy
from spacy.language import Language
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from bot.knowledge.shapes import Knowledge
from bot.question import Condition, Procedure

FUZZY_FROM_LETTERS = 10
FOLDED = str.maketrans({"\u2019": "'", "&": " ", "+": " "})
DENIED_WITHIN_WORDS = 5
DENIALS = frozenset({"no", "not", "n't", "never", "without", "neither", "nor", "dont", "havent", "isnt", "cannot"})
CLAUSE_WORDS = frozenset({"but", "and", "because", "so", "if"})


@dataclass(frozen=True)
class Mention:
    """A stretch of the message that names a procedure or reveals a condition. Units: characters."""

    kind: str
    value: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class NameFinder:
    """Finds procedures and conditions in text."""

    nlp: Language
    names: PhraseMatcher
    misspelt: Matcher
    conditions: PhraseMatcher

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in a text, in the order they stand; of two of a kind that overlap, the longer.

        A condition that is denied ("not allergic to iodine") is none.
        """
        words = self._words(text)
        mentions = [*self._procedures(words), *self._conditions(words)]
        return sorted(mentions, key=lambda mention: mention.start)

    def is_only_a_name(self, text: str) -> bool:
        """Tell whether a message is the name of a procedure and nothing else, as a button sends it."""
        words = self._words(text)
        named = self._procedures(words)
        return bool(named) and all(
            token.is_punct or any(mention.start <= start < mention.end for mention in named)
            for token, start in zip(words.doc, words.starts, strict=True)
        )

    def _words(self, text: str) -> "Words":
        folded = text.translate(FOLDED)
        lower = folded.lower()
        tokens = [
            token for token in self.nlp.make_doc(lower if len(lower) == len(text) else folded) if not token.is_space
        ]
        return Words(text, Doc(self.nlp.vocab, [token.text for token in tokens]), [token.idx for token in tokens])

    def _procedures(self, words: "Words") -> list[Mention]:
        spans = [*self.names(words.doc, as_spans=True), *self.misspelt(words.doc, as_spans=True)]
        return [words.mention("procedure", span) for span in filter_spans(spans)]

    def _conditions(self, words: "Words") -> list[Mention]:
        spans = filter_spans(self.conditions(words.doc, as_spans=True))
        return [words.mention("condition", span) for span in spans if not _is_denied(span)]


@dataclass(frozen=True)
class Words:
    """The words of a text without the space between them, and where each begins. Units: characters."""

    text: str
    doc: Doc
    starts: list[int]

    def mention(self, kind: str, span: Span) -> Mention:
        """Return a span of the words as a mention in the text."""
        start = self.starts[span.start]
        end = self.starts[span.end - 1] + len(span[-1].text)
        return Mention(kind, span.label_, start, end, self.text[start:end])


def build_name_finder(knowledge: Knowledge) -> NameFinder:
    """Return a finder of the names and phrases that the knowledge table lists."""
    nlp = spacy.blank("en")
    names = PhraseMatcher(nlp.vocab, attr="LOWER")
    misspelt = Matcher(nlp.vocab)
    for procedure in knowledge.procedures:
        names.add(procedure.id, [nlp.make_doc(name.lower()) for name in procedure.names])
        long_words = [name for name in procedure.names if name.isalpha() and len(name) >= FUZZY_FROM_LETTERS]
        misspelt.add(procedure.id, [[{"LOWER": {"FUZZY2": word}}] for word in long_words])
    conditions = PhraseMatcher(nlp.vocab, attr="LOWER")
    for condition in knowledge.conditions:
        conditions.add(condition.id, [nlp.make_doc(phrase.lower()) for phrase in (*condition.phrases, condition.label)])
    return NameFinder(nlp, names, misspelt, conditions)


def procedures_of(mentions: Iterable[Mention]) -> tuple[Procedure, ...]:
    """Return the procedures that are named, each once, in the order they stand."""
    return tuple(dict.fromkeys(Procedure(mention.value) for mention in mentions if mention.kind == "procedure"))


def conditions_of(mentions: Iterable[Mention]) -> frozenset[Condition]:
    """Return the conditions that are revealed."""
    return frozenset(mention.value for mention in mentions if mention.kind == "condition")


def with_standard_names(text: str, mentions: Iterable[Mention], names: Mapping[str, str]) -> str:
    """Return a text in which each procedure is called by its standard name, however it was spelt."""
    parts, at = [], 0
    for mention in sorted(mentions, key=lambda found: found.start):
        if mention.kind == "procedure":
            parts += [text[at : mention.start], names[mention.value]]
            at = mention.end
    return "".join([*parts, text[at:]])


def _is_denied(span: Span) -> bool:
    """Tell whether one of the few words before a span, in the same clause, denies it."""
    for token in reversed(span.doc[max(0, span.start - DENIED_WITHIN_WORDS) : span.start]):
        if token.is_punct or token.lower_ in CLAUSE_WORDS:
            return False
        if token.lower_ in DENIALS:
            return True
    return False
