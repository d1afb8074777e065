"""What is looked at of a message: the whole of it, or one of its questions with what is told around it.

Places in a text are in characters; a place in the text as it was written can be found again in a text made of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Span = tuple[int, int]


class Edit(NamedTuple):
    """Words that stand in for others of a text. Units: characters."""

    start: int
    end: int
    words: str


class _Move(NamedTuple):
    """Where words stood, and where those that stand in for them are now."""

    start: int
    end: int
    new_start: int
    new_end: int


@dataclass(frozen=True)
class Edited:
    """A text that was made of another, step by step, and how to find a place of that one in it."""

    text: str
    steps: tuple[tuple[_Move, ...], ...] = ()

    def edit(self, edits: Iterable[Edit]) -> "Edited":
        """Return the text with other words where edits say so; they are in order and do not overlap."""
        parts: list[str] = []
        moves: list[_Move] = []
        at = length = 0
        for edit in edits:
            parts += [self.text[at : edit.start], edit.words]
            length += edit.start - at
            moves.append(_Move(edit.start, edit.end, length, length + len(edit.words)))
            length += len(edit.words)
            at = edit.end
        return Edited("".join([*parts, self.text[at:]]), (*self.steps, tuple(moves)))

    def place(self, span: Span) -> Span:
        """Return where a stretch of the first text stands now; of words that were changed it holds all."""
        start, end = span
        for moves in self.steps:
            start, end = _moved(start, moves, is_end=False), _moved(end, moves, is_end=True)
        return start, end


def _moved(place: int, moves: Sequence[_Move], *, is_end: bool) -> int:
    shift = 0
    for move in moves:
        if place >= move.end:
            shift = move.new_end - move.end
        elif place > move.start:
            return move.new_end if is_end else move.new_start
        else:
            break
    return place + shift


@dataclass(frozen=True)
class View:
    """A text that is looked at, and the stretches in it that ask (none: all of it)."""

    text: str
    asks: tuple[Span, ...] = ()

    @classmethod
    def of_question(cls, text: str, spans: Sequence[Span], at: int) -> "View":
        """Return a view of one of the questions of a message, up to the questions before and after it."""
        start = spans[at - 1][1] if at else 0
        end = spans[at + 1][0] if at + 1 < len(spans) else len(text)
        first, last = spans[at]
        return cls(text[start:end], ((first - start, last - start),))

    @property
    def asking(self) -> str:
        """The words that ask."""
        return " ".join(self.text[start:end] for start, end in self.asks) or self.text
