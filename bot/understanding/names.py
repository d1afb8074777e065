"""Find the procedures that a message names and the conditions it reveals, with spaCy, from the knowledge table's lists.

Which words reveal what is data (`procedures.yml`, `conditions.yml`); only how they are matched stands here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import spacy
from spacy.language import Language
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans

from bot.knowledge.shapes import Knowledge
from bot.question import Condition, Procedure

FUZZY_FROM_LETTERS = 10


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
        """Return the mentions in a text, in the order they stand; of two that overlap, the longer."""
        doc = self.nlp.make_doc(text)
        return [*self._procedures(doc), *self._conditions(doc)]

    def is_only_a_name(self, text: str) -> bool:
        """Tell whether a message is the name of a procedure and nothing else, as a button sends it."""
        doc = self.nlp.make_doc(text)
        mentions = self._procedures(doc)
        if not mentions:
            return False
        return all(
            token.is_punct or token.is_space or any(mention.start <= token.idx < mention.end for mention in mentions)
            for token in doc
        )

    def _procedures(self, doc: Doc) -> list[Mention]:
        spans = [*self.names(doc, as_spans=True), *self.misspelt(doc, as_spans=True)]
        return _mentions("procedure", filter_spans(spans))

    def _conditions(self, doc: Doc) -> list[Mention]:
        return _mentions("condition", filter_spans(self.conditions(doc, as_spans=True)))


def build_name_finder(knowledge: Knowledge) -> NameFinder:
    """Return a finder of the names and phrases that the knowledge table lists."""
    nlp = spacy.blank("en")
    names = PhraseMatcher(nlp.vocab, attr="LOWER")
    misspelt = Matcher(nlp.vocab)
    for procedure in knowledge.procedures:
        names.add(procedure.id, [nlp.make_doc(name) for name in procedure.names])
        long_words = [name for name in procedure.names if name.isalpha() and len(name) >= FUZZY_FROM_LETTERS]
        misspelt.add(procedure.id, [[{"LOWER": {"FUZZY2": word}}] for word in long_words])
    conditions = PhraseMatcher(nlp.vocab, attr="LOWER")
    for condition in knowledge.conditions:
        conditions.add(condition.id, [nlp.make_doc(phrase) for phrase in condition.phrases])
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


def _mentions(kind: str, spans: Iterable[spacy.tokens.Span]) -> list[Mention]:
    return [
        Mention(kind, span.label_, span.start_char, span.end_char, span.text)
        for span in sorted(spans, key=lambda found: found.start)
    ]
