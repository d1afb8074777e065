"""Medical words in a text, each with what it means in plain words. The words stand in `data/knowledge/glossary.yml`."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError
from spacy.matcher import PhraseMatcher
from spacy.util import filter_spans

from bot.files import KNOWLEDGE, read_yaml
from bot.knowledge.read import BadKnowledge
from bot.knowledge.shapes import Entry, Name, Phrase, Text
from bot.reply import Term
from bot.understanding.tokens import cutter

FILE = "glossary.yml"
BETWEEN = "\n\n"
MOST_KEPT = 1000  # paragraphs with what was found in them: replies repeat themselves
DATED = re.compile(r"\d{4}")  # her own days, which are not kept


class GlossaryEntry(Entry):
    """One medical word in its forms, and what it means."""

    id: Name
    words: tuple[Phrase, ...]
    means: Text


@dataclass(frozen=True)
class Glossary:
    """Finds the words in texts: `find` returns those of a paragraph, each with the name of its entry."""

    find: Callable[[str], tuple[tuple[str, Term], ...]]

    def terms(self, texts: Iterable[str]) -> tuple[Term, ...]:
        """Return the medical words in some texts, each meaning once, in the order they first stand."""
        found: dict[str, Term] = {}
        for text in texts:
            for paragraph in text.split(BETWEEN):
                for name, term in self.find(paragraph):
                    found.setdefault(name, term)
        return tuple(found.values())


def read_glossary(folder: Path = KNOWLEDGE) -> tuple[GlossaryEntry, ...]:
    """Return the entries of the glossary.

    Raises:
        BadKnowledge: lists every problem in the file.
    """
    problems: list[str] = []
    entries: list[GlossaryEntry] = []
    for entry in read_yaml(folder / FILE)["entries"]:
        try:
            entries.append(GlossaryEntry.model_validate(entry))
        except ValidationError as error:
            problems += [f"{FILE}: {entry.get('id')}: {one['msg']}" for one in error.errors()]
    forms = [form.lower() for entry in entries for form in entry.words]
    problems += [f"{FILE}: {form!r} stands {forms.count(form)} times" for form in set(forms) if forms.count(form) > 1]
    if problems:
        raise BadKnowledge(sorted(problems))
    return tuple(entries)


def build_glossary(entries: Iterable[GlossaryEntry]) -> Glossary:
    """Return a finder of the words of some entries."""
    cut = cutter()
    matcher = PhraseMatcher(cut.vocab, attr="LOWER")
    means = {}
    for entry in entries:
        matcher.add(entry.id, [cut(word) for word in entry.words])
        means[entry.id] = entry.means

    def read(text: str) -> tuple[tuple[str, Term], ...]:
        with cut.lock:  # the words are our own: they may be kept
            spans = filter_spans(matcher(cut(text), as_spans=True))
            return tuple((span.label_, Term(word=span.text, means=means[span.label_])) for span in spans)

    kept = lru_cache(MOST_KEPT)(read)
    return Glossary(lambda text: read(text) if DATED.search(text) else kept(text))
