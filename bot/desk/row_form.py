"""The form of a row: from a row to what its fields show, and from what was typed back to a row, with what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any, get_args

from pydantic import ValidationError
from starlette.datastructures import FormData

from bot.knowledge.check import RowProblem
from bot.knowledge.shapes import AUTHORITY_ORDER, Anchor, Row, RowKind, RowProcedure, Unit

FIXED = ("id", "topic", "procedure", "authority", "audience")  # of a row that is there already
TEXTS = (*FIXED, "kind", "short", "more", "facts", "review_by")
OWN_FACT = "C-desk"  # facts that begin with C are the clinic's own
MOST_LINES = 60
MOST_CHARACTERS = 8000
CHOICES: dict[str, tuple[str, ...]] = {
    "procedures": get_args(RowProcedure),
    "authorities": AUTHORITY_ORDER,
    "kinds": get_args(RowKind),
    "units": get_args(Unit),
    "anchors": get_args(Anchor),
    "bounds": ("more_than", "up_to", "at_least"),
}
SAID = {
    "missing": "Please fill this in.",
    "string_too_short": "Please fill this in.",
    "too_short": "Please give at least one.",
    "string_too_long": "This is too long.",
    "literal_error": "Please choose one of the list.",
    "float_parsing": "Please write a number, such as 3 or 2.5.",
    "float_type": "Please write a number, such as 3 or 2.5.",
    "finite_number": "Please write a number, such as 3 or 2.5.",
    "date_from_datetime_parsing": "Please give a day, such as 2027-03-31.",
    "date_parsing": "Please give a day, such as 2027-03-31.",
    "date_type": "Please give a day, such as 2027-03-31.",
}
PATTERNS = {
    "id": "Please use small letters, digits and single dashes alone.",
    "name": "Please use small letters, digits and _ alone, a letter first.",
}


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in: what its fields show, the row it makes, and what is wrong (no row: unreadable)."""

    shown: Mapping[str, Any]
    row: Row | None
    problems: tuple[RowProblem, ...]


def form_of(row: Row) -> dict[str, Any]:
    """Return what the fields show of a row."""
    return {
        **{name: str(getattr(row, name)) for name in TEXTS if name != "facts"},
        "facts": ", ".join(row.facts),
        "conditions": list(row.conditions),
        "sources": [{"id": one.id, "section": one.section} for one in row.sources],
        "values": [
            {
                "name": one.name,
                "unit": one.unit,
                "number": f"{one.value if one.value is not None else one.low:g}",
                "to": f"{one.high:g}" if one.high is not None else "",
                "anchor": one.anchor or "",
                "approx": "about" if one.approx else "",
                "bound": one.bound or "",
            }
            for one in row.values
        ],
    }


def empty_form(today: date, *, topic: str, procedure: str, text: str) -> dict[str, Any]:
    """Return what the fields of a new row show; `text` is what nobody answered yet."""
    stem = "-".join(filter(None, (procedure, topic.replace("_", "-"))))
    return {
        "id": f"{stem}-own-clinic" if stem else "",
        "topic": topic,
        "procedure": procedure,
        "authority": "clinic",
        "audience": "patient",
        "kind": "answer",
        "short": "",
        "more": "",
        "facts": OWN_FACT,
        "review_by": date(today.year + 1, today.month, min(today.day, 28)).isoformat(),
        "conditions": [],
        "sources": [],
        "values": [],
        "asked": text,
    }


def read_form(form: FormData, standing: Row | None) -> Filled:
    """Return what was filled in; of a row that is there already, `standing`, what is fixed stays as it is."""
    shown: dict[str, Any] = {name: text_of(form.get(name)) for name in TEXTS}
    if standing is not None:
        shown |= {name: str(getattr(standing, name)) for name in FIXED}
    shown["asked"] = text_of(form.get("asked"))
    shown["conditions"] = list(dict.fromkeys(filter(None, map(text_of, form.getlist("condition")))))[:MOST_LINES]
    shown["sources"] = lines_of(form, "source", ("id", "section"))
    shown["values"] = lines_of(form, "value", ("name", "unit", "number", "to", "anchor", "approx", "bound"))
    body = {name: shown[name] for name in TEXTS if name != "facts"}
    body["facts"] = [fact for fact in shown["facts"].replace(",", " ").split() if fact]
    body |= {"conditions": shown["conditions"], "sources": shown["sources"]}
    body["values"] = [_value(one) for one in shown["values"]]
    try:
        return Filled(shown, Row.model_validate(body), ())
    except ValidationError as error:
        return Filled(shown, None, tuple(_problem(one) for one in error.errors()))


def problems_in_words(error: ValidationError) -> list[RowProblem]:
    """Return what is wrong with a row in the words of the desk, by field."""
    return [_problem(one) for one in error.errors()]


def _problem(error: Any) -> RowProblem:
    place = [str(part) for part in error["loc"]]
    kind = str(error["type"])
    if kind == "string_pattern_mismatch":
        said = PATTERNS.get(place[-1], "This cannot be used.")
    elif kind == "value_error":
        said = f"{str(error['ctx']['error'])[:200]}."
    else:
        said = SAID.get(kind, "This cannot be used.")
    field = place[0] if place else "sources"
    line = f"Line {int(place[1]) + 1}: " if len(place) > 1 and place[1].isdecimal() else ""
    return RowProblem(field, f"{line}{said}")


def _value(line: Mapping[str, str]) -> dict[str, Any]:
    number, to = line["number"].replace(",", "."), line["to"].replace(",", ".")
    numbers: dict[str, Any] = {"low": number, "high": to} if to else {"value": number}
    told = {"name": line["name"], "unit": line["unit"], "approx": bool(line["approx"])}
    return {**told, **numbers, "anchor": line["anchor"] or None, "bound": line["bound"] or None}


def lines_of(form: FormData, prefix: str, names: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the lines of which anything is filled in."""
    columns = [form.getlist(f"{prefix}_{name}")[:MOST_LINES] for name in names]
    lines = [dict(zip(names, map(text_of, line), strict=True)) for line in zip_longest(*columns, fillvalue="")]
    return [line for line in lines if any(line.values())]


def text_of(value: object) -> str:
    """Return a text as it is kept: without what cannot be stored, line ends as spaces where a browser adds them."""
    if not isinstance(value, str):
        return ""
    return " ".join(value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").split())[:MOST_CHARACTERS]
