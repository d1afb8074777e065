"""Short ways to write what a patient told, and to plan with the shipped rules or with made-up ones."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Engine

from bot.dates.planning import plan
from bot.dates.rules import found_for, rules_of
from bot.dates.shapes import Computed, Counting, DateQuestion, NeedsDetail, Plan, Rule
from bot.knowledge.shapes import Value
from bot.opening import Opening, opening_of
from bot.question import Procedure
from bot.settings import Clinic
from bot.told import Day, Told

Planned = Callable[[DateQuestion, Told, str], Plan]
HSG, HYSTEROSCOPY = Procedure.HSG, Procedure.HYSTEROSCOPY
ROLES = ("period_start", "period_end", "next_period", "procedure_day")


def on(day: str | date) -> date:
    """Return a day from its ISO form."""
    return day if isinstance(day, date) else date.fromisoformat(day)


def clear(day: str | date) -> Day:
    """Return a day that was told clearly."""
    return Day(text=str(day), on=on(day))


def told(**said: Any) -> Told:
    """Return what she told; the days may be written in their ISO form."""
    return Told(
        **{name: clear(what) if name in ROLES and isinstance(what, str | date) else what for name, what in said.items()}
    )


def asks(topic: str = "timing", procedure: Procedure = HSG, *conditions: str, contrast: Any = "water") -> DateQuestion:
    """Return a question whose answer is a day."""
    return DateQuestion(topic, procedure, frozenset(conditions), contrast)


def calendar(clinic: Clinic, **changes: Any) -> Opening:
    """Return a clinic's calendar, the clinic changed as told."""
    return opening_of(Clinic.model_validate(clinic.model_dump() | {"other_languages": {}} | changes))


def computed(plan: Plan) -> Computed:
    """Return a plan that must hold days."""
    assert isinstance(plan, Computed), plan
    return plan


def needed(plan: Plan) -> NeedsDetail:
    """Return a plan that must ask for a detail."""
    assert isinstance(plan, NeedsDetail), plan
    return plan


def notes(plan: Plan) -> dict[str, tuple[date, ...]]:
    """Return the notes of a plan and the days that they are about."""
    return {note.key: note.days for note in computed(plan).notes}


def window_rule(low: int, high: int, **about: Any) -> Rule:
    """Return a made-up rule with a window of days."""
    value = Value(**{"name": "window", "unit": "day", "low": low, "high": high, "anchor": "first_clean_day"} | about)
    return Rule("kite-window", "timing", "clinic", frozenset(), (value,))


def planner(engine: Engine, opening: Opening, counting: Counting = "first_clean_day") -> Planned:
    """Return a function that plans with the shipped rules."""

    def plan_for(question: DateQuestion, said: Told, today: str) -> Plan:
        found = found_for(engine, question)
        rules = [rule for topic, one in found.items() for rule in rules_of(topic, one.rows)]
        return plan(question, said, rules, opening, counting, on(today))

    return plan_for
