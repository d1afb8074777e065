"""What planning a patient's dates takes and gives: the question, the rules with their values, the plan. Shapes only.

Planning is `bot.dates.planning`, telling a plan `bot.dates.tell`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot import cycle
from bot.knowledge.shapes import Value
from bot.question import Condition, Procedure, Topic

Counting = Literal["first_clean_day", "period_start"]
Contrast = Literal["water", "oil"]
Role = Literal["period_start", "period_end", "next_period", "procedure_day"]
Detail = Literal[
    "period_end",
    "period_start_and_end",
    "period_length",
    "exact_day",
    "which_reading",
    "procedure_day",
    "bleeding_to_stop",
    "real_day",
]
Reason = Literal[
    "missing",
    "impossible",
    "contradictory",
    "future",
    "late",
    "ambiguous",
    "vague",
    "too_old",
    "still_bleeding",
    "no_period",
]
NoteKey = Literal[
    "bleeding_also_told",
    "booked_day_fits",
    "booked_day_outside",
    "bleeding_end_unknown",
    "counted_from_end",
    "counted_from_start",
    "irregular",
    "long_bleeding",
    "next_cycle_after_procedure",
    "no_open_day",
    "ovulation_limit",
    "past_cycle_day",
    "predicted_end",
    "provisional",
    "still_ask_bleeding_stopped",
    "window_is_past",
    "window_partly_past",
]
EventName = Literal[
    "come_to_clinic",
    "no_bathing",
    "no_sex_after",
    "no_sex_before",
    "prepare",
    "report_ready",
    "second_film",
    "window",
]


@dataclass(frozen=True)
class DateQuestion:
    """A question whose answer is a day: its topic and procedure, what she said of herself, the contrast of her HSG."""

    topic: Topic
    procedure: Procedure
    conditions: frozenset[Condition] = frozenset()
    contrast: Contrast = "water"


@dataclass(frozen=True)
class Rule:
    """A row of the knowledge table as far as days are computed with it."""

    row: str
    topic: Topic
    authority: str
    conditions: frozenset[Condition] = frozenset()
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Counted:
    """How days were counted: from which day, by which value of which row."""

    anchor: Literal["period_end", "period_start", "procedure_day"]
    day: date
    row: str
    value: Value | None = None


@dataclass(frozen=True)
class ReadBack:
    """A day as it was understood. `length_days` is set where her period's last day was worked out with it."""

    role: Role
    day: date
    length_days: int | None = None

    @property
    def last_day(self) -> date:
        """The last day of a period of that length; the day itself where no length is known."""
        return cycle.last_bleeding_day(self.day, self.length_days or 1)


@dataclass(frozen=True)
class Note:
    """Something to say beside the days, about the days in `days`."""

    key: NoteKey
    days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Event:
    """Whole days for a calendar, the last one included, and the rows that they rest on."""

    name: EventName
    first: date
    last: date
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Computed:
    """A patient's own days. A window is kept even where it is over; `open_days` then holds none."""

    question: DateQuestion
    counted: Counted
    read_back: tuple[ReadBack, ...]
    window: tuple[date, date] | None = None
    open_days: tuple[date, ...] | None = None
    free_from: date | None = None
    not_before: date | None = None
    notes: tuple[Note, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class NeedsDetail:
    """What must be known first, why, and which of her days it is about, in her words."""

    question: DateQuestion
    detail: Detail
    reason: Reason
    role: Role | None = None
    text: str = ""
    day: date | None = None
    choices: tuple[date, ...] = ()


@dataclass(frozen=True)
class NoDates:
    """No rule tells a number of days on this."""

    question: DateQuestion


Plan = Computed | NeedsDetail | NoDates
