"""A message whose right answer is a patient's own dates, and what came back: the shapes of a set of dates.

A line holds `text`, `today` and `expect`, which has one of `window` [first, last], `free_from`, `not_before`, `ask`
(what must be asked first) and `reject` (why no dates may be given).
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from bot.evaluation.messages import Labelled

Key = Literal["window", "free_from", "not_before", "ask", "reject"]
KEYS: tuple[Key, ...] = get_args(Key)
TURNS_DOWN = ("ask", "urgent", "notice")


def _is_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(f"expected a day such as 2026-03-01, found {text!r}") from error


Day = Annotated[str, AfterValidator(_is_day)]


class Expect(BaseModel):
    """What is right: one of the keys, the others are null. Days are ISO 8601."""

    model_config = ConfigDict(frozen=True)
    window: tuple[Day, Day] | None = None
    free_from: Day | None = None
    not_before: Day | None = None
    ask: str | None = None
    reject: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "Expect":
        if sum(getattr(self, key) is not None for key in KEYS) != 1:
            raise ValueError(f"expected one of {', '.join(KEYS)}")
        return self


class DatesMessage(Labelled):
    """A message, the day on which it is sent, and the dates that are right then."""

    marks = frozenset({"expect"})
    example = (
        '{"today": "2026-03-05", "text": "My period ended today", "expect": {"window": ["2026-03-08", "2026-03-12"]}}'
    )
    today: Day
    expect: Expect

    def request(self) -> dict[str, str | None]:
        """Return what is sent to the chat API: the message on its day, in a conversation of its own."""
        return super().request() | {"today": self.today}


@dataclass(frozen=True)
class MeasuredDates:
    """One message on a day, what is expected, and what came back."""

    id: str
    text: str
    today: str
    expect: dict[Key, Any]
    replies: list[dict[str, Any]]
    seconds: float

    @property
    def key(self) -> Key:
        """What kind of answer is right."""
        return next(key for key in KEYS if self.expect[key] is not None)

    @property
    def must_be_urgent(self) -> bool:
        """Whether it tells of a warning sign: none of them does."""
        return False

    @property
    def told(self) -> list[dict[str, Any]]:
        """The dates that replies give."""
        return [reply["dates"] or {} for reply in self.replies if reply["kind"] == "dates" or reply["dates"]]

    @property
    def is_right(self) -> bool:
        """Whether some reply gives the expected dates, asks and gives none, or turns down and gives none."""
        match self.key:
            case "ask":
                return not self.told and self._has_reply_of("ask")
            case "reject":
                return not self.told and self._has_reply_of(*TURNS_DOWN)
            case "window":
                return [*self.expect["window"]] in [dates.get("window") for dates in self.told]
            case key:
                return self.expect[key] in [dates.get(key) for dates in self.told]

    @property
    def is_only_offered(self) -> bool:
        """Whether it counts as right for no more than a did-you-mean."""
        if self.told or not self.is_right:
            return False
        return all(reply["offers"] for reply in self.replies if reply["kind"] in TURNS_DOWN)

    def _has_reply_of(self, *kinds: str) -> bool:
        return any(reply["kind"] in kinds for reply in self.replies)
