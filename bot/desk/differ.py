"""What differs between two versions of a row or of the clinic's details, word by word: for pages, no rule."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from bot.knowledge.shapes import Row, Value

PART = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of words: the same in both, in the older one alone, or in the newer one alone."""

    how: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True)
class Difference:
    """A field that differs, and its words."""

    label: str
    pieces: tuple[Piece, ...]


def words_that_differ(old: str, new: str) -> tuple[Piece, ...]:
    """Return two texts as one, with what is gone before what is new."""
    before, after = PART.findall(old), PART.findall(new)
    pieces: list[Piece] = []
    for tag, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[first:last])))
            continue
        if first < last:
            pieces.append(Piece("gone", "".join(before[first:last])))
        if start < end:
            pieces.append(Piece("new", "".join(after[start:end])))
    return tuple(pieces)


def fields_that_differ(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return the fields whose texts are not the same, in the order of the newer one."""
    labels = dict.fromkeys((*new, *old))
    return tuple(
        Difference(label, words_that_differ(old.get(label, ""), new.get(label, "")))
        for label in labels
        if old.get(label, "") != new.get(label, "")
    )


def rows_that_differ(old: Row | None, new: Row) -> tuple[Difference, ...]:
    """Return what differs between two versions of a row; all of it where there is no older one."""
    return fields_that_differ(fields_of(old) if old is not None else {}, fields_of(new))


def fields_of(row: Row) -> dict[str, str]:
    """Return a row as texts by the labels of its fields."""
    return {
        "What to do": row.short,
        "Why and more": row.more,
        "Kind": row.kind.replace("_", " "),
        "Topic": row.topic,
        "Procedure": row.procedure,
        "Authority": row.authority,
        "Told to": row.audience,
        "Only for": ", ".join(sorted(row.conditions)),
        "Sources": "\n".join(f"{one.id}, {one.section}" for one in row.sources),
        "Numbers": "\n".join(map(value_in_words, row.values)),
        "Facts": ", ".join(sorted(set(row.facts))),
        "Check again by": row.review_by.isoformat(),
        "Told to patients": "no: retired" if row.status == "retired" else "yes",
    }


def value_in_words(value: Value) -> str:
    """Return a number of a row with its unit, as a line to read."""
    number = f"{value.value:g}" if value.value is not None else f"{value.low:g} to {value.high:g}"
    words = [f"{value.name.replace('_', ' ')}:"]
    words += ["about"] if value.approx else []
    words += [value.bound.replace("_", " ")] if value.bound else []
    words += [number, value.unit.replace("_", " ")]
    words += [f"counted from {value.anchor.replace('_', ' ')}"] if value.anchor else []
    return " ".join(words)
