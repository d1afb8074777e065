"""The shapes of everything under `data/knowledge/`: what one row, source, condition, conflict and topic must look like.

Checks that need one entry alone live here; checks across entries live in `bot.knowledge.check`.
"""

import re
from datetime import date
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.question import Language

Unit = Literal[
    "minute",
    "hour",
    "day",
    "working_day",
    "cycle_day",
    "week",
    "percent",
    "millilitre",
    "picture",
    "milliosmole_per_kilogram",
    "times",
    "amount_without_currency",
    "count",
    "month",
    "year",
    "gram",
    "milligram",
    "degree_celsius",
    "kilogram",
    "kilogram_per_square_metre",
    "score",
    "milligray",
    "millisievert",
    "point",
]
Anchor = Literal["first_clean_day", "period_start", "period_end", "procedure", "contrast_given", "appointment"]
Authority = Literal["clinic", "guideline", "reference"]
RowProcedure = Literal["hsg", "hysteroscopy", "both"]
RowKind = Literal["answer", "not_covered", "does_not_apply"]
Text = Annotated[str, Field(min_length=1)]
Phrase = Annotated[str, Field(pattern=r"\S")]
Key = Annotated[str, Field(min_length=1, max_length=32)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
RowId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=128)]

AUTHORITY_ORDER: tuple[Authority, ...] = ("clinic", "guideline", "reference")
NAME_PLACEHOLDER = "name"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Entry(BaseModel):
    """A frozen entry that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(Entry):
    """A number that a row tells: one value or a range, always with a unit, a window with what it is counted from."""

    name: Name
    unit: Unit
    value: float | None = None
    low: float | None = None
    high: float | None = None
    anchor: Anchor | None = None
    approx: bool = False
    bound: Literal["more_than", "up_to", "at_least"] | None = None

    @model_validator(mode="after")
    def _one_number_or_a_range(self) -> "Value":
        one = self.value is not None
        both_ends = self.low is not None and self.high is not None
        if one == both_ends or (not both_ends and (self.low is not None or self.high is not None)):
            raise ValueError(f"{self.name}: expected either value, or low and high")
        if both_ends and self.low >= self.high:  # type: ignore[operator]
            raise ValueError(f"{self.name}: low {self.low} is not below high {self.high}")
        return self

    @property
    def numbers(self) -> tuple[float, ...]:
        """The one number, or the two ends of the range."""
        return tuple(number for number in (self.value, self.low, self.high) if number is not None)


class SourceOfRow(Entry):
    """Where a row's content stands: a source and the part of it."""

    id: Text
    section: Text


class Row(Entry):
    """One thing that may be told: what to do in `short`, why and what the sources say in `more`.

    A row of the kind `not_covered` says that there is no checked answer, why, and that the clinic knows; it alone may
    stand without a source. One of the kind `does_not_apply` says that the topic does not arise with its procedure.
    """

    id: RowId
    procedure: RowProcedure
    topic: Name
    authority: Authority
    audience: Literal["patient", "staff"] = "patient"
    kind: RowKind = "answer"
    conditions: tuple[Name, ...] = ()
    facts: tuple[Key, ...] = Field(min_length=1)
    sources: tuple[SourceOfRow, ...] = ()
    short: Text
    more: str = ""
    values: tuple[Value, ...] = ()
    status: Literal["draft", "approved", "retired"] = "draft"
    reviewer: str | None = None
    reviewed_on: date | None = None
    review_by: date

    @model_validator(mode="after")
    def _approved_means_signed(self) -> "Row":
        signed = self.reviewer is not None and self.reviewed_on is not None
        if (self.status == "approved") != signed:
            raise ValueError("an approved row names its reviewer and the date, another row names neither")
        return self

    @model_validator(mode="after")
    def _answer_has_a_source(self) -> "Row":
        if not self.sources and self.kind != "not_covered":
            raise ValueError(f"a row of the kind {self.kind} names at least one source")
        return self

    @property
    def text(self) -> str:
        """The whole of what it tells."""
        return f"{self.short} {self.more}".strip()

    @property
    def procedures(self) -> frozenset[str]:
        """The procedures that the row is true for."""
        return frozenset({"hsg", "hysteroscopy"} if self.procedure == "both" else {self.procedure})


class Source(Entry):
    """A document that rows are taken from."""

    id: Key
    title: Text
    publisher: Text
    kind: Key
    tier: Literal["seed", "A", "B"]
    url: str | None = None
    read_on: date
    note: str = ""


class PlaceholderEntry(Entry):
    """One placeholder of the phrases, and the words that it stands for."""

    id: Name
    words: tuple[Phrase, ...] = Field(min_length=1)

    @property
    def is_choice(self) -> bool:
        """Whether it stands for other placeholders, and for no words of its own."""
        return all(PLACEHOLDER.fullmatch(word) for word in self.words)


class ConditionEntry(Entry):
    """One thing a patient may say of herself that changes an answer, the words that reveal it, and whether it lasts.

    The words in `denied_by` say that it does not hold; in a clause with words in `unless`, no other words count.
    """

    id: Name
    label: Text
    lasts: bool = False
    means: Text
    phrases: tuple[Phrase, ...] = Field(min_length=1)
    denied_by: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()


class Asides(Entry):
    """Words that say where she stands only beside a statement about herself, never alone or in a question."""

    phrases: tuple[Phrase, ...] = Field(min_length=1)
    unless: tuple[Phrase, ...] = ()


class PhaseEntry(Entry):
    """One phase that she may be in, and the words that say so.

    In a clause with words in `unless`, they do not count.
    """

    id: Literal["before", "day", "after"]
    phrases: tuple[Phrase, ...] = Field(min_length=1)
    unless: tuple[Phrase, ...] = ()
    asides: Asides | None = None


class Conflict(Entry):
    """A point on which sources differ, and how that is told. `also` names further such points that are told with it."""

    id: Key
    also: tuple[Key, ...] = ()
    kind: Literal["true_conflict", "tension", "look_alike"]
    question: Text
    rows: tuple[RowId, ...] = Field(min_length=1)
    told_in: tuple[Name, ...] = Field(min_length=1)
    told: Text
    decides: Text


class RowTranslation(Entry):
    """What a row tells in another language; `of` is the fingerprint of the text that was translated."""

    id: RowId
    of: Text
    short: Text
    more: str = ""


class ConflictTranslation(Entry):
    """How a conflict is told in another language; `of` is the fingerprint of the text that was translated."""

    id: Key
    of: Text
    told: Text
    decides: Text


class Translations(Entry):
    """What is told in one other language."""

    language: Language
    rows: tuple[RowTranslation, ...] = ()
    conflicts: tuple[ConflictTranslation, ...] = ()


class TopicEntry(Entry):
    """One topic that can be asked about, with the words for its buttons.

    `ask_dates` are the words that ask for her own dates on it. What `soothes` is never told beside a warning sign.
    """

    id: Name
    phase: Literal["before", "day", "after", "result"]
    label: Text
    ask: Text
    next: tuple[Name, ...]
    ask_dates: Text | None = None
    soothes: bool = False


class ProcedureEntry(Entry):
    """One procedure and the names by which patients call it."""

    id: Literal["hsg", "hysteroscopy"]
    name: Text
    names: tuple[Text, ...] = Field(min_length=1)


class ChecklistEntry(Entry):
    """One thing that a clinic must know before a procedure: the question, and what she is told to tell who says yes.

    A yes means `condition`; each condition of `known_by` means yes, too.
    """

    id: RowId
    procedure: RowProcedure
    asks: Text
    tell: Text
    condition: Name | None = None
    known_by: tuple[Name, ...] = ()
    facts: tuple[Key, ...] = Field(min_length=1)
    sources: tuple[SourceOfRow, ...] = Field(min_length=1)
    status: Literal["draft", "approved"] = "draft"
    reviewer: str | None = None
    reviewed_on: date | None = None

    @model_validator(mode="after")
    def _approved_means_signed(self) -> "ChecklistEntry":
        signed = self.reviewer is not None and self.reviewed_on is not None
        if (self.status == "approved") != signed:
            raise ValueError("an approved question names its reviewer and the date, another names neither")
        return self

    @property
    def revealed_by(self) -> frozenset[str]:
        """The conditions that mean yes."""
        return frozenset({*self.known_by, *((self.condition,) if self.condition else ())})

    def is_of(self, procedure: str) -> bool:
        """Tell whether it is asked before a procedure."""
        return self.procedure in (procedure, "both")


class Knowledge(Entry):
    """Everything that `data/knowledge/` holds."""

    topics: tuple[TopicEntry, ...]
    procedures: tuple[ProcedureEntry, ...]
    placeholders: tuple[PlaceholderEntry, ...]
    conditions: tuple[ConditionEntry, ...]
    phases: tuple[PhaseEntry, ...]
    sources: tuple[Source, ...]
    rows: tuple[Row, ...]
    conflicts: tuple[Conflict, ...]
    checklist: tuple[ChecklistEntry, ...] = ()
    translations: tuple[Translations, ...] = ()


def fingerprint_of(*texts: str) -> str:
    """Return a short name for texts: another one as soon as a letter of them changes."""
    return sha256("\n".join(texts).encode()).hexdigest()[:12]
