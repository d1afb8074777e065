"""The words that the knowledge table holds, in small letters: those of its prose, and those that its entries list."""

import re
from collections.abc import Iterable, Iterator

from bot.knowledge.shapes import PLACEHOLDER, Knowledge

FOLDED = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'", "&": " ", "+": " "})
WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['\u2019][^\W\d_]+)*(?!\w)")


def prose_words(knowledge: Knowledge) -> set[str]:
    """Return the words of sentences and labels; all are spelt right."""
    return _words(_prose(knowledge))


def listed_words(knowledge: Knowledge) -> list[set[str]]:
    """Return the words of the names or phrases of each entry; some are spelt wrong, as patients spell them."""
    return [_words(texts) for texts in _listed(knowledge)]


def _prose(knowledge: Knowledge) -> Iterator[str]:
    for topic in knowledge.topics:
        yield from (topic.label, topic.ask)
    for condition in knowledge.conditions:
        yield from (condition.label, condition.means)
    for conflict in knowledge.conflicts:
        yield from (conflict.question, conflict.told)
    yield from (procedure.name for procedure in knowledge.procedures)
    yield from (row.text for row in knowledge.rows)


def _listed(knowledge: Knowledge) -> Iterator[Iterable[str]]:
    yield from (procedure.names for procedure in knowledge.procedures)
    yield from (placeholder.words for placeholder in knowledge.placeholders)
    for condition in knowledge.conditions:
        yield (*condition.phrases, *condition.denied_by, *condition.unless)
    for phase in knowledge.phases:
        yield (*phase.phrases, *phase.unless)
        if phase.asides:
            yield (*phase.asides.phrases, *phase.asides.unless)


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in WORD.findall(PLACEHOLDER.sub(" ", text).lower())}
