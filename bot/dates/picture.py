"""The picture of a patient's cycle: which of her days are marked as what, by month, for whoever shows it as a calendar.

Pure. The days of the rule come from the reply; the days of her period are drawn as she told them.
"""

from calendar import Calendar
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from bot import cycle
from bot.dates.period import CYCLE_LENGTHS_DAYS, PERIOD_LENGTHS_DAYS
from bot.dates.talk import DAY_ROLES
from bot.question import Condition
from bot.reply import Dates
from bot.told import Day, Told

Mark = Literal["bleeding", "expected", "window", "open", "ovulation", "procedure", "not_before", "free_from"]
MARKS: tuple[Mark, ...] = get_args(Mark)
BESIDE_DAYS = timedelta(days=62)  # what lies further from the days of the rule is not drawn
COUNTED_DAYS = 400  # what lies further from today is not counted with
LONGEST_BLEEDING_DAYS = 35


@dataclass(frozen=True)
class Square:
    """A day in the calendar and its marks; `is_inside` tells whether it is of the month that is shown."""

    day: date
    is_inside: bool
    is_today: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Month:
    """A month as weeks of seven days."""

    first: date
    weeks: tuple[tuple[Square, ...], ...]


@dataclass(frozen=True)
class Picture:
    """The marked days, each kind in order, and the months in which they lie."""

    days: dict[Mark, tuple[date, ...]]
    months: tuple[Month, ...]

    @property
    def spans(self) -> dict[Mark, tuple[tuple[date, date], ...]]:
        """The marked days as first and last day of each row of neighbours."""
        return {mark: tuple(_spans(days)) for mark, days in self.days.items()}


def picture_of(
    told: Told, dates: Dates, conditions: Set[Condition], today: date, first_weekday: int = 0
) -> Picture | None:
    """Return the picture of her days; null where the reply gives none. Monday is weekday 0."""
    ruled = _ruled(dates)
    every = {day for marked in ruled.values() for day in marked}
    if not every:
        return None
    first, last = min(every) - BESIDE_DAYS, max(every) + BESIDE_DAYS
    marked = _hers(told, ruled["window"], conditions, today) | ruled
    near = {mark: tuple(sorted(day for day in days if first <= day <= last)) for mark, days in marked.items()}
    days = {mark: near[mark] for mark in MARKS if near[mark]}
    every = {day for marked in days.values() for day in marked}
    return Picture(days, tuple(_months(days, min(every), max(every), today, first_weekday)))


def _ruled(dates: Dates) -> dict[Mark, set[date]]:
    """Return the days that the reply gives."""
    window = tuple(date.fromisoformat(day) for day in dates.window) if dates.window else ()
    return {
        "window": set(cycle.days_between(*window)) if window else set(),
        "open": {date.fromisoformat(day) for day in dates.open_days or ()},
        "not_before": {date.fromisoformat(dates.not_before)} if dates.not_before else set(),
        "free_from": {date.fromisoformat(dates.free_from)} if dates.free_from else set(),
    }


def _hers(told: Told, window: Set[date], conditions: Set[Condition], today: date) -> dict[Mark, set[date]]:
    """Return the days of her cycle: as she told them, or as they are expected by what she told."""
    near = told.model_copy(update={role: None for role in DAY_ROLES if not _is_near(getattr(told, role), today)})
    start, end, bleeding = _bleeding(near, today)
    is_irregular = bool(told.irregular) or "irregular_bleeding" in conditions
    length = told.cycle_length_days if told.cycle_length_days in CYCLE_LENGTHS_DAYS and not is_irregular else None
    following = _following(near, start, end, length)
    expected: set[date] = set()
    if following and window and following <= max(window):
        lasts = _length(told) or (cycle.cycle_day(start, end) if start and end else 1)
        expected = set(cycle.days_between(following, cycle.last_bleeding_day(following, lasts)))
    begins = following if expected else start
    ovulation = {cycle.likely_ovulation(begins, length)} if begins and length and window else set()
    done = _on(near.procedure_day)
    return {
        "bleeding": {day for day in bleeding if day <= today},
        "expected": expected | {day for day in bleeding if day > today},
        "ovulation": ovulation,
        "procedure": {done} if done else set(),
    }


def _bleeding(told: Told, today: date) -> tuple[date | None, date | None, set[date]]:
    """Return the first and the last day of her last period, as far as she told them, and its days."""
    start, end, length = _on(told.period_start), _on(told.period_end), _length(told)
    if start and end is None:
        if length:
            end = cycle.last_bleeding_day(start, length)
        elif told.still_bleeding and start <= today:
            end = today
    elif end and start is None and length:
        start = cycle.first_bleeding_day(end, length)
    if start and end:
        is_one = start <= end and cycle.cycle_day(start, end) <= LONGEST_BLEEDING_DAYS
        return start, end, set(cycle.days_between(start, end)) if is_one else {start, end}
    return start, end, {day for day in (start, end) if day}


def _following(told: Told, start: date | None, end: date | None, length: int | None) -> date | None:
    """Return the first day of the period after her last one, as she told it or by the length of her cycle."""
    coming, known = _on(told.next_period), end or start
    if coming and (known is None or coming > known):
        return coming
    return cycle.next_period(start, length) if start and length else None


def _length(told: Told) -> int | None:
    return told.period_length_days if told.period_length_days in PERIOD_LENGTHS_DAYS else None


def _is_near(day: Day | None, today: date) -> bool:
    on = _on(day)
    return on is not None and abs((on - today).days) <= COUNTED_DAYS


def _on(day: Day | None) -> date | None:
    return day.on if day else None


def _spans(days: tuple[date, ...]) -> Iterator[tuple[date, date]]:
    first = last = days[0]
    for day in days[1:]:
        if (day - last).days > 1:
            yield first, last
            first = day
        last = day
    yield first, last


def _months(
    days: dict[Mark, tuple[date, ...]], first: date, last: date, today: date, first_weekday: int
) -> Iterator[Month]:
    weeks_of = Calendar(first_weekday).monthdatescalendar
    number = first.year * 12 + first.month - 1
    while number <= last.year * 12 + last.month - 1:
        year, month = number // 12, number % 12 + 1
        weeks = tuple(
            tuple(
                Square(
                    day,
                    day.month == month,
                    day == today,
                    tuple(mark for mark in MARKS if day in days.get(mark, ())) if day.month == month else (),
                )
                for day in week
            )
            for week in weeks_of(year, month)
        )
        yield Month(date(year, month, 1), weeks)
        number += 1
