"""The shapes of `data/knowledge/warning_signs.yml`: the signs, the words that reveal them, and what takes them back."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.knowledge.shapes import Name, Phrase, SourceOfRow, Text
from bot.reply import Level

GROUP = re.compile(r"\{([a-z0-9_]+)\}")
NEAR, ANYWHERE = " + ", " & "
Doubt = Literal["denied", "supposed", "another", "past", "over"]


class Shape(BaseModel):
    """A frozen shape that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Threshold(Shape):
    """From where on an amount counts, and who says so."""

    id: Name
    least: float
    unit: Literal["degree_celsius", "pads_an_hour", "pads", "points_of_10", "days"]
    facts: tuple[str, ...]
    note: str = ""


class Words(Shape):
    """Words of one meaning, which patterns name as `{id}`."""

    id: Name
    words: tuple[Phrase, ...] = Field(min_length=1)


class Cue(Shape):
    """Words that put a sign in doubt, which way they look, and how far. Units: words; 0 for the whole sentence.

    `everywhere` is the whole message. `but_not` are words that hold the cue and yet put nothing in doubt. `stopped_by`
    and `lifted_by` name groups: the cue reaches no further than the first, and does not count in a sentence with the
    second.
    """

    id: Name
    doubt: Doubt
    looks: Literal["ahead", "back", "both", "everywhere"]
    reaches: int = Field(ge=0)
    words: tuple[Phrase, ...] = Field(min_length=1)
    but_not: tuple[Phrase, ...] = ()
    stopped_by: tuple[Name, ...] = ()
    lifted_by: tuple[Name, ...] = ()


class Sign(Shape):
    """One warning sign: its name in a sentence, how urgent it is, and the patterns of words that reveal it.

    `level_before` holds where the procedure is still ahead, `condition` is what the sign says of her. A pattern is
    words or groups, ` + ` between parts that stand near each other in one sentence, in any order, ` & ` between parts
    that may stand anywhere in the message. `unless` are patterns whose words can be no part of it.
    """

    id: Name
    name: Text
    level: Level
    level_before: Level | None = None
    condition: Name | None = None
    facts: tuple[str, ...] = Field(min_length=1)
    sources: tuple[SourceOfRow, ...] = Field(min_length=1)
    patterns: tuple[Phrase, ...] = Field(min_length=1)
    unless: tuple[Phrase, ...] = ()


class WarningSigns(Shape):
    """Everything in the file."""

    thresholds: tuple[Threshold, ...]
    words: tuple[Words, ...]
    cues: tuple[Cue, ...]
    signs: tuple[Sign, ...]
