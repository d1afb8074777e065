"""Looking a question up: which rows are told, which detail is asked for, and when nothing is known."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import Entry, conflict, row, signed
from sqlalchemy import Engine

from bot.knowledge.look_up import (
    MOST_ROWS_AN_AUTHORITY,
    Found,
    NeedsCondition,
    NeedsProcedure,
    NotCovered,
    Outcome,
    ToldRow,
    choose,
    look_up,
)
from bot.knowledge.shapes import AUTHORITY_ORDER, Value
from bot.question import Procedure, Question
from bot.reply import SourceLine

HSG, HYSTEROSCOPY = Procedure.HSG, Procedure.HYSTEROSCOPY
KITE_BOOK = SourceLine(id="T1", title="Book of kites", section="Page of kites", url=None)
Load = Callable[..., Engine]


def kites(procedure: Procedure | None = HSG, *conditions: str) -> Question:
    return Question("kites", procedure, frozenset(conditions))


def windy(name: str) -> Entry:
    return row(name, conditions=["windy"])


def found(outcome: Outcome) -> tuple[ToldRow, ...]:
    """Return the rows told."""
    assert isinstance(outcome, Found), outcome
    return outcome.rows


def told(outcome: Outcome) -> list[str]:
    """Return the ids of the rows told, in their order."""
    return [entry.id for entry in found(outcome)]


def test_general_row_is_told(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-clinic", short="A kite.")])
    assert look_up(engine, kites()) == Found(
        procedure=HSG,
        rows=(
            ToldRow(
                id="hsg-kites-clinic",
                authority="clinic",
                procedures=frozenset({HSG}),
                conditions=frozenset(),
                kind="answer",
                short="A kite.",
                more="",
                sources=(KITE_BOOK,),
                review_by=date(2099, 1, 31),
            ),
        ),
        differences=(),
        other_procedure_has_rows=False,
    )


def test_row_is_told_with_its_values_in_their_order(loaded: Load) -> None:
    window = {"name": "window", "unit": "day", "low": 3, "high": 7, "anchor": "period_end", "approx": True}
    height = {"name": "height", "unit": "count", "value": 2, "bound": "up_to"}
    (entry,) = found(look_up(loaded([row("hsg-kites-clinic", short="3 to 7 or 2", values=[window, height])]), kites()))
    assert entry.values == (Value.model_validate(window), Value.model_validate(height))


def test_row_of_another_topic_is_not_told(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-clinic"), row("hsg-lanterns-clinic")])
    assert told(look_up(engine, kites())) == ["hsg-kites-clinic"]


def test_row_of_the_other_procedure_is_not_told(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-clinic"), row("hysteroscopy-kites-clinic")])
    assert told(look_up(engine, kites(HYSTEROSCOPY))) == ["hysteroscopy-kites-clinic"]


def test_row_for_staff_is_not_told_to_a_patient(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-clinic", audience="staff")])
    assert look_up(engine, kites()) == NotCovered(HSG, other_procedure_has_rows=False)


def test_retired_row_is_not_told(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-clinic", status="retired")])
    assert look_up(engine, kites()) == NotCovered(HSG, other_procedure_has_rows=False)


def test_house_rule_comes_before_guideline_and_reference(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-reference"), row("hsg-kites-guideline"), row("hsg-kites-clinic")])
    assert told(look_up(engine, kites())) == ["hsg-kites-clinic", "hsg-kites-guideline", "hsg-kites-reference"]


CELL = [
    row("hsg-kites-clinic"),
    windy("hsg-kites-windy-clinic"),
    row("hsg-kites-stormy-clinic", conditions=["windy", "rainy"]),
    row("hsg-kites-reference"),
    row("hsg-kites-rainy-reference", conditions=["rainy"]),
]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        pytest.param([], ["hsg-kites-clinic", "hsg-kites-reference"], id="none"),
        pytest.param(["snowy"], ["hsg-kites-clinic", "hsg-kites-reference"], id="one that no row has"),
        pytest.param(["windy"], ["hsg-kites-windy-clinic", "hsg-kites-reference"], id="one of the clinic's rows"),
        pytest.param(["rainy"], ["hsg-kites-clinic", "hsg-kites-rainy-reference"], id="half of a row's conditions"),
        pytest.param(
            ["windy", "rainy", "snowy"],
            ["hsg-kites-windy-clinic", "hsg-kites-stormy-clinic", "hsg-kites-rainy-reference"],
            id="several rows at once",
        ),
    ],
)
def test_row_with_conditions_replaces_the_general_row_of_its_authority(
    loaded: Load, conditions: list[str], expected: list[str]
) -> None:
    assert told(look_up(loaded(CELL), kites(HSG, *conditions))) == expected


def test_at_most_three_rows_with_conditions_are_told(loaded: Load) -> None:
    weather = ["windy", "rainy", "snowy", "foggy"]
    engine = loaded([row(f"hsg-kites-{name}-clinic", conditions=[name]) for name in weather])
    assert told(look_up(engine, kites(HSG, *weather))) == [
        "hsg-kites-windy-clinic",
        "hsg-kites-rainy-clinic",
        "hsg-kites-snowy-clinic",
    ]


@pytest.mark.parametrize("procedure", Procedure)
def test_row_for_both_is_told_for_each_procedure(loaded: Load, procedure: Procedure) -> None:
    outcome = look_up(loaded([row("both-kites-clinic")]), kites(procedure))
    assert told(outcome) == ["both-kites-clinic"]
    assert outcome.procedure is procedure


def test_row_for_both_stands_beside_a_row_of_one_procedure(loaded: Load) -> None:
    engine = loaded([row("both-kites-clinic"), row("hsg-kites-reference")])
    assert told(look_up(engine, kites(HSG))) == ["both-kites-clinic", "hsg-kites-reference"]
    assert told(look_up(engine, kites(HYSTEROSCOPY))) == ["both-kites-clinic"]


def test_what_is_true_for_both_is_told_without_a_procedure(loaded: Load) -> None:
    outcome = look_up(loaded([row("both-kites-clinic"), row("both-kites-reference")]), kites(None))
    assert told(outcome) == ["both-kites-clinic", "both-kites-reference"]
    assert outcome.procedure is None


def test_row_for_both_with_conditions_is_told_without_a_procedure(loaded: Load) -> None:
    engine = loaded([row("both-kites-clinic"), windy("both-kites-windy-clinic")])
    assert told(look_up(engine, kites(None, "windy"))) == ["both-kites-windy-clinic"]


def test_procedure_is_needed_when_both_have_rows_of_their_own(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-clinic"), row("hysteroscopy-kites-clinic")])
    assert look_up(engine, kites(None)) == NeedsProcedure()


def test_procedure_is_needed_when_one_has_a_row_beside_that_for_both(loaded: Load) -> None:
    engine = loaded([row("both-kites-clinic"), row("hsg-kites-reference")])
    assert look_up(engine, kites(None)) == NeedsProcedure()


@pytest.mark.parametrize("procedure", Procedure)
def test_only_procedure_with_rows_is_told_without_being_named(loaded: Load, procedure: Procedure) -> None:
    outcome = look_up(loaded([row(f"{procedure}-kites-clinic")]), kites(None))
    assert told(outcome) == [f"{procedure}-kites-clinic"]
    assert outcome.procedure is procedure


def test_condition_is_needed_when_every_row_has_one(loaded: Load) -> None:
    rows = [
        windy("hsg-kites-windy-clinic"),
        row("hsg-kites-rainy-reference", conditions=["rainy"]),
        row("hsg-kites-stormy-reference", conditions=["windy", "rainy"]),
    ]
    assert look_up(loaded(rows), kites()) == NeedsCondition(HSG, ("windy", "rainy"))


def test_condition_is_needed_of_the_only_procedure_with_rows(loaded: Load) -> None:
    assert look_up(loaded([windy("hsg-kites-windy-clinic")]), kites(None)) == NeedsCondition(HSG, ("windy",))


def test_condition_that_opens_a_row_is_answered(loaded: Load) -> None:
    engine = loaded([windy("hsg-kites-windy-clinic")])
    assert told(look_up(engine, kites(HSG, "windy"))) == ["hsg-kites-windy-clinic"]


def test_topic_without_rows_is_not_covered(loaded: Load) -> None:
    engine = loaded([row("hsg-lanterns-clinic")])
    assert look_up(engine, kites(HSG)) == NotCovered(HSG, other_procedure_has_rows=False)
    assert look_up(engine, kites(None)) == NotCovered(None, other_procedure_has_rows=False)


def test_topic_with_rows_of_the_other_procedure_alone_is_not_covered_and_says_so(loaded: Load) -> None:
    engine = loaded([row("hysteroscopy-kites-clinic")])
    assert look_up(engine, kites(HSG)) == NotCovered(HSG, other_procedure_has_rows=True)


@pytest.mark.parametrize(
    ("other", "expected"), [("hysteroscopy-kites-clinic", True), ("hysteroscopy-lanterns-clinic", False)]
)
def test_answer_says_whether_the_other_procedure_has_rows(loaded: Load, other: str, expected: bool) -> None:
    outcome = look_up(loaded([row("hsg-kites-clinic"), row(other)]), kites(HSG))
    assert told(outcome) == ["hsg-kites-clinic"]
    assert outcome.other_procedure_has_rows is expected


def test_only_signed_rows_are_told_where_sign_off_is_demanded(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-clinic"), signed(row("hsg-kites-reference"))])
    assert told(look_up(engine, kites(), signed_only=True)) == ["hsg-kites-reference"]


def test_signed_and_unsigned_rows_are_told_otherwise(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-clinic"), signed(row("hsg-kites-reference"))])
    assert told(look_up(engine, kites())) == ["hsg-kites-clinic", "hsg-kites-reference"]


def test_unsigned_row_with_conditions_does_not_replace_a_signed_general_row(loaded: Load) -> None:
    engine = loaded([signed(row("hsg-kites-clinic")), windy("hsg-kites-windy-clinic")])
    assert told(look_up(engine, kites(HSG, "windy"), signed_only=True)) == ["hsg-kites-clinic"]


def test_topic_without_signed_rows_is_not_covered_where_sign_off_is_demanded(loaded: Load) -> None:
    engine = loaded([row("hsg-kites-clinic"), row("hysteroscopy-kites-clinic")])
    assert look_up(engine, kites(HSG), signed_only=True) == NotCovered(HSG, other_procedure_has_rows=False)


def differences(engine: Engine, question: Question) -> list[str]:
    outcome = look_up(engine, question)
    assert isinstance(outcome, Found), outcome
    return [difference.id for difference in outcome.differences]


def test_conflict_is_told_with_what_decides(loaded: Load) -> None:
    rows = [row("hsg-kites-clinic"), row("hsg-kites-reference")]
    engine = loaded(rows, [conflict("X1", ["hsg-kites-clinic"], ["kites"], told="They differ.", decides="You do.")])
    outcome = look_up(engine, kites())
    assert isinstance(outcome, Found)
    assert [(one.id, one.told, one.decides) for one in outcome.differences] == [("X1", "They differ.", "You do.")]


def test_conflict_is_told_only_in_its_topics(loaded: Load) -> None:
    rows = [row("hsg-kites-clinic"), row("hsg-lanterns-clinic")]
    engine = loaded(rows, [conflict("X1", [entry["id"] for entry in rows], ["lanterns"])])
    assert differences(engine, kites()) == []
    assert differences(engine, Question("lanterns", HSG)) == ["X1"]


def test_conflict_is_told_only_with_one_of_its_rows(loaded: Load) -> None:
    rows = [row("hsg-kites-clinic"), windy("hsg-kites-windy-clinic")]
    engine = loaded(rows, [conflict("X1", ["hsg-kites-windy-clinic"], ["kites"])])
    assert differences(engine, kites()) == []
    assert differences(engine, kites(HSG, "windy")) == ["X1"]


def test_conflict_of_several_told_rows_is_told_once(loaded: Load) -> None:
    rows = [row("hsg-kites-clinic"), row("hsg-kites-reference")]
    engine = loaded(rows, [conflict("X1", [entry["id"] for entry in rows], ["kites"])])
    assert differences(engine, kites()) == ["X1"]


def test_conflicts_are_told_in_the_order_of_their_file(loaded: Load) -> None:
    names = ["X9", "X10", "X1"]
    engine = loaded([row("hsg-kites-clinic")], [conflict(name, ["hsg-kites-clinic"], ["kites"]) for name in names])
    assert differences(engine, kites()) == names


def test_conflict_is_told_without_a_procedure(loaded: Load) -> None:
    engine = loaded([row("both-kites-clinic")], [conflict("X1", ["both-kites-clinic"], ["kites"])])
    assert differences(engine, kites(None)) == ["X1"]


WEATHER = st.frozensets(st.sampled_from(["windy", "rainy", "snowy", "foggy"]))
ROWS = st.lists(
    st.builds(
        ToldRow,
        id=st.uuids().map(str),
        authority=st.sampled_from(AUTHORITY_ORDER),
        procedures=st.just(frozenset({HSG})),
        conditions=WEATHER,
        kind=st.just("answer"),
        short=st.just("A kite."),
        more=st.just(""),
        sources=st.just((KITE_BOOK,)),
        review_by=st.just(date(2099, 1, 31)),
    ),
    unique_by=lambda entry: (entry.authority, entry.conditions),
)


@given(rows=ROWS, conditions=WEATHER)
def test_no_row_is_told_whose_conditions_do_not_hold(rows: list[ToldRow], conditions: frozenset[str]) -> None:
    assert [entry for entry in choose(rows, conditions) if not entry.conditions <= conditions] == []


@given(rows=ROWS, conditions=WEATHER)
def test_rows_are_told_in_the_order_of_authority(rows: list[ToldRow], conditions: frozenset[str]) -> None:
    places = [AUTHORITY_ORDER.index(entry.authority) for entry in choose(rows, conditions)]
    assert places == sorted(places)


@given(rows=ROWS, conditions=WEATHER, authority=st.sampled_from(AUTHORITY_ORDER))
def test_each_authority_tells_what_fits_her_or_what_is_general(
    rows: list[ToldRow], conditions: frozenset[str], authority: str
) -> None:
    mine = [entry for entry in rows if entry.authority == authority]
    fitting = [entry for entry in mine if entry.conditions and entry.conditions <= conditions]
    general = [entry for entry in mine if not entry.conditions]
    chosen = [entry for entry in choose(rows, conditions) if entry.authority == authority]
    assert chosen == (fitting[:MOST_ROWS_AN_AUTHORITY] if fitting else general)
