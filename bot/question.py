"""The typed question: what a message asks, as the knowledge table understands it. Shapes only.

Finding them in text is `bot.understanding`.
"""

from dataclasses import dataclass
from enum import StrEnum

Topic = str
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
