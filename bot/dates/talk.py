"""What the talk about a patient's own dates has come to: what she told, the topic, and the detail she was asked for.

Kept between messages; fits a slot as JSON.
"""

from collections.abc import Sequence

from bot.answer import Answered
from bot.dates.planning import TIMING, answered, remember
from bot.dates.shapes import Detail, Role
from bot.question import Phase, Topic
from bot.told import Shape, Told

ALSO_TIMING = ("booking", "bleeding_on_day", "period_after")


class DatesTalk(Shape):
    """The talk so far. `topic` is the one whose dates were asked for last; no detail: nothing is being asked."""

    told: Told = Told()
    topic: Topic | None = None
    detail: Detail | None = None
    role: Role | None = None

    def hears(self, now: Told) -> "DatesTalk":
        """Return the talk with what a message tells; a bare day answers the detail that was asked for."""
        meant = answered(now, self.detail, self.role) if self.detail else now
        return self.model_copy(update={"told": remember(self.told, meant)})

    def goes_on(self, replies: Sequence[Answered]) -> "DatesTalk":
        """Return the talk after replies: the last that gave or asked for dates counts."""
        dated = [one for one in replies if one.needs or one.reply.kind == "dates"]
        if not dated:
            return self
        last = dated[-1]
        needs = last.needs
        return DatesTalk(
            told=self.told,
            topic=last.asked.question.topic,
            detail=needs.detail if needs else None,
            role=needs.role if needs else None,
        )


def dated_topic(topic: Topic, now: Told, *, wished: bool, phase: Phase | None = None) -> Topic:
    """Return the topic under which a question is planned: who tells of her period, or wishes for dates, asks for days.

    `now` is what the message tells, `wished` that it wishes for her own dates, `phase` where she stands.
    """
    if phase is Phase.AFTER or now.procedure_day is not None:
        return topic
    tells_of_period = any((now.period_start, now.period_end, now.next_period))
    return TIMING if topic in ALSO_TIMING and (tells_of_period or wished) else topic
