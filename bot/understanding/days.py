"""Read what a patient tells of her cycle and of the day of her procedure, as she writes it; it computes nothing.

No clock is read and nothing is loaded: today is passed in, and a reader is built once by `build_day_reader`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from bot.told import Day, Told
from bot.understanding.calendar_days import Direction, Order, Resolver
from bot.understanding.cycle_states import read_cycle
from bot.understanding.day_clauses import FILLER, clauses_of
from bot.understanding.day_cues import Role
from bot.understanding.day_finder import DayFinder, Found, Named, build_day_finder
from bot.understanding.day_roles import RoleFinder, build_role_finder
from bot.understanding.day_words import DAY

FIELDS: dict[Role, str] = {
    "start": "period_start",
    "end": "period_end",
    "clean": "period_end",
    "ends": "period_end",
    "next": "next_period",
    "done": "procedure_day",
    "booked": "procedure_day",
    "procedure": "procedure_day",
}
DIRECTIONS: dict[Role, Direction] = {
    "start": "past",
    "end": "past",
    "clean": "past",
    "ends": "future",
    "next": "future",
    "done": "done",
    "booked": "future",
    "procedure": "either",
}
AHEAD: frozenset[Role] = frozenset(["next", "ends", "booked", "procedure"])
NAMES = (
    "hsg", "hycosy", "hysteroscopy", "hysterosalpingogram", "hysterosalpingography", "dye test", "tube test",
    "tubal test", "dye x-ray", "camera test", "camera", "tubes test",
)  # fmt: skip
NOW_BEFORE = re.compile(
    r"\b(?:today|now|currently|i am|(?:she|wife|girlfriend|fiancee|partner|patient|pt) is|this is|it is|am)(?: (?:on"
    r"|at|in|now|only|already|just|my|today"
    r"|currently|the"
    r"|is))*$"
)
NOW_AFTER = re.compile(r"^(?:now|today|currently|right now)\b")


@dataclass(frozen=True)
class DayReader:
    """Reads days, lengths and states in text."""

    days: DayFinder
    roles: RoleFinder

    def read(self, text: str, today: date, order: Order = "ask") -> Told:
        """Return what a text tells, seen from today. `order` tells how 03/04 is read."""
        found = self.days.find(text)
        cycle = read_cycle(found.masked)
        fields: dict[str, object] = {name: value for name, value in vars(cycle).items() if value is not None}
        others: list[Day] = []
        started: Named | None = None
        for named, role in self._told(found):
            if cycle.still_bleeding and role not in FIELDS and _is_today(named):
                continue
            day = _resolve(Resolver(today, order), named, role, _words(found, named))
            started = named if role == "start" else started
            if role in FIELDS:
                fields[FIELDS[role]] = day
            elif role != "other":
                others.append(day)
            if role in ("end", "clean") and (day.on is None or day.on <= today):
                fields.setdefault("still_bleeding", False)
            if named.of_period and named.kind == "shifted" and named.shift == 0:
                fields.setdefault("still_bleeding", True)
        if started:
            fields["period_start"] = _before_end(started, fields, order)
        if others:
            fields["other_days"] = tuple(others)
        return Told.model_validate(fields)

    def holds(self, text: str) -> bool:
        """Tell whether a text tells any day, length or state of her cycle."""
        found = self.days.find(text)
        return any(role != "other" for _, role in self._told(found)) or read_cycle(found.masked) != read_cycle("")

    def _told(self, found: Found) -> Iterator[tuple[Named, Role]]:
        """Return the days that are told, and not asked about, each with its role."""
        for place, named, role in zip(found.at, found.days, self.roles.roles(found.masked, found.at), strict=True):
            if role == "asked":
                continue
            if named.kind == "cycle_day":
                if _is_now(found.masked, place):
                    yield replace(named, kind="shifted"), "start"
            elif named.cycle_day:
                yield named, "start"
            elif role == "start" and _is_ahead(named):
                yield named, "next"
            elif not _is_loose(named, role) and (role in FIELDS or not named.needs_role or _is_alone(found)):
                yield named, role


def build_day_reader(procedure_names: Iterable[str] = NAMES) -> DayReader:
    """Return a reader that knows procedures by these names."""
    return DayReader(build_day_finder(procedure_names), build_role_finder())


def read_told(text: str, today: date, order: Order = "ask") -> Told:
    """Return what a text tells of her cycle and of the day of her procedure, seen from today."""
    return _reader().read(text, today, order)


def holds_days(text: str) -> bool:
    """Tell whether a text tells any day, length or state of her cycle."""
    return _reader().holds(text)


@lru_cache(maxsize=1)
def _reader() -> DayReader:
    return build_day_reader()


def _resolve(resolver: Resolver, named: Named, role: Role, text: str) -> Day:
    shift = -1 if role == "clean" else 0
    if named.cycle_day:
        shift = 1 - named.cycle_day
    return resolver.resolve(named, DIRECTIONS.get(role, "nearest"), text, shift)


def _is_today(named: Named) -> bool:
    return named.kind == "shifted" and named.shift == 0 and not named.cycle_day


def _is_loose(named: Named, role: Role) -> bool:
    """Tell whether too little is said of a day for it to be hers: "an HSG in October", "in two weeks"."""
    if named.needs_verb and role in ("procedure", "none"):
        return True
    return named.needs_role and _is_ahead(named) and role not in AHEAD


def _is_ahead(named: Named) -> bool:
    return named.kind == "shifted" and named.shift > 0


def _before_end(named: Named, fields: Mapping[str, object], order: Order) -> Day:
    """Return the first day of a period, seen from its last where that would come before it."""
    start, end = fields["period_start"], fields.get("period_end")
    if not isinstance(start, Day):
        raise TypeError(f"period_start is a Day, not {start!r}")
    if not isinstance(end, Day) or end.on is None or start.on is None or start.on <= end.on or named.kind == "shifted":
        return start
    return _resolve(Resolver(end.on, order), named, "start", start.text)


def _is_now(masked: str, place: int) -> bool:
    """Tell whether "day 9" is said of today: "I am on day 9", or nothing else is said."""
    clause = next(clause for clause in clauses_of(masked) if clause.start <= place < clause.end)
    before, after = masked[clause.start : place].strip(), masked[place + 1 : clause.end].strip()
    words = FILLER.sub(" ", f"{before} {after}").split()
    return not words or bool(NOW_BEFORE.search(before) or NOW_AFTER.match(after))


def _words(found: Found, named: Named) -> str:
    start, end = found.line.place(named.start, named.end)
    return found.line.text[start:end]


def _is_alone(found: Found) -> bool:
    return not FILLER.sub(" ", found.masked).replace(DAY, " ").strip()
