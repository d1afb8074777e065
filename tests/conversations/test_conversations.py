"""Whole conversations with the really started assistant, written as files beside this one.

A folder is a kind of conversation, a file is one conversation. Each step has what the patient writes (`patient`) or the
title of a button under the last reply that she presses (`presses`), and under `expect` one entry for each reply, in
order. `today` is the day to take for the present one, from then on. An entry says only what matters: `kind`, `topic`,
`procedure`, `level`, `dates` and `rules` must be equal where they are written (null: none; of dates only the keys that
are written), `has_file` tells whether a calendar file comes with it, `has_more` whether there is more behind a button,
`language` is English unless it is named; `rules_contain`, `text_contains` and `buttons_contain` list what must be
there, `rules_lack` and `text_lacks` what must not. {clinic}, {phones}, {hours} and
{emergency_number} in a text stand for the clinic's own.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.files import read_yaml
from bot.question import Language, Procedure
from bot.reply import Kind, Level
from bot.settings import Clinic
from bot.wording import clinic_words

pytestmark = pytest.mark.stack

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yml"))
KINDS = {
    "happy_path",
    "several_questions",
    "follow_up",
    "correction",
    "disambiguation",
    "digression",
    "not_covered",
    "checklist",
    "invalid_input",
    "warning_signs",
    "dates",
    "kindness",
    "more",
    "languages",
}

Reply = dict[str, Any]
Ask = Callable[[str, str | None], list[Reply]]


def has_calendar(reply: Reply) -> bool:
    return any(file["type"] == "text/calendar" for file in reply["files"])


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expected(Part):
    """What one reply must be."""

    kind: Kind
    topic: str | None = None
    procedure: Procedure | None = None
    level: Level | None = None
    dates: dict[str, Any] = {}
    has_file: bool | None = None
    has_more: bool | None = None
    language: Language = "en"
    rules: list[str] = []
    rules_contain: list[str] = []
    rules_lack: list[str] = []
    text_contains: list[str] = []
    text_lacks: list[str] = []
    buttons_contain: list[str] = []

    def problems(self, reply: Reply, words: dict[str, str]) -> list[str]:
        """Return how a reply differs from this."""
        titles = [button["title"] for button in reply["buttons"]]
        keys = {"kind", "language", "topic", "procedure", "level", "rules"}
        written = self.model_dump(mode="json", include=self.model_fields_set & keys)
        dates = reply["dates"] or {}
        return [
            *(f"{key} is {reply[key]!r}, not {value!r}" for key, value in written.items() if reply[key] != value),
            *(
                f"dates: {key} is {dates.get(key)!r}, not {on!r}"
                for key, on in self.dates.items()
                if dates.get(key) != on
            ),
            *(["a file is there or is missing"] if self.has_file not in (None, has_calendar(reply)) else []),
            *(["more is there or is missing"] if self.has_more not in (None, bool(reply["more"])) else []),
            *(f"rule {rule} is missing" for rule in self.rules_contain if rule not in reply["rules"]),
            *(f"rule {rule} is there" for rule in self.rules_lack if rule in reply["rules"]),
            *(f"button {title!r} is missing" for title in self.buttons_contain if title not in titles),
            *(f"{text!r} is missing" for text in self.text_contains if text.format_map(words) not in reply["text"]),
            *(f"{text!r} is there" for text in self.text_lacks if text.format_map(words) in reply["text"]),
        ]


class Step(Part):
    """What the patient does, and what comes back."""

    today: str | None = None
    patient: str | None = None
    presses: str | None = None
    expect: list[Expected] = Field(min_length=1)

    @model_validator(mode="after")
    def _writes_or_presses(self) -> "Step":
        if (self.patient is None) == (self.presses is None):
            raise ValueError("expected either 'patient' or 'presses'")
        return self

    def message(self, shown: list[Reply]) -> str:
        """Return what is sent; a button must be among those shown."""
        if self.patient is not None:
            return self.patient
        buttons = {button["title"]: button["message"] for reply in shown for button in reply["buttons"]}
        assert self.presses in buttons, f"no button {self.presses!r}, only {list(buttons)}"
        return str(buttons[self.presses])


class Conversation(Part):
    conversation: str = Field(min_length=1)
    steps: list[Step] = Field(min_length=1)


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_conversation_goes_as_written(path: Path, ask: Ask, clinic: Clinic) -> None:
    words = clinic_words(clinic)
    shown: list[Reply] = []
    today: str | None = None
    for step in Conversation.model_validate(read_yaml(path)).steps:
        message = step.message(shown)
        today = step.today or today
        shown = ask(message, today)
        assert len(shown) == len(step.expect), f"{message!r}: {[(reply['kind'], reply['text']) for reply in shown]}"
        pairs = zip(step.expect, shown, strict=True)
        assert [problem for expected, reply in pairs for problem in expected.problems(reply, words)] == [], message


def test_every_kind_of_conversation_has_files() -> None:
    assert {path.parent.name for path in FILES} == KINDS


def test_every_file_is_named_by_what_the_patient_does() -> None:
    assert [path.name for path in HERE.rglob("*.yml") if not path.name.startswith("test_patient_")] == []


def test_no_two_conversations_have_the_same_title() -> None:
    titles = [read_yaml(path)["conversation"] for path in FILES]
    assert sorted(titles) == sorted(set(titles))
