"""Numbers: what was asked and answered, by day, as charts, as tables and as CSV. Counts alone; nothing of anyone."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Annotated, Any, Literal

from babel.dates import format_date
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from bot.clock import moment_at
from bot.cycle import days_between
from bot.desk.access import Refused, Visitor, allowed
from bot.records import tally
from bot.records.tally import Count, Tally

if TYPE_CHECKING:
    from bot.desk.app import Desk

PERIODS_DAYS = (7, 30, 90)
MOST_TOPICS = 15
SECONDS_A_MINUTE = 60
CHANNELS = {"door": "Website", "twilio": "WhatsApp and SMS", "whatsapp": "WhatsApp", "sms": "SMS"}
LEVELS = {"emergency": "Emergency", "clinic_now": "Clinic now", "before_visit": "Before the visit"}
VOTED = {tally.YES: "Helpful", tally.NO: "Not helpful"}
HANDED = {tally.OPENED: "Asked for a person", tally.TAKEN: "Taken over", tally.CLOSED: "Closed"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula

Number = int | float | None


@dataclass(frozen=True)
class Series:
    """One row of numbers with its name; null where there is nothing to tell of."""

    name: str
    values: tuple[Number, ...]


@dataclass(frozen=True)
class Chart:
    """What one chart shows, and its table and CSV: by day, or (`topics`) in all. `first` heads the labels."""

    id: str
    title: str
    told: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    kind: Literal["stacked", "grouped", "line", "bars"] = "stacked"
    first: str = "Day"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)

    @property
    def rows(self) -> Iterator[tuple[str, tuple[Number, ...]]]:
        """The table: each label with its numbers."""
        for at, label in enumerate(self.labels):
            yield label, tuple(one.values[at] for one in self.series)

    def data(self, locale: str) -> dict[str, Any]:
        """Return what the browser draws it from, the days written as in a locale."""
        labels = self.labels if self.kind == "bars" else tuple(_in_words(day, "d MMM", locale) for day in self.labels)
        series = [{"name": one.name, "values": one.values} for one in self.series]
        return {"id": self.id, "kind": self.kind, "labels": labels, "series": series}


@dataclass(frozen=True)
class Numbers:
    """The counts of some days."""

    days: tuple[date, ...]
    counts: Mapping[tuple[date, str, str], int]

    def by_day(self, what: str, *keys: str) -> tuple[int, ...]:
        """Return how often something, or some kinds of it, happened on each day.

        Votes that are changed while their first count is on its way never make it less than none.
        """
        wanted = keys or tuple(self.sums(what))
        return tuple(max(0, sum(self.counts.get((day, what, key), 0) for key in wanted)) for day in self.days)

    def sums(self, what: str) -> Counter[str]:
        """Return how often something happened in all, by its kinds."""
        found: Counter[str] = Counter()
        for (_, counted, key), count in self.counts.items():
            if counted == what:
                found[key] += count
        return found

    def total(self, what: str, *keys: str) -> int:
        """Return how often something happened in all, or of some kinds of it."""
        sums = self.sums(what)
        return sum(sums[key] for key in keys or sums)


def numbers_router(desk: "Desk") -> APIRouter:
    """Return the pages of the numbers."""
    router = APIRouter()
    counted = Tally(desk.records)

    def read(days: int) -> Numbers:
        if days not in PERIODS_DAYS:
            raise Refused(400, "Choose 7, 30 or 90 days.")
        today = moment_at(desk.settings.clinic).date()
        first = today - timedelta(days=days - 1)
        return numbers_of(counted.between(first, today), first, today)

    @router.get("/numbers")
    def show(
        request: Request, visitor: Annotated[Visitor, Depends(allowed("numbers"))], days: Annotated[int, Query()] = 30
    ) -> Response:
        numbers = read(days)
        charts, locale = tuple(charts_of(numbers, _topics(desk))), desk.settings.clinic.locale
        return desk.page(
            request,
            "numbers.html",
            visitor,
            charts=charts,
            data=[chart.data(locale) for chart in charts if not chart.is_empty],
            figures=tuple(figures_of(numbers)),
            period=days,
            periods=PERIODS_DAYS,
            is_empty=not numbers.counts,
            day_in_words=lambda day: _in_words(day, "EEE d MMM", locale),
        )

    @router.get("/numbers.csv")
    def export(
        visitor: Annotated[Visitor, Depends(allowed("numbers"))],
        days: Annotated[int, Query()] = 30,
        chart: Annotated[str, Query()] = "",
    ) -> Response:
        charts = {one.id: one for one in charts_of(read(days), _topics(desk))}
        if chart and chart not in charts:
            raise Refused(404, "There is no such chart.")
        text = csv_of(charts[chart]) if chart else csv_of_all(charts.values())
        desk.audit.note(visitor.user.name, "exported numbers", chart or "all", days=days)
        name = f"numbers-{chart or 'all'}-{days}-days.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)

    return router


def numbers_of(counts: Iterable[Count], first: date, last: date) -> Numbers:
    """Return the counts of the days from the first to the last, both included."""
    return Numbers(days_between(first, last), {(one.day, one.what, one.key): one.count for one in counts})


def charts_of(numbers: Numbers, topics: Mapping[str, str]) -> Iterator[Chart]:
    """Yield the charts; `topics` are the names of topics by id."""
    days = tuple(day.isoformat() for day in numbers.days)
    channels = sorted(numbers.sums(tally.MESSAGES)) or ["door"]
    yield Chart(
        "messages",
        "Messages",
        "What patients wrote, by where they wrote it. What the desk asks for callers does not count.",
        days,
        tuple(Series(CHANNELS.get(one, one.title()), numbers.by_day(tally.MESSAGES, one)) for one in channels),
    )
    yield Chart(
        "rejected",
        "Not answered",
        "Questions for which there is no row, and messages that came while the assistant was away.",
        days,
        (
            Series("No row for it", numbers.by_day(tally.REJECTED)),
            Series("Assistant away", numbers.by_day(tally.UNANSWERED)),
        ),
    )
    yield Chart(
        "urgent",
        "Urgent",
        "Warning signs in messages, by how urgent they are.",
        days,
        _of(numbers, LEVELS, tally.URGENT),
    )
    yield Chart("votes", "Votes", "Whether patients found an answer helpful.", days, _of(numbers, VOTED, tally.VOTES))
    yield Chart(
        "hand_offs",
        "A person asked for",
        "Conversations that waited for a person.",
        days,
        _of(numbers, HANDED, tally.HAND_OFFS),
        "grouped",
    )
    yield Chart(
        "waiting",
        "Waiting for a person",
        "Minutes in opening hours until somebody took over, on average. Days on which nobody waited are left out.",
        days,
        (Series("Minutes", tuple(_waits(numbers))),),
        "line",
    )

    most = numbers.sums(tally.TOPICS).most_common(MOST_TOPICS)
    yield Chart(
        "topics",
        "Topics",
        f"What was asked about most, at most {MOST_TOPICS} topics.",
        tuple(topics.get(topic, topic) for topic, _ in most),
        (Series("Messages", tuple(count for _, count in most)),),
        "bars",
        "Topic",
    )


def figures_of(numbers: Numbers) -> Iterator[tuple[str, str]]:
    """Yield the figures of all the days together, each with its name."""
    yield "messages", str(numbers.total(tally.MESSAGES))
    yield "with no row for it", str(numbers.total(tally.REJECTED))
    yield "urgent", str(numbers.total(tally.URGENT))
    yes, no = numbers.total(tally.VOTES, tally.YES), numbers.total(tally.VOTES, tally.NO)
    yield "found helpful", f"{100 * yes / (yes + no):.0f}% of {yes + no}" if yes + no > 0 else "no votes"
    yield "asked for a person", str(numbers.total(tally.HAND_OFFS, tally.OPENED))
    times = numbers.total(tally.WAITING, tally.TIMES)
    minutes = numbers.total(tally.WAITING, tally.SECONDS) / SECONDS_A_MINUTE
    yield "waited, on average", f"{minutes / times:.1f} min" if times else "nobody"


def csv_of(chart: Chart) -> str:
    """Return a chart's table as CSV."""
    names = [one.name for one in chart.series]
    return _csv([(chart.first, *names), *((label, *numbers) for label, numbers in chart.rows)])


def csv_of_all(charts: Iterable[Chart]) -> str:
    """Return every chart as CSV, one number a line."""
    lines = [
        (chart.title, label, one.name, number)
        for chart in charts
        for label, numbers in chart.rows
        for one, number in zip(chart.series, numbers, strict=True)
    ]
    return _csv([("Chart", "Day or topic", "What", "Number"), *lines])


def _csv(lines: Sequence[Sequence[str | Number]]) -> str:
    written = StringIO()
    csv.writer(written).writerows([[_cell(cell) for cell in line] for line in lines])
    return written.getvalue()


def _cell(cell: str | Number) -> str | Number:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _of(numbers: Numbers, names: Mapping[str, str], what: str) -> tuple[Series, ...]:
    return tuple(Series(name, numbers.by_day(what, key)) for key, name in names.items())


def _waits(numbers: Numbers) -> Iterator[float | None]:
    seconds, times = (numbers.by_day(tally.WAITING, key) for key in (tally.SECONDS, tally.TIMES))
    for total, count in zip(seconds, times, strict=True):
        yield round(total / count / SECONDS_A_MINUTE, 1) if count else None


def _topics(desk: "Desk") -> dict[str, str]:
    return {topic: entry.label for topic, entry in desk.wording.topics.items()}


def _in_words(day: str, shape: str, locale: str) -> str:
    return str(format_date(date.fromisoformat(day), shape, locale=locale.replace("-", "_")))
