"""Tell what a message asks from what it tells: the stretches that hold one question each, without the story around.

A linear-chain conditional random field over the words, learnt from the marked sentences of `data/nlu/`. What it takes
for one question is parted where a new one begins by its grammar ("does it hurt, and when may I swim"). What the
question is about is not decided here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pycrfsuite

from bot.understanding.examples import Example
from bot.understanding.tokens import Cutter, cutter

BEGINS, GOES_ON, TELLS = "B", "I", "O"
ENDS_SENTENCE = frozenset(".!?;")
SETTINGS = {"c1": 0.1, "c2": 0.05, "max_iterations": 120, "feature.possible_transitions": True}
NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
NOTHING = "#"
OPENS = (
    r"(?:what|whats|when|how|why|which|who|where|can|could|should|shall|may|is|are|was|will|would|do|does|did|am|must"
    r"|has|have)\b"
)
NEW_QUESTION = re.compile(
    rf"\?+\s+(?:(?:and|also|plus|or|but|so)\s+)*(?={OPENS})"
    rf"|(?:\s*[,;]\s*|\s+)(?:and|also|plus|or|&)\s+(?:also\s+)?(?={OPENS})"
    rf"|\s*[,;]\s+(?={OPENS})",
    re.IGNORECASE,
)
BEGINS_ASKING = re.compile(rf"(?:(?:and|also|plus|or|but|so)\s+)*{OPENS}", re.IGNORECASE)
LEAST_WORDS = 3

Words = list[tuple[int, int, str]]


@dataclass(frozen=True)
class AskedFinder:
    """Finds the stretches of a message that ask."""

    cut: Cutter
    tagger: Any

    def find(self, text: str) -> list[tuple[int, int]]:
        """Return where each question begins and ends, in the order they stand; nothing where nothing was learnt.

        Units: characters.
        """
        words = _words(self.cut, text) if self.tagger else []
        found: list[tuple[int, int]] = []
        before = TELLS
        for (start, end, _), tag in zip(words, self.tagger.tag(_features(words)) if words else [], strict=True):
            if tag == BEGINS or (tag == GOES_ON and before == TELLS):
                found.append((start, end))
            elif tag == GOES_ON:
                found[-1] = (found[-1][0], end)
            before = tag
        return [part for start, end in found for part in _parts(text, start, end)]


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return a stretch that asks, parted where a question ends and a new one begins.

    No part is shorter than `LEAST_WORDS`.
    """
    parts, at = [], start
    for new in NEW_QUESTION.finditer(text, start, end):
        shortest = min(len(text[at : new.start()].split()), len(text[new.end() : end].split()))
        if BEGINS_ASKING.match(text, at) and shortest >= LEAST_WORDS:
            parts.append((at, new.start()))
            at = new.end()
    return [*parts, (at, end)]


def train_asked(examples: Iterable[Example], path: Path) -> None:
    """Learn from the marked ones among examples, and write the model to a file: an empty one where none is marked."""
    marked = [one for one in examples if one.asked and not any(asked.follows for asked in one.asked)]
    path.write_bytes(b"")
    if not marked:
        return
    trainer = pycrfsuite.Trainer(params=SETTINGS, verbose=False)
    for example in marked:
        words = _words(cutter(), example.text)
        trainer.append(_features(words), _tags(words, example))
    trainer.train(str(path))


def load_asked(path: Path) -> AskedFinder:
    """Return the finder in a file that `train_asked` wrote."""
    tagger = pycrfsuite.Tagger() if path.stat().st_size else None
    if tagger:
        tagger.open(str(path))
    return AskedFinder(cutter(), tagger)


def _words(cut: Cutter, text: str) -> Words:
    with cut.forgetting():
        return [(word.idx, word.idx + len(word), word.lower_) for word in cut(text) if not word.is_space]


def _tags(words: Words, example: Example) -> list[str]:
    tags = [TELLS] * len(words)
    for asked in example.asked:
        inside = [at for at, (start, end, _) in enumerate(words) if start < asked.end and end > asked.start]
        for at in inside:
            tags[at] = BEGINS if at == inside[0] else GOES_ON
    return tags


def _features(words: Words) -> list[list[str]]:
    """Return the features of each word: itself, its neighbours, where it stands in its clause and in the message."""
    texts = [text for _, _, text in words]
    is_question = _is_before_question_mark(texts)
    features, since = [], 0
    for at, text in enumerate(texts):
        found = [
            "always",
            f"word={text}",
            f"ending={text[-3:]}",
            f"question={is_question[at]}",
            f"since={min(since, 4)}",
            f"left={min(len(texts) - at - 1, 5)}",
            f"place={10 * at // len(texts)}",
            *(f"{step}={_at(texts, at + step)}" for step in NEIGHBOURS),
            f"pair={text} {_at(texts, at + 1)}",
            f"pair before={_at(texts, at - 1)} {text}",
            f"three={text} {_at(texts, at + 1)} {_at(texts, at + 2)}",
        ]
        features.append(found)
        since = 0 if text in ENDS_SENTENCE or text == "," else since + 1
    return features


def _at(texts: Sequence[str], at: int) -> str:
    return texts[at] if 0 <= at < len(texts) else NOTHING


def _is_before_question_mark(texts: Sequence[str]) -> list[bool]:
    """Return for each word whether its sentence ends in a question mark."""
    marks, is_question = [], False
    for text in reversed(texts):
        if text in ENDS_SENTENCE:
            is_question = text == "?"
        marks.append(is_question)
    return marks[::-1]
