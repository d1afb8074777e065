"""One patient's case while her dates are planned: what she asked and told, the rules, the calendar and the day it is.

Tells whether a day that she told can be used, and finds the value that a rule counts with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.dates.shapes import Counting, DateQuestion, Detail, NeedsDetail, Reason, Role, Rule
from bot.knowledge.shapes import AUTHORITY_ORDER, Value
from bot.opening import Opening
from bot.told import Day, Told

RANK: dict[str, int] = {authority: place for place, authority in enumerate(AUTHORITY_ORDER)}
FARTHEST_AHEAD_DAYS = 366
PAST_ROLES: frozenset[Role] = frozenset({"period_start", "period_end"})


class Missing(Exception):
    """A detail without which nothing can be computed."""

    def __init__(self, needs: NeedsDetail) -> None:
        super().__init__(f"{needs.detail}: {needs.reason}")
        self.needs = needs


@dataclass(frozen=True)
class Case:
    """Everything that a plan is made from."""

    question: DateQuestion
    told: Told
    rules: tuple[Rule, ...]
    opening: Opening
    counting: Counting
    today: date

    @property
    def is_irregular(self) -> bool:
        """Whether her periods come, or she bleeds, at irregular times."""
        return bool(self.told.irregular) or "irregular_bleeding" in self.question.conditions

    @property
    def is_bleeding(self) -> bool:
        """Whether she bleeds now, as told last."""
        if self.told.still_bleeding is not None:
            return self.told.still_bleeding
        return "still_bleeding" in self.question.conditions

    def rules_on(self, topic: str) -> tuple[Rule, ...]:
        """Return the rules on a topic, house rules first."""
        mine = [rule for rule in self.rules if rule.topic == topic]
        return tuple(sorted(mine, key=lambda rule: RANK[rule.authority]))

    def first_value(self, topic: str, name: str) -> tuple[Rule, Value] | None:
        """Return the value of a name in the first rule on a topic that has one."""
        for rule in self.rules_on(topic):
            for value in rule.values:
                if value.name == name:
                    return rule, value
        return None

    def missing(
        self,
        detail: Detail,
        reason: Reason,
        role: Role | None = None,
        *,
        text: str = "",
        day: date | None = None,
        choices: tuple[date, ...] = (),
    ) -> Missing:
        """Return the error that asks for a detail; the other arguments tell which of her days it is about."""
        return Missing(NeedsDetail(self.question, detail, reason, role, text, day, choices))

    def day(self, role: Role) -> date | None:
        """Return the day that she told for a role; null where she told none.

        Raises:
            Missing: the day cannot be used as she told it.
        """
        told: Day | None = getattr(self.told, role)
        if told is None:
            return None
        if told.on is None:
            return self._resolved(role, told)
        if told.on > self.today and role in PAST_ROLES:
            detail: Detail = "period_end" if role == "period_end" else "period_start_and_end"
            raise self.missing(detail, "future", role, text=told.text, day=told.on)
        if told.on > self.today + timedelta(days=FARTHEST_AHEAD_DAYS):
            raise self.missing("real_day", "future", role, text=told.text, day=told.on)
        return told.on

    def day_if_clear(self, role: Role) -> date | None:
        """Return the day that she told for a role; null where she told none that can be used."""
        try:
            return self.day(role)
        except Missing:
            return None

    def _resolved(self, role: Role, told: Day) -> date:
        if told.unclear == "impossible":
            raise self.missing("real_day", "impossible", role, text=told.text)
        choices = self._fitting(role, told.choices)
        if told.unclear != "ambiguous" or not choices:
            raise self.missing("exact_day", "vague", role, text=told.text)
        if len(choices) > 1:
            raise self.missing("which_reading", "ambiguous", role, text=told.text, choices=choices)
        return choices[0]

    def _fitting(self, role: Role, choices: Sequence[date]) -> tuple[date, ...]:
        """Return the readings that a role allows; all of them where it allows none."""
        if role in PAST_ROLES:
            fitting = tuple(day for day in choices if day <= self.today)
        else:
            fitting = tuple(day for day in choices if day <= self.today + timedelta(days=FARTHEST_AHEAD_DAYS))
        return fitting or tuple(choices)
