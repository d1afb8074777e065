"""Medical words in a reply, explained once each."""

from pathlib import Path

import pytest
import textstat
from made_up import write_yaml

from bot.files import KNOWLEDGE
from bot.glossary import FILE, Glossary, GlossaryEntry, build_glossary, read_glossary
from bot.knowledge.read import BadKnowledge
from bot.reply import Term

KITE = {"id": "kite", "words": ["kite", "kites", "paper kite"], "means": "A toy that flies."}
ENTRIES = read_glossary()


@pytest.fixture
def glossary() -> Glossary:
    return build_glossary([GlossaryEntry.model_validate(KITE)])


def test_word_is_explained_as_it_stands(glossary: Glossary) -> None:
    assert glossary.terms(["Kites fly."]) == (Term(word="Kites", means="A toy that flies."),)


def test_meaning_is_given_once(glossary: Glossary) -> None:
    assert glossary.terms(["A kite.", "Two kites."]) == (Term(word="kite", means="A toy that flies."),)


def test_longest_word_is_taken(glossary: Glossary) -> None:
    assert [term.word for term in glossary.terms(["A paper kite."])] == ["paper kite"]


@pytest.mark.parametrize("text", ["", "A kitesurfer.", "Nothing here."])
def test_word_within_a_word_is_not_explained(glossary: Glossary, text: str) -> None:
    assert glossary.terms([text]) == ()


def test_word_under_two_entries_is_refused(tmp_path: Path) -> None:
    write_yaml(tmp_path / FILE, {"entries": [KITE, KITE | {"id": "other"}]})
    with pytest.raises(BadKnowledge, match="'kite' stands 2 times"):
        read_glossary(tmp_path)


def test_shipped_glossary_holds_the_words_of_the_table() -> None:
    assert len(ENTRIES) >= 60
    assert (KNOWLEDGE / FILE).exists()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_meaning_is_one_short_plain_sentence(entry: GlossaryEntry) -> None:
    assert entry.means.count(".") == 1
    assert len(entry.means.split()) <= 22
    assert not any(character.isdigit() for character in entry.means)
    assert textstat.flesch_kincaid_grade(entry.means) <= 12
