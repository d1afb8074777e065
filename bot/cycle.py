"""The arithmetic of cycles: whole days in, whole days out.

No clinic, no rule, no clock and no text: the numbers come from the rows, the days from the patient.
"""

from datetime import date, timedelta
from math import ceil

HOURS_A_DAY = 24
OVULATION_BEFORE_NEXT_PERIOD_DAYS = 14


def first_clean_day(last_bleeding_day: date) -> date:
    """Return the first day without any bleeding.

    Source: S002-07, and facts D1 for the conversion.
    """
    return last_bleeding_day + timedelta(days=1)


def last_bleeding_day(start: date, length_days: int) -> date:
    """Return the last day of a period that begins on a day; that day counts as its first.

    Units: days.
    """
    return start + timedelta(days=length_days - 1)


def first_bleeding_day(end: date, length_days: int) -> date:
    """Return the first day of a period whose last day is known.

    Units: days.
    """
    return end - timedelta(days=length_days - 1)


def numbered_day(day_one: date, number: int) -> date:
    """Return the day that bears a number where `day_one` is day 1."""
    return day_one + timedelta(days=number - 1)


def cycle_day(start: date, day: date) -> int:
    """Return the number of a day where the first day of bleeding is day 1.

    Source: facts D1.
    """
    return (day - start).days + 1


def window(day_one: date, low: int, high: int) -> tuple[date, date]:
    """Return the first and the last day of a window between two numbered days, both included."""
    return numbered_day(day_one, low), numbered_day(day_one, high)


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Return every day from the first to the last, both included; none where the last lies before the first."""
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def next_period(start: date, cycle_length_days: int) -> date:
    """Return the first day of the period after the one that begins on `start`.

    Units: days.
    """
    return start + timedelta(days=cycle_length_days)


def next_period_after(start: date, cycle_length_days: int, day: date) -> date:
    """Return the first day of the first period that begins after a day, if every cycle is as long as told.

    Units: days.
    """
    cycles = max(1, (day - start).days // cycle_length_days + 1)
    return next_period(start, cycles * cycle_length_days)


def likely_ovulation(start: date, cycle_length_days: int) -> date:
    """Return a rough estimate of the day on which the egg is released: two weeks before the next period.

    Units: days.
    Source: facts D1, where the rule of two weeks is unverified; so never tell it as a fact.
    """
    return next_period(start, cycle_length_days) - timedelta(days=OVULATION_BEFORE_NEXT_PERIOD_DAYS)


def weeks_after(day: date, weeks: float) -> date:
    """Return the day that lies some weeks after a day: the first on which a time of so many weeks is over.

    Units: weeks.
    """
    return day + timedelta(days=ceil(weeks * 7))


def hours_after(day: date, hours: float) -> date:
    """Return the first day on which so many hours have passed since any time of a day, in whole days.

    Units: hours.
    """
    return day + timedelta(days=ceil(hours / HOURS_A_DAY))
