"""The reply: what one question is answered with, as the chat API gives it and as plain text for messengers.

Shape only.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.question import Procedure

Kind = Literal["answer", "ask", "dates", "urgent", "not_covered", "handoff", "smalltalk", "notice"]
Level = Literal["emergency", "clinic_now", "before_visit"]


class Part(BaseModel):
    """A frozen part of a reply that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceLine(Part):
    """A source that an answer was taken from."""

    id: str
    title: str
    section: str
    url: str | None


class Button(Part):
    """A likely next message: what the button says, and what is sent when it is pressed."""

    title: str
    message: str


class File(Part):
    """A file to download."""

    title: str
    type: str
    url: str


class Dates(Part):
    """A patient's own dates; only the keys that apply are set. Dates are ISO 8601 days."""

    not_before: str | None = None
    window: tuple[str, str] | None = None
    open_days: tuple[str, ...] | None = None
    free_from: str | None = None
    basis: str | None = None


class Reply(Part):
    """What one question is answered with."""

    text: str = Field(min_length=1)
    kind: Kind
    topic: str | None = None
    procedure: Procedure | None = None
    level: Level | None = None
    rules: tuple[str, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    dates: Dates | None = None
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()

    def plain_text(self) -> str:
        """Return the reply for a channel that shows text alone: sources and files as lines, no markup."""
        lines = [self.text]
        lines += [f"Source: {source.title}, {source.section}" for source in self.sources]
        lines += [f"{file.title}: {file.url}" for file in self.files if "://" in file.url]
        return "\n".join(lines)
