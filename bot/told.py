"""What a patient has told of her cycle and of the day of her procedure. Shapes only.

Reading it in text is `bot.understanding.days`; computing with it is `bot.dates`.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Unclear = Literal["impossible", "ambiguous", "vague"]


class Shape(BaseModel):
    """A frozen shape that refuses keys it does not know; `model_dump(mode="json")` fits a slot."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Day(Shape):
    """A day as she told it, in her words.

    `on` is null where it is unclear: `impossible` (31 February), `vague` ("some time last week") or `ambiguous`
    (03/04), which leaves the days in `choices`, the clinic's way of reading first.
    """

    text: str
    on: date | None = None
    unclear: Unclear | None = None
    choices: tuple[date, ...] = ()


class Told(Shape):
    """What she told, all of it optional. Units: days for the lengths.

    `period_start` is the first day of her last period, `period_end` the last day on which she bled, `next_period` the
    first day of a period that is still to come, `procedure_day` the day of the procedure, done or booked. `other_days`
    holds days of which she did not say what happened on them, `number` a bare number of days, which answers a question.
    """

    period_start: Day | None = None
    period_end: Day | None = None
    next_period: Day | None = None
    procedure_day: Day | None = None
    period_length_days: int | None = None
    cycle_length_days: int | None = None
    still_bleeding: bool | None = None
    irregular: bool | None = None
    no_period: bool | None = None
    other_days: tuple[Day, ...] = ()
    number: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was told."""
        return self == Told()

    def and_then(self, later: "Told") -> "Told":
        """Return this with what was told later; what was told twice holds as told last."""
        said = {name: getattr(later, name) for name in later.model_fields_set if getattr(later, name) is not None}
        return self.model_copy(update=said)
