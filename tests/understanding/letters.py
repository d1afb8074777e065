"""A tiny world of kites and lanterns to learn from, and an encoder that counts letters."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.understanding.embed import WHOLE, Stretches, Vectors
from bot.understanding.examples import Example, parse_marks

QUESTIONS = {
    "ask_kites": "how high does the kite fly",
    "ask_lanterns": "how long does the lantern burn",
    "ask_balloons": "where can I buy a balloon",
    "ask_boats": "which colour has the boat",
    "ask_drums": "who beats the drum",
}
OTHERS = {
    "greet": "hello there friend",
    "out_of_scope": "weather of tomorrow in zzyzx",
    "follow_up": "and at midnight",
}
ENDINGS = ("", " now", " today", " here", " then")
STORIES = ("my son is two.", "we like the park.", "I am new to this.", "it rained on monday.")


@dataclass
class LetterEncoder:
    """Stands in for the trained encoder: counts letters. Keeps the texts that it was asked to encode."""

    encoded: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text."""
        return np.concatenate(self.encode_parts([(text, (WHOLE,)) for text in texts]))

    def encode_parts(self, texts: Sequence[tuple[str, Stretches]]) -> list[Vectors]:
        """Return one unit vector for each stretch of each text."""
        self.encoded += [text for text, _ in texts]
        return [
            np.array([_letters(" ".join(text[start:end] for start, end in one) or text) for one in stretches])
            for text, stretches in texts
        ]


def _letters(text: str) -> Vectors:
    counts = np.array([text.lower().count(chr(97 + at)) for at in range(26)] + [1])
    return np.asarray(counts / np.linalg.norm(counts), dtype=np.float32)


def tiny_examples() -> list[Example]:
    """Return training sentences: plain ones, ones after a story, pairs of questions, and follow-ups."""
    plain = [Example(f"{text}{ending}", intent) for intent, text in (QUESTIONS | OTHERS).items() for ending in ENDINGS]
    marked = {intent: f"[{text}](asks:{intent.removeprefix('ask_')})" for intent, text in QUESTIONS.items()}
    told = [parse_marks(f"{story} {mark}?", intent) for story in STORIES for intent, mark in marked.items()]
    names = [*marked]
    pairs = [
        parse_marks(f"{marked[one]}? {marked[other]}?", "several_questions")
        for one, other in zip(names, [*names[1:], names[0]], strict=True)
    ]
    follow = [
        parse_marks(f"How high does the kite fly? [and {when}](follows:kites)", "ask_kites")
        for when in ("at night", "at noon", "at midnight", "in rain")
    ]
    return [*plain, *told, *pairs, *follow]
