"""Plan a patient's dates: what she told and what the rules say, turned into days or into the detail that is missing.

Pure: no clock, no database and no words. Every number of days is a row's value, none stands here.
"""

from collections.abc import Sequence
from datetime import date

from bot import cycle
from bot.dates.after_care import after_care
from bot.dates.case import Case, Missing
from bot.dates.period import PERIOD_LENGTHS_DAYS
from bot.dates.shapes import Contrast, Counting, DateQuestion, Detail, Plan, Role, Rule
from bot.dates.window import timing
from bot.opening import Opening
from bot.question import Question
from bot.settings import Clinic
from bot.told import Day, Told

TIMING = "timing"
TIMING_TOPICS = (TIMING, "booking", "sex_before", "preparation")
AFTER_TOPICS = ("sex_after", "bathing", "results", "imaging", "conceive_after")
DATED_TOPICS = (TIMING, *AFTER_TOPICS)
ANSWERED_BY_LENGTH: frozenset[Detail] = frozenset({"period_length", "period_end", "period_start_and_end"})
UNCLEAR_DAY: frozenset[Detail] = frozenset({"exact_day", "real_day", "which_reading"})
ROLES_ASKED: dict[Detail, tuple[Role, ...]] = {
    "period_end": ("period_end",),
    "period_length": ("period_end",),
    "bleeding_to_stop": ("period_end",),
    "period_start_and_end": ("period_start", "period_end"),
    "procedure_day": ("procedure_day",),
}


def date_question(question: Question, told: Told, clinic: Clinic) -> DateQuestion | None:
    """Return a question as it is planned; null where its answer is no day or its procedure is not known."""
    if question.topic not in DATED_TOPICS or question.procedure is None:
        return None
    conditions = set(question.conditions)
    if told.irregular:
        conditions.add("irregular_bleeding")
    if told.still_bleeding:
        conditions.add("still_bleeding")
    elif told.still_bleeding is False or told.period_end is not None:
        conditions.discard("still_bleeding")
    contrast: Contrast = clinic.contrast
    for name in ("water", "oil"):
        if f"{name}_contrast" in conditions:
            contrast = name
    return DateQuestion(question.topic, question.procedure, frozenset(conditions), contrast)


def answered(told: Told, detail: Detail, role: Role | None = None) -> Told:
    """Return what one message told, with a bare day or number taken as the answer to the detail that was asked for.

    `role` is that of the day that was unclear, where one was.
    """
    asked = (role,) if role and detail in UNCLEAR_DAY else ROLES_ASKED.get(detail, ())
    roles = [name for name in asked if getattr(told, name) is None]
    if told.other_days and roles:
        days = told.other_days[: len(roles)]
        ordered = sorted(days, key=lambda day: day.on or date.min) if all(day.on for day in days) else days
        taken: dict[str, object] = dict(zip(roles, ordered, strict=False))
        return told.model_copy(update=taken | {"other_days": told.other_days[len(taken) :]})
    if told.number is not None and told.period_length_days is None and detail in ANSWERED_BY_LENGTH:
        return told.model_copy(update={"period_length_days": told.number, "number": None})
    return told


def remember(before: Told, now: Told) -> Told:
    """Return what she told before with what she tells now; what belongs to an earlier period is let go."""
    gone: dict[str, None] = {}
    start, end = now.period_start or before.period_start, now.period_end or before.period_end
    if start and end and not _one_period(start, end):
        gone = {"period_end": None} if now.period_start else {"period_start": None}
    if now.still_bleeding:
        gone["period_end"] = None
    if now.period_end:
        gone["still_bleeding"] = None
    if now.period_start or now.period_end:
        gone["no_period"] = None
    return before.model_copy(update=gone).and_then(now)


def _one_period(start: Day, end: Day) -> bool:
    """Tell whether two days can be the first and the last of one period; unclear days can."""
    return start.on is None or end.on is None or cycle.cycle_day(start.on, end.on) in PERIOD_LENGTHS_DAYS


def plan(
    question: DateQuestion,
    told: Told,
    rules: Sequence[Rule],
    clinic_calendar: Opening,
    counting: Counting,
    today: date,
) -> Plan:
    """Return the days that answer a question, or the detail that is needed first, or that no rule tells any."""
    case = Case(question, told, tuple(rules), clinic_calendar, counting, today)
    try:
        return timing(case) if question.topic == TIMING else after_care(case)
    except Missing as missing:
        return missing.needs
