"""Cut a text into words, or a Chinese one into characters, with spaCy's tokenizers and without its pipelines.

Already an empty pipeline (`spacy.blank`) loads all that any installed package has for pipelines: presidio, 1.3 s of
processor. What cuts a language is made once a process, so that its words are kept once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import Lock

from spacy.lang.en import English
from spacy.lang.zh import Chinese, ChineseTokenizer
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
from spacy.vocab import Vocab, create_vocab


@dataclass(frozen=True)
class Cutter:
    """Cuts texts of one language. `vocab` holds the words of what it was built for: phrases, names, signs.

    Where threads may share it, `lock` is held while a text is cut and looked through.
    """

    vocab: Vocab
    cut: Callable[[str], Doc]
    lock: Lock = field(default_factory=Lock)

    def __call__(self, text: str) -> Doc:
        """Return a text, cut."""
        return self.cut(text)

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """Forget at the end the words that were new: spaCy would keep each that it ever saw.

        No document may be used after that. One at a time, and none within another: spaCy has one zone.
        """
        with self.lock, self.vocab.memory_zone():
            yield


@cache
def cutter(language: str = "en") -> Cutter:
    """Return what cuts texts of a language, English or Chinese: the tokenizer that spaCy has for it."""
    if language == "en":
        return _english()
    vocab = create_vocab(language, Chinese.Defaults)
    return Cutter(vocab, ChineseTokenizer(vocab))


def _english() -> Cutter:
    rules = English.Defaults
    vocab = create_vocab("en", rules)
    cut = Tokenizer(
        vocab,
        rules=rules.tokenizer_exceptions,
        prefix_search=compile_prefix_regex(rules.prefixes or ()).search,
        suffix_search=compile_suffix_regex(rules.suffixes or ()).search,
        infix_finditer=compile_infix_regex(rules.infixes or ()).finditer,
        token_match=rules.token_match,
        url_match=rules.url_match,
    )
    return Cutter(vocab, cut)
