"""Plan the days after a procedure: until when something waits, from when it can be had, counted from the procedure."""

from datetime import date, timedelta

from bot import cycle
from bot.dates.case import Case
from bot.dates.period import cycle_length_days
from bot.dates.shapes import Computed, Counted, Event, EventName, NoDates, Note, Plan, ReadBack, Rule
from bot.knowledge.shapes import Value

VALUE_OF_TOPIC = {
    "sex_after": "no_sex",
    "bathing": "no_bathing",
    "results": "report_after",
    "imaging": "late_picture_after",
    "conceive_after": "no_sex",
}
EVENT_OF_TOPIC: dict[str, EventName] = {
    "sex_after": "no_sex_after",
    "bathing": "no_bathing",
    "results": "report_ready",
    "imaging": "second_film",
}
WAITS: frozenset[EventName] = frozenset({"no_sex_after", "no_bathing"})


def after_care(case: Case) -> Plan:
    """Return the plan for a question about the time after a procedure.

    Raises:
        Missing: the day of the procedure is needed first.
    """
    found = _rule_on(case, case.question.topic)
    if found is None:
        return NoDates(case.question)
    done = case.day("procedure_day")
    if done is None:
        raise case.missing("procedure_day", "missing", "procedure_day")
    rule, value = found
    day = _counted_on(case, done, value)
    waits = value.unit in ("day", "week")
    return Computed(
        question=case.question,
        counted=Counted("procedure_day", done, rule.row, value),
        read_back=(ReadBack("procedure_day", done),),
        free_from=day if waits else None,
        not_before=None if waits else day,
        notes=_notes(case, done),
        events=_events(case, done),
    )


def _rule_on(case: Case, topic: str) -> tuple[Rule, Value] | None:
    """Return the rule on a topic with the value that counts from the procedure; a late picture is for oil alone."""
    if topic == "imaging" and case.question.contrast != "oil":
        return None
    return case.first_value(topic, VALUE_OF_TOPIC[topic])


def _counted_on(case: Case, done: date, value: Value) -> date:
    number = max(value.numbers)
    match value.unit:
        case "week":
            return cycle.weeks_after(done, number)
        case "hour":
            return cycle.hours_after(done, number)
        case "working_day":
            return case.opening.after_working_days(done, int(number))
        case _:
            return done + timedelta(days=int(number))


def _notes(case: Case, done: date) -> tuple[Note, ...]:
    notes = [Note("provisional")] if done > case.today else []
    if case.question.topic == "conceive_after":
        following = _next_period(case, done)
        notes.append(Note("next_cycle_after_procedure", (following,) if following else ()))
    return tuple(notes)


def _next_period(case: Case, done: date) -> date | None:
    """Return the first day of the period that follows the procedure, where she told enough to expect it."""
    told = case.day_if_clear("next_period")
    if told is not None and told > done:
        return told
    start, length = case.day_if_clear("period_start"), cycle_length_days(case)
    if start is None or length is None or case.is_irregular:
        return None
    return cycle.next_period_after(start, length, done)


def _events(case: Case, done: date) -> tuple[Event, ...]:
    events = []
    for topic, name in EVENT_OF_TOPIC.items():
        found = _rule_on(case, topic)
        if found is not None:
            rule, value = found
            day = _counted_on(case, done, value)
            first, last = (done, day - timedelta(days=1)) if name in WAITS else (day, day)
            events.append(Event(name, first, last, (rule.row,)))
    return tuple(sorted((event for event in events if event.last >= case.today), key=lambda event: event.first))
