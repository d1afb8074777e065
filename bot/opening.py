"""The clinic's calendar: on which days it is open, at which times it answers, and what day it is there.

No patient and no rule.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from holidays import country_holidays

from bot.cycle import days_between
from bot.live import derived
from bot.settings import WEEKDAYS, Clinic, Phone


class NoTimeZone(Exception):
    """A moment without a time zone: nobody can tell what day it is at the clinic."""


@dataclass(frozen=True)
class Opening:
    """When the clinic is open. `hours` holds opening and closing time by the number of the weekday, Monday 0."""

    hours: Mapping[int, tuple[time, time]]
    zone: ZoneInfo
    public_holidays: Container[date]
    closed_days: frozenset[date]
    phones: tuple[Phone, ...]

    def is_open(self, day: date) -> bool:
        """Tell whether the clinic opens on a day.

        A weekend day that a country makes a working day opens no clinic that is closed on that weekday.
        """
        return day.weekday() in self.hours and day not in self.closed_days and day not in self.public_holidays

    def open_days(self, first: date, last: date) -> tuple[date, ...]:
        """Return the open days between two days, both included."""
        return tuple(day for day in days_between(first, last) if self.is_open(day))

    def next_open(self, day: date) -> date:
        """Return the first open day from a day on; the day itself if it is open."""
        while not self.is_open(day):
            day += timedelta(days=1)
        return day

    def after_working_days(self, day: date, count: int) -> date:
        """Return the open day that is the `count`-th after a day.

        Units: working days of the clinic.
        """
        for _ in range(count):
            day = self.next_open(day + timedelta(days=1))
        return day

    def is_open_at(self, moment: datetime) -> bool:
        """Tell whether the clinic is open at a moment; it is not at its closing time.

        Raises:
            NoTimeZone: the moment names none.
        """
        local = self._local(moment)
        if not self.is_open(local.date()):
            return False
        opens, closes = self.hours[local.weekday()]
        return opens <= local.time() < closes

    def opens_at(self, moment: datetime) -> datetime:
        """Return when the clinic opens next, from a moment at which it is closed.

        Raises:
            NoTimeZone: the moment names none.
        """
        local = self._local(moment)
        day = local.date()
        if not self.is_open(day) or local.time() >= self.hours[day.weekday()][0]:
            day = self.next_open(day + timedelta(days=1))
        return datetime.combine(day, self.hours[day.weekday()][0], self.zone)

    def open_time(self, first: datetime, last: datetime) -> timedelta:
        """Return for how long the clinic was open between two moments.

        Raises:
            NoTimeZone: one of the moments names none.
        """
        first, last = self._local(first), self._local(last)
        total = timedelta()
        for day in self.open_days(first.date(), last.date()):
            opens, closes = (datetime.combine(day, at, self.zone) for at in self.hours[day.weekday()])
            total += max(timedelta(), min(last, closes) - max(first, opens))
        return total

    def phones_at(self, moment: datetime) -> tuple[Phone, ...]:
        """Return the phones that answer at a moment.

        Raises:
            NoTimeZone: the moment names none.
        """
        answering = {"always", "clinic" if self.is_open_at(moment) else "out_of_hours"}
        return tuple(phone for phone in self.phones if phone.hours in answering)

    def today(self, now: datetime) -> date:
        """Return the day that it is at the clinic.

        Raises:
            NoTimeZone: the moment names none.
        """
        return self._local(now).date()

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise NoTimeZone(f"{moment.isoformat()}: expected a moment with a time zone")
        return moment.astimezone(self.zone)


def opening_of(clinic: Clinic) -> Opening:
    """Return a clinic's calendar; of a live clinic one that follows it."""
    return derived(clinic, _opening)


def _opening(clinic: Clinic) -> Opening:
    return Opening(
        hours={
            WEEKDAYS.index(weekday): (time.fromisoformat(opens), time.fromisoformat(closes))
            for weekday, (opens, closes) in clinic.opening_hours.items()
        },
        zone=ZoneInfo(clinic.time_zone),
        public_holidays=country_holidays(clinic.holidays),
        closed_days=frozenset(clinic.closed_days),
        phones=clinic.phones,
    )
