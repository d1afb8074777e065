"""Cut a text into words, or a Chinese one into characters, with spaCy's tokenizers and without its pipelines.

Already an empty pipeline (`spacy.blank`) loads all that any installed package has for pipelines: presidio, 1.3 s of
processor. What cuts a language is made once a process, so that its words are kept once.
"""

from functools import cache
from typing import Protocol

from spacy.lang.en import English
from spacy.lang.zh import Chinese, ChineseTokenizer
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
from spacy.vocab import Vocab, create_vocab


class Cutter(Protocol):
    """What cuts texts, and knows the words that stood in them."""

    vocab: Vocab

    def __call__(self, text: str) -> Doc:
        """Return a text, cut."""


@cache
def cutter(language: str = "en") -> Cutter:
    """Return what cuts texts of a language, English or Chinese: the tokenizer that spaCy has for it."""
    return _english() if language == "en" else ChineseTokenizer(create_vocab(language, Chinese.Defaults))


def _english() -> Cutter:
    rules = English.Defaults
    made: Cutter = Tokenizer(
        create_vocab("en", rules),
        rules=rules.tokenizer_exceptions,
        prefix_search=compile_prefix_regex(rules.prefixes or ()).search,
        suffix_search=compile_suffix_regex(rules.suffixes or ()).search,
        infix_finditer=compile_infix_regex(rules.infixes or ()).finditer,
        token_match=rules.token_match,
        url_match=rules.url_match,
    )
    return made
