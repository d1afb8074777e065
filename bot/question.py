"""The typed question: what a message asks, as the knowledge table understands it. Shapes only.

Finding them in text is `bot.understanding`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Topic = str
Language = Literal["en", "zh"]
Condition = str


class Procedure(StrEnum):
    """The two procedures that the assistant knows."""

    HSG = "hsg"
    HYSTEROSCOPY = "hysteroscopy"

    @property
    def other(self) -> "Procedure":
        """The procedure that this one is not."""
        return Procedure.HYSTEROSCOPY if self is Procedure.HSG else Procedure.HSG


class Phase(StrEnum):
    """Where a patient stands: the procedure is ahead of her, is today, or is done."""

    BEFORE = "before"
    DAY = "day"
    AFTER = "after"


@dataclass(frozen=True)
class Question:
    """One thing asked: its topic, the procedure when known (null when not), and what she said of herself."""

    topic: Topic
    procedure: Procedure | None = None
    conditions: frozenset[Condition] = frozenset()


@dataclass(frozen=True)
class Asked:
    """One thing that a message asks, as it was understood.

    `likely` holds the questions that it may be, the likeliest first; only the first counts where it `is_clear`.
    `follows` tells that it was understood from the question before it, `again` that it asks for more on that very one;
    `text` holds the words that ask.
    """

    likely: tuple[Question, ...]
    is_clear: bool = True
    follows: bool = False
    text: str = ""
    confidence: float = 1.0
    again: bool = False

    @property
    def question(self) -> Question:
        """The likeliest question."""
        return self.likely[0]
