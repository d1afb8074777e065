"""Fetch the rules that a patient's dates are planned with from the knowledge table."""

from collections.abc import Iterable

from sqlalchemy import Engine

from bot.dates.planning import AFTER_TOPICS, TIMING, TIMING_TOPICS
from bot.dates.shapes import DateQuestion, Rule
from bot.knowledge.look_up import Found, ToldRow, look_up
from bot.question import Question, Topic


def rules_of(topic: Topic, rows: Iterable[ToldRow]) -> tuple[Rule, ...]:
    """Return rows on a topic as rules."""
    return tuple(Rule(row.id, topic, row.authority, row.conditions, row.values) for row in rows)


def found_for(engine: Engine, question: DateQuestion, *, signed_only: bool = False) -> dict[Topic, Found]:
    """Return what the table tells for a question, by topic; its own topic is told, the others make reminders.

    `signed_only` leaves out the rows that no clinician has signed.
    """
    found: dict[Topic, Found] = {}
    for topic in TIMING_TOPICS if question.topic == TIMING else AFTER_TOPICS:
        asked = Question(topic, question.procedure, question.conditions)
        outcome = look_up(engine, asked, signed_only=signed_only)
        if isinstance(outcome, Found):
            found[topic] = outcome
    return found
