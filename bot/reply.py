"""The reply: what one question is answered with, as the chat API gives it and as plain text for messengers.

Shape only.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.question import Language, Procedure

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


class Term(Part):
    """A medical word as it stands in a reply, and what it means in plain words."""

    word: str
    means: str


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
    """What one question is answered with: what to do in `text`; why, and what the sources say, in `more`.

    `language` is the one that the text is in.
    """

    text: str = Field(min_length=1)
    more: str | None = None
    kind: Kind
    language: Language = "en"
    topic: str | None = None
    procedure: Procedure | None = None
    level: Level | None = None
    rules: tuple[str, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    dates: Dates | None = None
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()
    terms: tuple[Term, ...] = ()

    def plain_text(self, source: str) -> str:
        """Return the reply for a channel that shows text alone: sources and files as lines, no markup.

        `source` is the sentence that names a source, with its place as {text}.
        """
        lines = [self.text]
        lines += [source.format(text=f"{one.title}, {one.section}") for one in self.sources]
        lines += [f"{file.title}: {file.url}" for file in self.files if "://" in file.url]
        return "\n".join(lines)
