"""What the talk about a patient's own dates has come to: what she told, the topic, and the detail she was asked for.

Kept between messages; fits a slot as JSON.
"""

from typing import get_args

from pydantic import ValidationError

from bot.dates.planning import TIMING, answered, remember
from bot.dates.shapes import Detail, NeedsDetail, Role
from bot.question import Phase, Procedure, Question, Topic
from bot.told import Shape, Told

ALSO_TIMING = ("booking", "bleeding_on_day", "period_after")
DAY_ROLES: tuple[Role, ...] = get_args(Role)


class DatesTalk(Shape):
    """The talk so far. `topic` is the one whose dates were asked for last; no detail: nothing is being asked.

    `last_told` is what the day was that she told last, which a correction is about; `procedure` is the one whose day
    she told.
    """

    told: Told = Told()
    topic: Topic | None = None
    detail: Detail | None = None
    role: Role | None = None
    last_told: Role | None = None
    procedure: Procedure | None = None

    def hears(self, now: Told, *, answers: bool = True, corrects: bool = False) -> "DatesTalk":
        """Return the talk with what a message tells; where it `answers`, a bare day is the detail that was asked for.

        One that `corrects`, or that nothing was asked for, takes the place of the day told last.
        """
        meant = now
        if not answers:
            meant = now.model_copy(update={"other_days": (), "number": None})
        elif now.other_days and self.last_told and (corrects or not self.detail):
            meant = now.model_copy(update={self.last_told: now.other_days[0], "other_days": now.other_days[1:]})
        elif now.number is not None and not self.detail and self.told.period_length_days is not None:
            meant = now.model_copy(update={"period_length_days": now.number, "number": None})
        elif self.detail:
            meant = answered(now, self.detail, self.role)
        roles: list[Role] = [role for role in DAY_ROLES if getattr(meant, role) is not None]
        return self.model_copy(
            update={"told": remember(self.told, meant), "last_told": roles[-1] if roles else self.last_told}
        )

    def goes_on(self, question: Question, needs: NeedsDetail | None) -> "DatesTalk":
        """Return the talk after a reply that gave dates on a question, or asked for the detail it needs."""
        return self.model_copy(
            update={
                "topic": question.topic,
                "detail": needs.detail if needs else None,
                "role": needs.role if needs else None,
                "procedure": question.procedure if self.told.procedure_day else self.procedure,
            }
        )


def read_talk(stored: str | None) -> DatesTalk:
    """Return the talk that was stored as JSON; a new one where nothing was, or what was has another shape."""
    try:
        return DatesTalk.model_validate_json(stored) if stored else DatesTalk()
    except ValidationError:
        return DatesTalk()


def dated_topic(topic: Topic, now: Told, *, wished: bool, phase: Phase | None = None) -> Topic:
    """Return the topic under which a question is planned: who tells of her period, or wishes for dates, asks for days.

    `now` is what the message tells, `wished` that it wishes for her own dates, `phase` where she stands.
    """
    if phase is Phase.AFTER or now.procedure_day is not None:
        return topic
    days = (now.period_start, now.period_end, now.next_period)
    tells_of_period = any(days) or any((now.irregular, now.no_period))
    return TIMING if topic in ALSO_TIMING and (tells_of_period or wished) else topic
