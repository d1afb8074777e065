"""Find what a message names and says of her, with spaCy: the procedures, the conditions, and where she stands.

Which words reveal what is data (`procedures.yml`, `conditions.yml`, `phases.yml`); only how they are matched is here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from bot.knowledge.shapes import PLACEHOLDER, ConditionEntry, Knowledge, PhaseEntry
from bot.question import Condition, Phase, Procedure
from bot.understanding.phrases import Kinds, Words, build_kinds, read_words
from bot.understanding.stated import (
    clause,
    is_beside_a_statement,
    is_clearly_denied,
    is_denied,
    is_said_of_herself,
    is_told,
)
from bot.understanding.tokens import Cutter, cutter
from bot.understanding.views import Edit

FUZZY_FROM_LETTERS = 10
KEPT = 64  # texts: those of a few messages
SAYS, DENIES, ASIDE, UNLESS, UNLESS_ASIDE = "says", "denies", "aside", "unless", "unless_aside"


@dataclass(frozen=True)
class Mention:
    """A stretch of the message that names a procedure, reveals or denies a condition, or tells where she stands.

    `kind` is "procedure", "condition", "denied_condition" or "phase". Units: characters.
    """

    kind: str
    value: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class _Seen:
    mentions: tuple[Mention, ...]
    is_only_a_name: bool


@dataclass(frozen=True)
class NameFinder:
    """Finds procedures, conditions and phases in text.

    The labels of `conditions`, `marked_conditions` and `phases` tell the entry and what its words do: `polyps:says`.
    """

    cut: Cutter
    names: PhraseMatcher
    misspelt: Matcher
    kinds: Kinds
    conditions: PhraseMatcher
    marked_conditions: PhraseMatcher
    phases: PhraseMatcher

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in a text, in the order they stand; of two of a kind that overlap, the longer.

        A condition that is denied ("not allergic to iodine") is a "denied_condition" where that is a statement about
        herself, and none where it is not ("can I not have it with an iodine allergy?").
        """
        return list(self._seen(text).mentions)

    def is_only_a_name(self, text: str) -> bool:
        """Tell whether a message is the name of a procedure and nothing else, as a button sends it."""
        return self._seen(text).is_only_a_name

    @cached_property
    def _seen(self) -> Callable[[str], _Seen]:
        """What is seen in a text: a message is looked at several times on its way."""
        return lru_cache(KEPT)(self._see)

    def _see(self, text: str) -> _Seen:
        with self.cut.forgetting():
            return self._see_words(text)

    def _see_words(self, text: str) -> _Seen:
        words = read_words(self.cut, text)
        procedures = self._procedures(words)
        marked = self.kinds.mark(words, procedures)
        mentions = [
            *(_mention("procedure", span.label_, words, span) for span in procedures),
            *self._conditions(words, marked),
            *self._phases(marked),
        ]
        named = {token.i for span in procedures for token in span}
        is_only_a_name = bool(named) and all(token.is_punct or token.i in named for token in words.doc)
        return _Seen(tuple(sorted(mentions, key=lambda mention: mention.start)), is_only_a_name)

    def _procedures(self, words: Words) -> list[Span]:
        return filter_spans([*self.names(words.doc, as_spans=True), *self.misspelt(words.doc, as_spans=True)])

    def _conditions(self, words: Words, marked: Words) -> Iterator[Mention]:
        in_marked = self.marked_conditions(marked.doc, as_spans=True)
        exceptions = _exceptions(marked, in_marked, UNLESS)
        plain = filter_spans(self.conditions(words.doc, as_spans=True))
        found = [(words, plain), (marked, filter_spans([span for span in in_marked if _does(span) != UNLESS]))]
        for where, spans in found:
            listed = {token.i for span in spans for token in span}
            for span in spans:
                name, does = span.label_.split(":")
                start, _ = where.place(span)
                if any(name == other and first <= start < last for other, first, last in exceptions):
                    continue
                if does == SAYS and not is_denied(span):
                    yield _mention("condition", name, where, span)
                elif is_told(span) if does == DENIES else is_clearly_denied(span, listed):
                    yield _mention("denied_condition", name, where, span)

    def _phases(self, marked: Words) -> Iterator[Mention]:
        found = self.phases(marked.doc, as_spans=True)
        for span in filter_spans([span for span in found if _does(span) in (SAYS, ASIDE)]):
            name, does = span.label_.split(":")
            exceptions = _exceptions(marked, found, UNLESS_ASIDE if does == ASIDE else UNLESS)
            start, _ = marked.place(span)
            if any(name == other and first <= start < last for other, first, last in exceptions):
                continue
            if is_beside_a_statement(span) if does == ASIDE else is_said_of_herself(span):
                yield _mention("phase", name, marked, span)


def build_name_finder(knowledge: Knowledge) -> NameFinder:
    """Return a finder of the names and phrases that the knowledge table lists."""
    cut = cutter()
    names = PhraseMatcher(cut.vocab, attr="LOWER")
    misspelt = Matcher(cut.vocab)
    for procedure in knowledge.procedures:
        names.add(procedure.id, [cut(name.lower()) for name in procedure.names])
        long_words = [name for name in procedure.names if name.isalpha() and len(name) >= FUZZY_FROM_LETTERS]
        misspelt.add(procedure.id, [[{"LOWER": {"FUZZY2": word}}] for word in long_words])
    kinds = build_kinds(cut, knowledge.placeholders)
    conditions, marked_conditions, phases = (PhraseMatcher(cut.vocab, attr="LOWER") for _ in range(3))
    for condition in knowledge.conditions:
        for does, phrases in _of_condition(condition).items():
            plain = [phrase for phrase in phrases if does != UNLESS and not PLACEHOLDER.search(phrase)]
            _add(conditions, f"{condition.id}:{does}", (cut(phrase.lower()) for phrase in plain))
            others = (pattern for phrase in phrases if phrase not in plain for pattern in kinds.patterns(phrase))
            _add(marked_conditions, f"{condition.id}:{does}", others)
    for phase in knowledge.phases:
        for does, phrases in _of_phase(phase).items():
            patterns = (pattern for phrase in phrases for pattern in kinds.patterns(phrase))
            _add(phases, f"{phase.id}:{does}", patterns)
    return NameFinder(cut, names, misspelt, kinds, conditions, marked_conditions, phases)


def procedures_of(mentions: Iterable[Mention]) -> tuple[Procedure, ...]:
    """Return the procedures that are named, each once, in the order they stand."""
    return tuple(dict.fromkeys(Procedure(mention.value) for mention in mentions if mention.kind == "procedure"))


def conditions_of(mentions: Iterable[Mention]) -> frozenset[Condition]:
    """Return the conditions that are revealed."""
    return frozenset(mention.value for mention in mentions if mention.kind == "condition")


def denied_conditions_of(mentions: Iterable[Mention]) -> frozenset[Condition]:
    """Return the conditions that are denied and not revealed, which what was said before must give up."""
    mentions = list(mentions)
    denied = frozenset(mention.value for mention in mentions if mention.kind == "denied_condition")
    return denied - conditions_of(mentions)


def phase_of(mentions: Iterable[Mention]) -> Phase | None:
    """Return where she says that she stands; when she says several, the last."""
    said = [mention for mention in mentions if mention.kind == "phase"]
    return Phase(max(said, key=lambda mention: mention.start).value) if said else None


def standard_names(mentions: Iterable[Mention], names: Mapping[str, str]) -> list[Edit]:
    """Return what makes of a text one in which each procedure is called by its standard name, however it was spelt."""
    named = sorted((one for one in mentions if one.kind == "procedure"), key=lambda one: one.start)
    return [Edit(one.start, one.end, names[one.value]) for one in named]


def _of_condition(entry: ConditionEntry) -> dict[str, tuple[str, ...]]:
    return {SAYS: (*entry.phrases, entry.label), DENIES: entry.denied_by, UNLESS: entry.unless}


def _of_phase(entry: PhaseEntry) -> dict[str, tuple[str, ...]]:
    asides = entry.asides
    beside = {ASIDE: asides.phrases, UNLESS_ASIDE: asides.unless} if asides else {}
    return {SAYS: entry.phrases, UNLESS: entry.unless} | beside


def _add(matcher: PhraseMatcher, label: str, patterns: Iterable[Doc]) -> None:
    if found := list(patterns):
        matcher.add(label, found)


def _does(span: Span) -> str:
    return str(span.label_.split(":")[1])


def _exceptions(words: Words, spans: Iterable[Span], does: str) -> list[tuple[str, int, int]]:
    """Return the entries whose words do not count, and where: the clauses that hold an exception. Units: characters."""
    found = []
    for span in spans:
        if _does(span) == does:
            first, after = clause(words.doc, span.start, span.end)
            found.append((span.label_.split(":")[0], words.starts[first], words.ends[after - 1]))
    return found


def _mention(kind: str, value: str, words: Words, span: Span) -> Mention:
    start, end = words.place(span)
    return Mention(kind, value, start, end, words.text[start:end])
