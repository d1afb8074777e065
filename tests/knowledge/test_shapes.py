"""One entry alone: what each shape refuses."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from made_up import conflict, row, signed
from pydantic import ValidationError

from bot.knowledge.shapes import (
    AUTHORITY_ORDER,
    Authority,
    ConditionEntry,
    Conflict,
    PhaseEntry,
    PlaceholderEntry,
    ProcedureEntry,
    Row,
    Source,
    TopicEntry,
    Value,
)
from bot.knowledge.tables import ConditionRecord, FactRecord, RowRecord, ValueRecord
from bot.question import Phase

VALUE: dict[str, Any] = {"name": "flight", "unit": "day"}


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"value": 3}, (3,)),
        ({"value": 0}, (0,)),
        ({"value": 1.5}, (1.5,)),
        ({"low": 2, "high": 3}, (2, 3)),
        ({"low": 0, "high": 1}, (0, 1)),
    ],
)
def test_value_is_one_number_or_a_range(numbers: dict[str, float], expected: tuple[float, ...]) -> None:
    assert Value.model_validate(VALUE | numbers).numbers == expected


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({}, "expected either value, or low and high", id="no number"),
        pytest.param({"low": 3}, "expected either value, or low and high", id="low alone"),
        pytest.param({"high": 3}, "expected either value, or low and high", id="high alone"),
        pytest.param({"value": 3, "high": 4}, "expected either value, or low and high", id="value and high"),
        pytest.param({"value": 3, "low": 2, "high": 4}, "expected either value, or low and high", id="all three"),
        pytest.param({"low": 7, "high": 3}, "low 7.0 is not below high 3.0", id="range backwards"),
        pytest.param({"low": 3, "high": 3}, "low 3.0 is not below high 3.0", id="range without width"),
        pytest.param({"value": 3, "unit": "fortnight"}, "unit", id="unknown unit"),
        pytest.param({"value": 3, "unit": None}, "unit", id="no unit"),
        pytest.param({"value": 3, "anchor": "birthday"}, "anchor", id="unknown anchor"),
        pytest.param({"value": 3, "bound": "nearly"}, "bound", id="unknown bound"),
        pytest.param({"value": "three"}, "value", id="number in words"),
        pytest.param({"value": 3, "name": "Flight days"}, "name", id="name that is no name"),
        pytest.param({"value": 3, "note": "about"}, "note", id="unknown key"),
    ],
)
def test_unusable_value_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Value.model_validate(VALUE | changes)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        pytest.param({"id": "HSG_kites"}, "id", id="id that is not kebab-case"),
        pytest.param({"procedure": "xray"}, "procedure", id="unknown procedure"),
        pytest.param({"authority": "hearsay"}, "authority", id="unknown authority"),
        pytest.param({"audience": "everyone"}, "audience", id="unknown audience"),
        pytest.param({"facts": []}, "facts", id="no fact"),
        pytest.param({"sources": [{"id": "T1"}]}, "sources.0.section", id="source without its section"),
        pytest.param({"short": ""}, "short", id="no text"),
        pytest.param({"status": "perhaps"}, "status", id="unknown status"),
        pytest.param({"review_by": None}, "review_by", id="no day to review it by"),
        pytest.param({"review_by": "soon"}, "review_by", id="review by no day"),
        pytest.param({"colour": "red"}, "colour", id="unknown key"),
    ],
)
def test_unusable_row_is_refused(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Row.model_validate(row("hsg-kites-clinic", **changes))
    assert [".".join(map(str, error["loc"])) for error in caught.value.errors()] == [where]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"status": "approved"}, id="approved by nobody"),
        pytest.param({"status": "approved", "reviewer": "Dr Kite"}, id="approved on no day"),
        pytest.param({"status": "approved", "reviewed_on": "2026-01-31"}, id="approved on a day by nobody"),
        pytest.param({"reviewer": "Dr Kite", "reviewed_on": "2026-01-31"}, id="a draft that is signed"),
    ],
)
def test_row_is_approved_only_when_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="an approved row names its reviewer"):
        Row.model_validate(row("hsg-kites-clinic", **changes))


@pytest.mark.parametrize(
    ("column", "changes"),
    [
        pytest.param(RowRecord.id, lambda word: {"id": word}, id="row id"),
        pytest.param(FactRecord.fact, lambda word: {"facts": [word]}, id="fact"),
        pytest.param(ConditionRecord.condition, lambda word: {"conditions": [word]}, id="condition"),
        pytest.param(ValueRecord.name, lambda word: {"values": [VALUE | {"name": word, "value": 3}]}, id="value"),
    ],
)
def test_word_that_is_too_long_for_its_column_is_refused(column: Any, changes: Callable[[str], dict[str, Any]]) -> None:
    """Refuse what PostgreSQL would refuse at the load; SQLite takes any length."""
    with pytest.raises(ValidationError):
        Row.model_validate(row("hsg-kites-clinic", **changes("a" * (column.type.length + 1))))


def test_signed_row_is_approved() -> None:
    assert Row.model_validate(signed(row("hsg-kites-clinic"))).reviewer == "Dr Kite"


def test_row_is_an_unsigned_draft_for_patients_unless_told() -> None:
    entry = Row.model_validate(row("hsg-kites-clinic"))
    assert (entry.status, entry.reviewer, entry.reviewed_on, entry.audience) == ("draft", None, None, "patient")


@pytest.mark.parametrize(
    ("name", "procedures"),
    [
        ("hsg-kites-clinic", {"hsg"}),
        ("hysteroscopy-kites-clinic", {"hysteroscopy"}),
        ("both-kites-clinic", {"hsg", "hysteroscopy"}),
    ],
)
def test_row_for_both_is_true_for_each(name: str, procedures: set[str]) -> None:
    assert Row.model_validate(row(name)).procedures == procedures


def test_row_cannot_be_changed() -> None:
    entry = Row.model_validate(row("hsg-kites-clinic"))
    with pytest.raises(ValidationError, match="frozen"):
        entry.text = "Other words."  # type: ignore[misc]


@pytest.mark.parametrize(
    ("shape", "entry", "where"),
    [
        pytest.param(
            Source,
            {"id": "T1", "title": "Book", "publisher": "nobody", "kind": "book", "tier": "C", "read_on": "2026-01-31"},
            "tier",
            id="source of an unknown tier",
        ),
        pytest.param(
            ConditionEntry,
            {"id": "windy", "label": "It is windy", "means": "wind", "phrases": []},
            "phrases",
            id="condition that no words reveal",
        ),
        pytest.param(PhaseEntry, {"id": "later", "phrases": ["flew it"]}, "id", id="phase that is none"),
        pytest.param(PhaseEntry, {"id": "after", "phrases": []}, "phrases", id="phase that no words tell"),
        pytest.param(PlaceholderEntry, {"id": "kite", "words": []}, "words", id="placeholder of no words"),
        pytest.param(
            TopicEntry,
            {"id": "kites", "phase": "later", "label": "kites", "ask": "Kites?", "next": []},
            "phase",
            id="topic of an unknown phase",
        ),
        pytest.param(
            ProcedureEntry, {"id": "both", "name": "both", "names": ["both"]}, "id", id="procedure that is none"
        ),
        pytest.param(ProcedureEntry, {"id": "hsg", "name": "HSG", "names": []}, "names", id="procedure without names"),
        pytest.param(Conflict, conflict("X1", [], ["kites"]), "rows", id="conflict between no rows"),
        pytest.param(Conflict, conflict("X1", ["hsg-kites-clinic"], []), "told_in", id="conflict told nowhere"),
        pytest.param(
            Conflict, conflict("X1", ["hsg-kites-clinic"], ["kites"], kind="quarrel"), "kind", id="conflict of no kind"
        ),
    ],
)
def test_unusable_entry_is_refused(shape: Any, entry: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        shape.model_validate(entry)
    assert [error["loc"] for error in caught.value.errors()] == [(where,)]


def test_phases_are_those_that_a_patient_can_be_in() -> None:
    phases = set(get_args(PhaseEntry.model_fields["id"].annotation))
    assert phases == set(Phase)
    assert phases < set(get_args(TopicEntry.model_fields["phase"].annotation))


def test_house_rule_comes_first_and_every_authority_has_its_place() -> None:
    assert AUTHORITY_ORDER[0] == "clinic"
    assert sorted(AUTHORITY_ORDER) == sorted(get_args(Authority))
