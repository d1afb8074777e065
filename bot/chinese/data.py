"""Read the Chinese data under `data/languages/zh`, or list what is wrong with it. Shapes and reading only."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError

from bot.files import read_yaml
from bot.knowledge.shapes import Entry, Phrase
from bot.safety.shapes import Cue, Shape, WarningSigns, Words
from bot.safety.signs import read_signs
from bot.wording import LANGUAGES

S = TypeVar("S", bound=BaseModel)
FOLDER = LANGUAGES / "zh"
DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")  # a full stop would end the sentence
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
FOLDED: dict[int, int | str] = {
    **FULL_WIDTH,
    ord("\u3000"): " ",
    ord("。"): ".",
    ord("…"): ".",
    ord("度"): "°",
    ord("℃"): "°",
}


class BadChinese(Exception):
    """Chinese data that cannot be used; the message lists every problem."""


class Names(Entry):
    """The words that name a procedure, reveal what she says of herself, and where she stands."""

    procedures: Mapping[str, tuple[Phrase, ...]]
    conditions: Mapping[str, tuple[Phrase, ...]]
    phases: Mapping[str, tuple[Phrase, ...]]


class Questions(Entry):
    """Training sentences by topic, and those of everything else by intent."""

    topics: Mapping[str, tuple[Phrase, ...]]
    others: Mapping[str, tuple[Phrase, ...]]


class LabelledSigns(Entry):
    """Messages that tell of a sign, by the sign, and messages that do not."""

    urgent: Mapping[str, tuple[Phrase, ...]]
    not_urgent: tuple[Phrase, ...] = Field(min_length=1)


class SignPatterns(Shape):
    """The Chinese patterns of one sign."""

    id: str
    patterns: tuple[Phrase, ...] = Field(min_length=1)
    unless: tuple[Phrase, ...] = ()


class SignWords(Shape):
    """The Chinese words of the warning signs."""

    words: tuple[Words, ...]
    cues: tuple[Cue, ...]
    signs: tuple[SignPatterns, ...]


def fold(text: str) -> str:
    """Return a text in small letters with half-width marks, each in its place; degrees as the finder reads them."""
    folded = DECIMAL_POINT.sub("\u00b7", text.translate(FOLDED))
    lower = folded.lower()
    return lower if len(lower) == len(text) else folded


def read_names(folder: Path = FOLDER) -> Names:
    """Return the names of a folder."""
    return _read(Names, folder / "names.yml")


def read_questions(folder: Path = FOLDER) -> Questions:
    """Return the training sentences of a folder."""
    return _read(Questions, folder / "questions.yml")


def read_labelled_signs(folder: Path = FOLDER) -> LabelledSigns:
    """Return the labelled messages of a folder."""
    return _read(LabelledSigns, folder / "signs.yml")


def read_chinese_signs(folder: Path = FOLDER) -> WarningSigns:
    """Return the warning signs with their Chinese words: levels, thresholds and sources are those of the English file.

    Raises:
        BadChinese: a sign has no Chinese words, or words are of no sign.
    """
    words, signs = _read(SignWords, folder / "warning_signs.yml"), read_signs()
    own = {sign.id: sign for sign in words.signs}
    known = {sign.id for sign in signs.signs}
    if odd := sorted(own.keys() ^ known):
        raise BadChinese(f"zh/warning_signs.yml: {', '.join(odd)}: stands in one of the two languages only")
    return signs.model_copy(
        update={
            "words": tuple(group.model_copy(update={"words": _all(group.words)}) for group in words.words),
            "cues": tuple(
                cue.model_copy(update={"words": _all(cue.words), "but_not": _all(cue.but_not)}) for cue in words.cues
            ),
            "signs": tuple(
                sign.model_copy(update={"patterns": _all(own[sign.id].patterns), "unless": _all(own[sign.id].unless)})
                for sign in signs.signs
            ),
        }
    )


def _all(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold, phrases))


def _read(shape: type[S], path: Path) -> S:
    try:
        return shape.model_validate(read_yaml(path))
    except ValidationError as error:
        problems = (f"zh/{path.name}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise BadChinese("\n".join(problems)) from error
