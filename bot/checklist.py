"""The checklist of what a clinic must know before a procedure: what is asked next, and what was answered.

No word for a patient and no file in here: the questions are given, the telling is `bot.tell_checklist`.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.knowledge.shapes import ChecklistEntry
from bot.question import Condition, Procedure

Answer = Literal["yes", "no", "unsure"]


class Checklist(BaseModel):
    """An open checklist: whose it is (null: not known yet), and what was answered, by the id of the question."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    procedure: Procedure | None = None
    answers: Mapping[str, Answer] = Field(default_factory=dict)

    def answered(self, entry: ChecklistEntry, answer: Answer) -> "Checklist":
        """Return it with the answer to a question."""
        return self.model_copy(update={"answers": {**self.answers, entry.id: answer}})


@dataclass(frozen=True)
class Step:
    """The question that comes next, its place among all of them (the first is 1), and how many there are."""

    entry: ChecklistEntry
    number: int
    count: int


@dataclass(frozen=True)
class Summary:
    """What a checklist has come to: what the clinic must know, and how many questions were answered of how many.

    `unsure` holds what she was not sure about.
    """

    yes: tuple[ChecklistEntry, ...]
    unsure: tuple[ChecklistEntry, ...]
    answered: int
    count: int

    @property
    def to_tell(self) -> tuple[ChecklistEntry, ...]:
        """What the clinic must know."""
        return self.yes + self.unsure


def read_checklist(text: str | None) -> Checklist | None:
    """Return the checklist that was written as JSON; none where there is none or it cannot be read."""
    try:
        return Checklist.model_validate_json(text) if text else None
    except ValidationError:
        return None


def entries_of(entries: Sequence[ChecklistEntry], procedure: Procedure, *, signed_only: bool) -> list[ChecklistEntry]:
    """Return the questions before a procedure, in their order; of those, the approved ones alone if `signed_only`."""
    return [entry for entry in entries if entry.is_of(procedure) and (entry.status == "approved" or not signed_only)]


def next_step(checklist: Checklist, entries: Sequence[ChecklistEntry]) -> Step | None:
    """Return the first question without an answer; none where all are answered."""
    waiting = [entry for entry in entries if entry.id not in checklist.answers]
    return Step(waiting[0], len(entries) - len(waiting) + 1, len(entries)) if waiting else None


def take_known(
    checklist: Checklist, entries: Sequence[ChecklistEntry], conditions: Set[Condition]
) -> tuple[Checklist, list[Condition]]:
    """Return the checklist with a yes to each open question that what she told answers, and what answered them."""
    told: set[Condition] = set()
    for entry in entries:
        if entry.id not in checklist.answers and (known := entry.revealed_by & conditions):
            checklist = checklist.answered(entry, "yes")
            told |= known
    return checklist, sorted(told)


def sum_up(checklist: Checklist, entries: Sequence[ChecklistEntry]) -> Summary:
    """Return what the answers have come to."""

    def those(answer: Answer) -> tuple[ChecklistEntry, ...]:
        return tuple(entry for entry in entries if checklist.answers.get(entry.id) == answer)

    answered = sum(entry.id in checklist.answers for entry in entries)
    return Summary(those("yes"), those("unsure"), answered, len(entries))
