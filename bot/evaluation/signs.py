"""A message that is labelled urgent or not, and what came back: the shapes of a set of warning signs.

A line holds `text` and `urgent`, and may hold `sign` (the sign whose words it holds) and `why`.
"""

import re
from dataclasses import dataclass
from typing import Any

from bot.evaluation.messages import Labelled

FACT = re.compile(r"\bC[0-9]{2}\b")


class SignMessage(Labelled):
    """A message in which a warning sign holds, or none does."""

    marks = frozenset({"urgent"})
    example = '{"text": "I cannot breathe", "urgent": true, "sign": "breathing"}'
    urgent: bool
    sign: str | None = None
    why: str = ""


@dataclass(frozen=True)
class MeasuredSign:
    """One message, whether it is urgent, and what came back."""

    id: str
    text: str
    urgent: bool
    sign: str | None
    why: str
    replies: list[dict[str, Any]]
    seconds: float

    @property
    def is_called_urgent(self) -> bool:
        """Whether some reply says that it is urgent."""
        return any(reply["kind"] == "urgent" for reply in self.replies)

    @property
    def must_be_urgent(self) -> bool:
        """Whether it tells of a warning sign."""
        return self.urgent

    @property
    def is_right(self) -> bool:
        """Whether it is called urgent where it is, and only there."""
        return self.is_called_urgent == self.urgent

    @property
    def levels(self) -> list[str]:
        """How urgent the replies say that it is."""
        return [reply["level"] for reply in self.replies if reply["level"]]

    @property
    def group(self) -> str | None:
        """What it counts under: its sign, without one the first fact that `why` names, none without either."""
        fact = FACT.search(self.why)
        return self.sign or (fact.group() if fact else None)
