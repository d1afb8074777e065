"""Put a named day in the calendar: which day it is, seen from today, for something past or something to come.

The standard library does it: dateparser 1.5 reads "friday last week" not at all, "22.12." as yesterday and
"29 february" as one years ago, and tells neither an impossible day nor two readings.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.told import Day, Unclear
from bot.understanding.day_finder import LAST_DAY, Named
from bot.understanding.day_patterns import EARLIER_LEADS, LATER_LEADS
from bot.understanding.feast_days import easter_day

Order = Literal["ask", "day_first", "month_first"]
Direction = Literal["past", "done", "future", "nearest", "either"]

SLIP_DAYS = 31  # so far on the wrong side of today, a date without a year is a slip and not another year's
FAR = 10_000


@dataclass(frozen=True)
class Resolver:
    """Puts named days in the calendar. `order` tells how 03/04 is read."""

    today: date
    order: Order

    def resolve(self, named: Named, direction: Direction, text: str, shift: int = 0) -> Day:
        """Return the day that is meant, moved by some days; unclear where the words leave it open."""
        choices = self._choices(named, direction)
        if isinstance(choices, str):
            return Day(text=text, unclear=choices)
        moved = tuple(dict.fromkeys(day + timedelta(days=shift) for day in choices))
        if len(moved) > 1:
            return Day(text=text, unclear="ambiguous", choices=moved)
        return Day(text=text, on=moved[0])

    def _choices(self, named: Named, direction: Direction) -> tuple[date, ...] | Unclear:
        try:
            return self._days(named, direction)
        except OverflowError:
            return "impossible"

    def _days(self, named: Named, direction: Direction) -> tuple[date, ...] | Unclear:
        if named.kind == "date":
            choices = self._dates(named, direction)
        elif named.kind == "feast":
            choices = self._feasts(named, direction)
        elif named.kind == "monthday":
            choices = self._month_days(named, direction)
        elif named.kind == "weekday":
            choices = self._weekdays(named, direction)
        elif named.kind == "vague":
            return "vague"
        else:
            choices = (self.today + timedelta(days=named.shift),)
        if not isinstance(choices, str) and named.hedged:
            return "vague"
        return choices

    def _dates(self, named: Named, direction: Direction) -> tuple[date, ...] | Unclear:
        read = [day for reading in named.readings if (day := self._date(*reading, named.year, direction))]
        if not read:
            return "impossible"
        if named.weekday is not None:
            read = [day for day in read if day.weekday() == named.weekday]
            if not read:
                return "vague"
        if len(set(read)) == 1:
            return (read[0],)
        fits = [day for day in read if self._fits(day, direction)]
        if len(fits) == 1:
            return tuple(fits)
        if self.order == "ask":
            return tuple(read)
        return (read[0],) if self.order == "day_first" else (read[-1],)

    def _feasts(self, named: Named, direction: Direction) -> tuple[date, ...] | Unclear:
        """Return the nearest feast of the name on the right side of today."""
        near = [day for away in (-1, 0, 1) if (day := _feast(self.today.year + away, named))]
        fits = [day for day in near if self._fits(day, direction)]
        return (min(fits, key=lambda day: abs(day - self.today)),) if fits else "impossible"

    def _fits(self, day: date, direction: Direction) -> bool:
        if direction in ("past", "done"):
            return day <= self.today
        return direction != "future" or day >= self.today

    def _date(self, day: int, month: int, year: int | None, direction: Direction) -> date | None:
        if year is not None:
            return _date(year, month, day)
        near = [found for away in (-1, 0, 1) if (found := _date(self.today.year + away, month, day))]
        if (day, month) == (29, 2):
            near = [found for found in near if abs((found - self.today).days) < 366 and found.year == self.today.year]
        return min(near, key=lambda found: self._distance(found, direction), default=None)

    def _distance(self, day: date, direction: Direction) -> tuple[int, bool]:
        """Return how far a day is: the nearest holds, but what is long past was not planned for then."""
        ahead = (day - self.today).days
        wrong = (direction == "done" and ahead > SLIP_DAYS) or (direction == "future" and ahead < -SLIP_DAYS)
        return abs(ahead) + (FAR if wrong else 0), ahead > 0

    def _month_days(self, named: Named, direction: Direction) -> tuple[date, ...] | Unclear:
        if not 1 <= named.day <= 31 and named.day != LAST_DAY:
            return "impossible"
        ahead = direction == "future"
        for year, month in self._months(forward=ahead):
            if named.lead == "last month" and (year, month) == (self.today.year, self.today.month):
                continue
            found = _date(year, month, named.day)
            if named.lead in ("last month", "this month"):
                return (found,) if found else "impossible"
            if found is None or (found < self.today if ahead else found > self.today):
                continue
            if named.weekday is None or found.weekday() == named.weekday:
                return (found,)
            return "vague"
        return "impossible"

    def _months(self, forward: bool) -> Iterator[tuple[int, int]]:
        for away in range(4):
            months = self.today.year * 12 + self.today.month - 1 + (away if forward else -away)
            yield months // 12, months % 12 + 1

    def _weekdays(self, named: Named, direction: Direction) -> tuple[date, ...]:
        weekday, lead = named.weekday or 0, named.lead
        back = (self.today.weekday() - weekday) % 7
        latest = self.today - timedelta(days=back or 7)
        upcoming = self.today + timedelta(days=(7 - back) or 7)
        monday = self.today - timedelta(days=self.today.weekday())
        if lead.endswith("week"):
            weeks = {"last": -1, "this": 0, "next": 1}[lead.split()[0]]
            return (monday + timedelta(days=weekday + 7 * weeks),)
        if lead == "weeks ago":
            return (self.today + timedelta(days=named.shift - back),)
        if lead == "before last":
            return (latest - timedelta(days=7),)
        if lead in LATER_LEADS:
            return (upcoming,)
        if lead in EARLIER_LEADS:
            return (latest,)
        if direction == "either":
            return latest, upcoming
        if lead == "this" and direction in ("past", "done"):
            return (self.today - timedelta(days=back),)
        return (upcoming if direction == "future" else latest,)


def _feast(year: int, named: Named) -> date | None:
    if not named.readings:
        return easter_day(year, named.shift)
    ((day, month),) = named.readings
    feast = _date(year, month, day)
    return feast + timedelta(days=named.shift) if feast else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, monthrange(year, month)[1] if day == LAST_DAY else day)
    except ValueError:
        return None
