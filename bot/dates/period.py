"""Which period a window is counted from: her last one as she told it, or the next one as it is expected.

The numbers here only tell a slip, or a case for the clinic, from a period that can be counted with.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot import cycle
from bot.dates.case import Case
from bot.dates.shapes import ReadBack, Role

OLDEST_PERIOD_DAYS = 35
PERIOD_LENGTHS_DAYS = range(1, 16)
CYCLE_LENGTHS_DAYS = range(15, 91)


@dataclass(frozen=True)
class Period:
    """One period. `known_by` tells what its last day rests on; "next" is a period that is still to come."""

    start: date | None
    end: date | None
    known_by: Literal["end", "length", "start", "next"]
    length_days: int | None = None

    @property
    def read_back(self) -> tuple[ReadBack, ...]:
        """The days that she told of it, as they were understood."""
        if self.known_by == "end":
            told: list[tuple[Role, date | None]] = [("period_start", self._told_start), ("period_end", self.end)]
            return tuple(ReadBack(role, day) for role, day in told if day is not None)
        role: Role = "next_period" if self.known_by == "next" else "period_start"
        return (ReadBack(role, self.start, self.length_days),) if self.start else ()

    def day_one(self, from_start: bool) -> date:
        """Return the day that is day 1: its first day, or the first clean day after it."""
        if from_start and self.start is not None:
            return self.start
        if not from_start and self.end is not None:
            return cycle.first_clean_day(self.end)
        raise ValueError(f"{self}: cannot count from its {'first' if from_start else 'last'} day")

    @property
    def _told_start(self) -> date | None:
        return None if self.length_days is not None else self.start


def period_of(case: Case, *, from_start: bool) -> Period:
    """Return the period to count from: its last day is known, or with `from_start` its first day.

    Raises:
        Missing: a detail is needed first.
    """
    told = case.told
    if told.no_period and told.period_start is None and told.period_end is None:
        raise case.missing("period_start_and_end", "no_period")
    is_open = case.is_bleeding and told.period_end is None and not _is_expected_to_end(case)
    if is_open and not (from_start and told.period_start):
        raise case.missing("bleeding_to_stop", "still_bleeding")
    end = case.day("period_end")
    start = _start_beside_end(case) if end and not from_start else case.day("period_start")
    if start is None and end is None:
        return _next_told(case)
    _check(case, start, end)
    return _with_end(case, start, end, from_start) if end else _with_start(case, start, from_start)


def _is_expected_to_end(case: Case) -> bool:
    """Tell whether a period that goes on is not over its usual length."""
    start, length = case.day_if_clear("period_start"), _length(case)
    return start is not None and length is not None and cycle.last_bleeding_day(start, length) >= case.today


def next_cycle(case: Case, period: Period, *, from_start: bool) -> Period | None:
    """Return the period after one whose days are over, if she told enough to expect it.

    Raises:
        Missing: it should have come by now.
    """
    start = case.day_if_clear("next_period")
    if start is not None and start <= (period.end or period.day_one(from_start)):
        start = None
    length = period.length_days or case.told.period_length_days or bleeding_days(period)
    if start is None:
        start = expected(case, period)
    if start is None or (length is None and not from_start):
        return None
    if start < case.today:
        raise case.missing("period_start_and_end", "late", "next_period", day=start)
    return Period(start, cycle.last_bleeding_day(start, length) if length else None, "next", length)


def expected(case: Case, period: Period) -> date | None:
    """Return the first day of the period after one, by the length of her cycle."""
    length = cycle_length_days(case)
    if length is None or period.start is None or case.is_irregular:
        return None
    return cycle.next_period(period.start, length)


def cycle_length_days(case: Case) -> int | None:
    """Return the length of her cycle; null where she told none, or one that is a slip."""
    length = case.told.cycle_length_days
    return length if length in CYCLE_LENGTHS_DAYS else None


def bleeding_days(period: Period) -> int | None:
    """Return for how many days a period lasted; null where one of its ends is not known."""
    if period.start is None or period.end is None:
        return None
    return cycle.cycle_day(period.start, period.end)


def _start_beside_end(case: Case) -> date | None:
    """Return the first day told beside a known last day; one that is not clear, or lies ahead, does not matter then."""
    told = case.told.period_start
    return case.day_if_clear("period_start") if told and told.on else None


def _check(case: Case, start: date | None, end: date | None) -> None:
    if start and end and end < start:
        raise case.missing("period_start_and_end", "contradictory")
    known = start or end
    if known and (case.today - known).days > OLDEST_PERIOD_DAYS:
        raise case.missing("period_start_and_end", "too_old", day=known)


def _with_end(case: Case, start: date | None, end: date, from_start: bool) -> Period:
    length = case.told.period_length_days
    if start is None and length is not None and length in PERIOD_LENGTHS_DAYS:
        return Period(cycle.first_bleeding_day(end, length), end, "end", length)
    if start is None and from_start:
        raise case.missing("period_start_and_end", "missing")
    return Period(start, end, "end")


def _with_start(case: Case, start: date | None, from_start: bool) -> Period:
    if start is None:
        raise case.missing("period_start_and_end", "missing")
    length = _length(case)
    has_stopped = case.told.still_bleeding is False
    end = cycle.last_bleeding_day(start, length) if length else None
    if end and not (has_stopped if end >= case.today else case.is_bleeding):
        return Period(start, end, "length", length)
    if from_start:
        return Period(start, None, "start")
    if has_stopped or case.is_irregular:
        raise case.missing("period_end", "missing")
    raise case.missing("period_length", "missing")


def _next_told(case: Case) -> Period:
    start = case.day("next_period")
    if start is None:
        detail_alone = case.is_irregular or case.told.still_bleeding is False
        raise case.missing("period_end" if detail_alone else "period_start_and_end", "missing")
    if start < case.today:
        raise case.missing("period_start_and_end", "late", "next_period", day=start)
    length = _length(case)
    if length is None:
        raise case.missing("period_length", "missing", "next_period")
    return Period(start, cycle.last_bleeding_day(start, length), "next", length)


def _length(case: Case) -> int | None:
    length = case.told.period_length_days
    if length is not None and length not in PERIOD_LENGTHS_DAYS:
        raise case.missing("period_length", "impossible", text=str(length))
    return length
