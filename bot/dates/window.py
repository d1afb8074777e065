"""Plan the days for a procedure: the window that a rule counts from her period, its open days and what limits them."""

from collections.abc import Iterable
from datetime import date, timedelta

from bot import cycle
from bot.dates.case import Case
from bot.dates.period import PERIOD_LENGTHS_DAYS, Period, cycle_length_days, next_cycle, period_of
from bot.dates.shapes import Computed, Counted, Event, EventName, NoDates, Note, NoteKey, Plan, Rule
from bot.knowledge.shapes import Value

Days = tuple[date, date]


def timing(case: Case) -> Plan:
    """Return the plan for the question when a procedure can be done.

    Raises:
        Missing: a detail is needed first.
    """
    free = [rule for rule in case.rules_on("timing") if "irregular_bleeding" in rule.conditions and not rule.values]
    if free:
        return _once_bleeding_has_stopped(case, free[0])
    found = case.first_value("timing", "window")
    return _in_window(case, *found) if found else NoDates(case.question)


def _once_bleeding_has_stopped(case: Case, rule: Rule) -> Plan:
    period = period_of(case, from_start=False)
    clean = period.day_one(from_start=False)
    return Computed(
        question=case.question,
        counted=Counted("period_end", clean - timedelta(days=1), rule.row),
        read_back=period.read_back,
        not_before=clean,
        notes=(*_bleeding_notes(case, period), Note("irregular")),
    )


def _in_window(case: Case, rule: Rule, value: Value) -> Plan:
    from_start = case.counting == "period_start" or value.anchor == "period_start"
    told = period = period_of(case, from_start=from_start)
    window = _window(value, period, from_start)
    notes: list[Note] = []
    if window[1] < case.today:
        notes.append(Note("window_is_past", window))
        following = next_cycle(case, period, from_start=from_start)
        if following:
            period, window = following, _window(value, following, from_start)
    open_days = _open_days(case, period, window)
    if from_start and value.anchor != "period_start":
        notes.append(Note("counted_from_start"))
    elif value.anchor is None:
        notes.append(Note("counted_from_end"))
    notes += _bleeding_notes(case, period)
    notes += _window_notes(case, period, window, open_days)
    notes += _limits(case, period, window)
    notes += _booked(case, window)
    return Computed(
        question=case.question,
        counted=_counted(period, from_start, rule, value),
        read_back=told.read_back,
        window=window,
        open_days=open_days,
        notes=tuple(notes),
        events=_events(case, period, window, rule) if open_days else (),
    )


def _counted(period: Period, from_start: bool, rule: Rule, value: Value) -> Counted:
    if from_start:
        return Counted("period_start", period.day_one(from_start), rule.row, value)
    return Counted("period_end", period.day_one(from_start) - timedelta(days=1), rule.row, value)


def _window(value: Value, period: Period, from_start: bool) -> Days:
    return cycle.window(period.day_one(from_start), int(min(value.numbers)), int(max(value.numbers)))


def _open_days(case: Case, period: Period, window: Days) -> tuple[date, ...]:
    """Return the open days of a window that are not over and on which she no longer bleeds."""
    if period.end is None:
        return ()
    first = max(window[0], case.today, cycle.first_clean_day(period.end))
    return case.opening.open_days(first, window[1])


def _bleeding_notes(case: Case, period: Period) -> list[Note]:
    """Return what to say where the last day of bleeding is not certain."""
    if period.end is None:
        return [Note("bleeding_end_unknown")]
    notes: list[Note] = []
    if period.start is not None and cycle.cycle_day(period.start, period.end) not in PERIOD_LENGTHS_DAYS:
        notes.append(Note("long_bleeding", (period.start, period.end)))
    if period.known_by == "end":
        return [*notes, Note("bleeding_also_told")] if case.told.still_bleeding else notes
    if period.end < case.today:
        return [Note("predicted_end", (period.end,))]
    return [Note("provisional"), Note("still_ask_bleeding_stopped", (period.end,))]


def _window_notes(case: Case, period: Period, window: Days, open_days: tuple[date, ...]) -> list[Note]:
    notes: list[Note] = []
    is_over = window[1] < case.today
    if window[0] < case.today and not is_over:
        notes.append(Note("window_partly_past", (case.today, window[1])))
    if not open_days and not is_over and period.end is not None:
        notes.append(Note("no_open_day"))
    if case.is_irregular:
        notes.append(Note("irregular"))
    return notes


def _limits(case: Case, period: Period, window: Days) -> list[Note]:
    """Return the notes on the days of a window that may come too late in the cycle."""
    if period.start is None or window[1] < case.today:
        return []
    notes: list[Note] = []
    length = cycle_length_days(case)
    if length is not None and not case.is_irregular:
        released = cycle.likely_ovulation(period.start, length)
        notes += _from_first_day_in("ovulation_limit", released, window)
    last_number = _last_cycle_day(case)
    if last_number is not None:
        beyond = cycle.numbered_day(period.start, last_number + 1)
        notes += _from_first_day_in("past_cycle_day", beyond, window)
    return notes


def _from_first_day_in(key: NoteKey, limit: date, window: Days) -> list[Note]:
    return [Note(key, (max(limit, window[0]), window[1]))] if limit <= window[1] else []


def _booked(case: Case, window: Days) -> list[Note]:
    """Return whether the day that she has booked lies in her days."""
    booked = case.day_if_clear("procedure_day")
    if booked is None or booked < case.today or window[1] < case.today:
        return []
    return [Note("booked_day_fits" if window[0] <= booked <= window[1] else "booked_day_outside", (booked,))]


def _last_cycle_day(case: Case) -> int | None:
    """Return the last day of the cycle that a rule on timing names, where one counts from the first day of bleeding."""
    for rule in case.rules_on("timing"):
        for value in rule.values:
            if value.name == "window" and value.anchor == "period_start":
                return int(max(value.numbers))
    return None


def _events(case: Case, period: Period, window: Days, rule: Rule) -> tuple[Event, ...]:
    events = [Event("window", *window, (rule.row,))]
    day_before = window[0] - timedelta(days=1)
    events += _resting_on("prepare", day_before, day_before, case.rules_on("preparation")[:1])
    if period.end is not None:
        clean = cycle.first_clean_day(period.end)
        house = [rule for rule in case.rules_on("sex_before") if rule.authority == "clinic"]
        events += _resting_on("no_sex_before", clean, max(clean, window[1]), house)
        events += [visit for visit in _visit(case, clean) if visit.first <= window[1]]
    coming = [event for event in events if event.last >= case.today]
    return tuple(sorted(coming, key=lambda event: (event.first, event.last)))


def _visit(case: Case, clean: date) -> list[Event]:
    """Return the visit to book the procedure: on the first clean day, or on the days that a rule for her case names."""
    house = [rule for rule in case.rules_on("booking") if rule.authority == "clinic"]
    visit = case.first_value("booking", "visit")
    days = cycle.window(clean, int(min(visit[1].numbers)), int(max(visit[1].numbers))) if visit else (clean, clean)
    first, last = max(days[0], case.today), max(days[1], case.today)
    open_days = case.opening.open_days(first, last) or (case.opening.next_open(last),)
    return _resting_on("come_to_clinic", open_days[0], open_days[-1], house)


def _resting_on(name: EventName, first: date, last: date, rules: Iterable[Rule]) -> list[Event]:
    rows = tuple(rule.row for rule in rules)
    return [Event(name, first, last, rows)] if rows else []
