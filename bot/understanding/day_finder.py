"""Find the days that the plain words of a message name, each with what is needed to put it in the calendar.

Which day it is depends on today and on its role: `calendar_days` resolves it, `days` finds the role.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

from bot.understanding.day_patterns import BESIDE, DIGITS, FIRST_WORDS, HEDGE, HEDGED_AFTER, ORDER, PATTERNS, RULE
from bot.understanding.day_words import DAY, MONTHS, PROCEDURE, WEEKDAYS, Line, plain_line
from bot.understanding.feast_days import days_from_easter, fixed_feast

Kind = Literal["shifted", "weekday", "monthday", "date", "feast", "vague", "cycle_day"]

COUNTS = {
    "ago": [("an", "unit"), ("an2", "unit6"), ("in_", "unit2"), ("sn", "unit3"), ("bn", "unit7"), ("al", "unit8")],
    "ahead": [("fn", "unit4"), ("fn2", "unit5")],
    "past": [("pn", "unit11")],
}  # the groups of a pattern that hold how many, and of what
LAST_DAY = -1  # of a month
MOST = 25  # days and names in one message; she tells no more of herself, and the time it takes stays small


@dataclass(frozen=True)
class Named:
    """A day that is named, before it is put in the calendar. Units: days for `shift`; characters for `start`, `end`.

    `readings` are the pairs of day and month that the words allow, day first; `weekday` counts from Monday, as 0.
    `cycle_day` tells which day of her cycle it is, where that was said. `day` may be `LAST_DAY`. `shift` counts from
    the day named, from Easter Sunday or from today. A day that `needs_role` or `needs_verb` is told only with words
    that tell what happened on it, or with a verb too. A feast without `readings` is counted from Easter.
    """

    kind: Kind
    start: int
    end: int
    shift: int = 0
    weekday: int | None = None
    lead: str = ""
    readings: tuple[tuple[int, int], ...] = ()
    year: int | None = None
    day: int = 0
    hedged: bool = False
    needs_role: bool = False
    needs_verb: bool = False
    of_period: bool = False
    cycle_day: int = 0


@dataclass(frozen=True)
class Found:
    """The days that a message names, and its words with one sign in place of each day and each procedure."""

    line: Line
    masked: str
    days: tuple[Named, ...]
    at: tuple[int, ...] = field(default=())


@dataclass(frozen=True)
class DayFinder:
    """Finds named days; `pattern` holds a named part for each way of naming one."""

    pattern: re.Pattern[str]

    def find(self, text: str) -> Found:
        """Return the days that a text names, in the order they stand."""
        line = plain_line(text)
        parts, days, at = [], [], 0
        for match in islice(self.pattern.finditer(line.words), MOST):
            way = _way(match)
            parts.append(line.words[at : match.start()])
            at = match.end()
            if way == "procedure":
                parts.append(PROCEDURE)
                continue
            named = [] if way == "rule" else list(_named(way, match))
            hedged = bool(HEDGE.search(line.words[max(0, match.start() - 30) : match.start()].rstrip()))
            hedged = hedged or bool(HEDGED_AFTER.match(line.words[match.end() : match.end() + 20].lstrip()))
            of_thing = line.words.startswith(" 's", match.end())
            days += [replace(one, hedged=hedged, needs_role=one.needs_role or of_thing) for one in named]
            joint = " to " if way in ("range", "range_us") and "and" not in (match["rj"] or "") else " and "
            parts.append(joint.join(DAY for _ in named) or RULE)
            if way == "ago" and match["since"]:
                parts.append(" since")
        masked = "".join([*parts, line.words[at:]])
        return _joined(Found(line, masked, tuple(days)))


def build_day_finder(procedure_names: Iterable[str] = ()) -> DayFinder:
    """Return a finder of days that passes over the names of procedures."""
    names = {plain_line(name).words for name in procedure_names} - {""}
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    ways = [f"(?P<way_{way}>{PATTERNS[way]})" for way in ORDER]
    procedures = [rf"(?P<way_procedure>(?:{listed})(?= |$))"] if names else []
    begins = "|".join(
        sorted({*FIRST_WORDS.split(), *MONTHS, *WEEKDAYS, *(re.escape(name.split()[0]) for name in names)})
    )
    first = rf"(?=\d|(?:{begins})(?!\w))"
    return DayFinder(re.compile(rf"(?<!\S){first}(?:{'|'.join([*procedures, *ways])})(?![^\W_])"))


def _way(match: re.Match[str]) -> str:
    return (match.lastgroup or "").removeprefix("way_")


def _named(way: str, match: re.Match[str]) -> Iterator[Named]:
    """Return the days that a match names; a range of days names two."""
    start, end = match.span()
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    shifts = {"before_yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "after_tomorrow": 2}
    if way in shifts:
        yield Named("shifted", start, end, shift=shifts[way])
    elif way.startswith("range"):
        first, last, in_month = ("r1", "r2", "rm") if way == "range" else ("u1", "u2", "um")
        in_year = _year(found.get("ry") or found.get("uy"))
        for name in (first, last):
            yield Named("date", start, end, readings=((int(found[name]), _month(found[in_month])),), year=in_year)
    elif way == "cycle_day":
        number = found.get("cd") or found.get("cd2") or found["cd3"]
        of = found.get("of") or found.get("of2") or found.get("of3") or ""
        of_period = bool(of) and "cycle" not in of
        yield Named("cycle_day", start, end, cycle_day=1 if number == "one" else int(number), of_period=of_period)
    elif way in ("dm", "md"):
        day, month, year, weekday = ("d", "m", "y", "dw") if way == "dm" else ("md", "mm", "my", "mw")
        reading = (int(found[day]), _month(found[month]))
        yield Named(
            "date", start, end, readings=(reading,), year=_year(found.get(year)), weekday=_weekday(found.get(weekday))
        )
    elif way in ("three_of_four", "iso", "dated", "halves", "dashed"):
        yield from _numeric(way, found, start, end)
    elif way == "feast":
        yield _feast(found, start, end)
    elif way == "month_end":
        yield _month_end(found, start, end)
    elif way in ("ago", "ago_weekday", "ahead", "dry_days", "past"):
        yield _counted(way, found, start, end)
    elif way == "weekday":
        yield Named("weekday", start, end, weekday=_weekday(found["wd"]), lead=found.get("lead", "").strip())
    elif way == "week_day":
        lead = (found.get("which1") or found["which2"]).removeprefix("the ")
        yield Named("weekday", start, end, weekday=_weekday(found.get("wd1") or found["wd2"]), lead=f"{lead} week")
    elif way == "before_last":
        yield Named("weekday", start, end, weekday=_weekday(found.get("bl") or found["bl2"]), lead="before last")
    elif way == "last_month_day":
        yield Named("monthday", start, end, day=_number(found["lord"]), lead="last month")
    elif way in ("ordinal", "bare"):
        yield Named("monthday", start, end, day=_number(found.get("ord") or found.get("bare") or found["bare2"]))
    else:
        yield Named("vague", start, end, needs_role=way == "vague_only", needs_verb=way == "vague_date")


def _feast(found: dict[str, str], start: int, end: int) -> Named:
    if "near" in found:
        return Named("vague", start, end, needs_role=True, needs_verb=True)
    away = _count(found.get("away_count", "a")) * (7 if found.get("away_unit", "").startswith("week") else 1)
    shift = {"before": -away, "after": away}.get(found.get("away_side", ""), 0)
    name = next(name for name in found if name.startswith(("feast", "easter")))
    number = _number(name)
    if name.startswith("easter"):
        return Named("feast", start, end, shift=shift + days_from_easter(number), needs_role=True)
    return Named("feast", start, end, readings=(fixed_feast(number),), shift=shift, needs_role=True)


def _month_end(found: dict[str, str], start: int, end: int) -> Named:
    day = LAST_DAY if "me" in found else 1
    if "mem" in found:
        return Named("date", start, end, readings=((day, _month(found["mem"])),), year=_year(found.get("mey")))
    return Named("monthday", start, end, day=day, lead="last month" if "last" in found["mew"] else "this month")


def _numeric(way: str, found: dict[str, str], start: int, end: int) -> Iterator[Named]:
    text = found.get(way) or f"{found['n1']}.{found['n2']}."
    one, two, *rest = [int(number) for number in DIGITS.findall(text)]
    if way == "iso":
        yield Named("date", start, end, readings=((rest[0], two),), year=one)
        return
    if max(one, two) > 31 or min(one, two) > 12 or 0 in (one, two) or text == "24/7":
        return
    dotted = "." in text or way == "three_of_four"
    readings = ((one, two),) if dotted or one == two else ((one, two), (two, one))
    possible = tuple((day, month) for day, month in readings if month <= 12)
    year = _year(str(rest[0])) if rest else None
    yield Named("date", start, end, readings=possible or readings[:1], year=year, needs_role=way == "halves")


def _counted(way: str, found: dict[str, str], start: int, end: int) -> Named:
    if way == "dry_days":
        number, unit = (found.get("dry") or found["dry2"]), (found.get("unit9") or found["unit10"]).strip()
        return Named("shifted", start, end, shift=1 - _count(number) * (7 if unit[0] == "w" else 1), needs_role=True)
    if way == "ago_weekday":
        weekday, weeks = _weekday(found.get("awd") or found["awd2"]), found.get("aw") or found["aw2"]
        return Named("weekday", start, end, weekday=weekday, lead="weeks ago", shift=-7 * _count(weeks))
    counts = [(found[number], found[unit].strip()) for number, unit in COUNTS[way] if number in found]
    number, unit = counts[0] if counts else ("1", "week" if "week" in found else "fortnight")
    days = _count(number) * {"d": 1, "w": 7, "f": 14}[unit[0]]
    if "yesterday" in (found.get("from"), found.get("from2")):
        days += 1
    return Named("shifted", start, end, shift=days if way == "ahead" else -days, needs_role=way == "ahead")


def _joined(found: Found) -> Found:
    """Return days in which a weekday and the date beside it are one, and "the 3rd or the 4th" is one vague day."""
    days, masked = list(found.days), found.masked
    at = 0
    while match := BESIDE.search(masked, at):
        index = masked.count(DAY, 0, match.start())
        one = _one_day(days[index], days[index + 1], match["between"])
        if one is None:
            at = match.start() + 1
            continue
        days[index : index + 2] = [one]
        masked = f"{masked[: match.start()]}{DAY}{masked[match.end() :]}"
    return replace(found, masked=masked, days=tuple(days), at=tuple(i for i, sign in enumerate(masked) if sign == DAY))


def _one_day(first: Named, second: Named, between: str) -> Named | None:
    start, end = min(first.start, second.start), max(first.end, second.end)
    words = between.split()
    if "or" in words or "maybe" in words:
        return Named("vague", start, end)
    kinds = {first.kind: first, second.kind: second}
    if len(kinds) == 2 and "cycle_day" in kinds and not {"and", "to"} & set(words):
        counted = kinds.pop("cycle_day")
        (day,) = kinds.values()
        return replace(
            day, cycle_day=counted.cycle_day, of_period=counted.of_period, start=start, end=end, needs_role=False
        )
    if set(words) - {"on", "the", ",", "(", "-"}:
        return None
    if set(kinds) in ({"weekday", "date"}, {"weekday", "monthday"}):
        weekday = kinds.pop("weekday")
        (other,) = kinds.values()
        if other.weekday is None:
            return replace(other, weekday=weekday.weekday, start=start, end=end, needs_role=False)
    if set(kinds) == {"weekday", "shifted"} and (first.lead == "" and second.lead == ""):
        return replace(kinds["shifted"], start=start, end=end)
    return None


def _count(number: str) -> int:
    return int(number) if number.isdigit() else 1


def _number(text: str) -> int:
    found = DIGITS.search(text)
    return int(found.group()) if found else 0


def _month(name: str) -> int:
    return MONTHS.index(name) + 1


def _weekday(name: str | None) -> int | None:
    return WEEKDAYS.index(name) if name else None


def _year(text: str | None) -> int | None:
    if not text:
        return None
    year = _number(text)
    return year + 2000 if year < 100 else year
