"""The gate as a table of made-up scores: answer, small talk, ask back, decline."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files import ROOT, read_yaml
from bot.understanding.classify import Scored
from bot.understanding.gate import OUT_OF_SCOPE, SIGNALS, UNCLEAR, Gate, signals

CLASSES = ("ask_kites", "ask_lanterns", "greet", "out_of_scope")
NEAR, FAR = (0.9, 0.9, 0.1, 0.1), (0.1, 0.1, 0.1, 0.9)
# In scope when the topics' nearest examples are nearer than 0.5; a topic is answered from half of their chance on.
GATE = Gate(weights=(0.0, 0.0, 0.0, 10.0, 0.0), bias=-5.0, least_in_scope=0.5, least_topic=0.5)


def scored(probabilities: tuple[float, ...], nearest: tuple[float, ...]) -> Scored:
    return Scored(np.array(probabilities, dtype=np.float32), np.array(nearest, dtype=np.float32))


@pytest.mark.parametrize(
    ("probabilities", "nearest", "ranking"),
    [
        pytest.param((0.8, 0.1, 0.05, 0.05), NEAR, ["ask_kites", "ask_lanterns"], id="one topic stands out"),
        pytest.param((0.1, 0.8, 0.05, 0.05), NEAR, ["ask_lanterns", "ask_kites"], id="the other topic stands out"),
        pytest.param((0.05, 0.04, 0.01, 0.9), NEAR, ["ask_kites", "ask_lanterns"], id="near, so a topic all the same"),
        pytest.param((0.8, 0.1, 0.05, 0.05), FAR, [OUT_OF_SCOPE, "ask_kites", "ask_lanterns"], id="near to nothing"),
        pytest.param((0.12, 0.1, 0.08, 0.7), FAR, [OUT_OF_SCOPE, "ask_kites", "ask_lanterns"], id="something else"),
        pytest.param(
            (0.2, 0.12, 0.6, 0.08), FAR, ["greet", "ask_kites", "ask_lanterns", OUT_OF_SCOPE], id="clear small talk"
        ),
        pytest.param((0.3, 0.2, 0.4, 0.1), NEAR, ["ask_kites", "ask_lanterns"], id="weak small talk about a topic"),
        pytest.param(
            (0.3, 0.2, 0.4, 0.1), FAR, [OUT_OF_SCOPE, "ask_kites", "ask_lanterns"], id="weak small talk about nothing"
        ),
    ],
)
def test_message_is_ranked(probabilities: tuple[float, ...], nearest: tuple[float, ...], ranking: list[str]) -> None:
    assert [name for name, _ in GATE.rank(CLASSES, scored(probabilities, nearest))] == ranking


def test_message_between_two_topics_is_unclear_with_both_after_it() -> None:
    strict = Gate(GATE.weights, GATE.bias, GATE.least_in_scope, least_topic=0.6)
    ranking = strict.rank(CLASSES, scored((0.22, 0.28, 0.3, 0.2), NEAR))
    assert [name for name, _ in ranking] == [UNCLEAR, "ask_lanterns", "ask_kites"]
    assert [chance for _, chance in ranking] == pytest.approx([0.44, 0.56, 0.44])


@pytest.mark.parametrize(("least_topic", "first"), [(0.74, "ask_kites"), (0.75, "ask_kites"), (0.76, UNCLEAR)])
def test_topic_is_answered_from_its_threshold_on(least_topic: float, first: str) -> None:
    gate = Gate(GATE.weights, GATE.bias, GATE.least_in_scope, least_topic)
    assert gate.rank(CLASSES, scored((0.375, 0.125, 0.0, 0.5), NEAR))[0][0] == first


@pytest.mark.parametrize(("least_in_scope", "first"), [(0.49, "ask_kites"), (0.5, "ask_kites"), (0.51, OUT_OF_SCOPE)])
def test_message_is_in_scope_from_its_threshold_on(least_in_scope: float, first: str) -> None:
    gate = Gate((0.0,) * 5, 0.0, least_in_scope, GATE.least_topic)
    assert gate.rank(CLASSES, scored((0.8, 0.1, 0.05, 0.05), NEAR))[0][0] == first


@pytest.mark.parametrize(("least_topic", "first"), [(0.375, "greet"), (0.4, "ask_kites")])
def test_small_talk_is_answered_from_the_threshold_of_a_topic_on(least_topic: float, first: str) -> None:
    gate = Gate(GATE.weights, GATE.bias, GATE.least_in_scope, least_topic)
    assert gate.rank(CLASSES, scored((0.25, 0.125, 0.375, 0.25), NEAR))[0][0] == first


def test_confidence_of_a_topic_is_its_share_of_the_topics() -> None:
    ranking = GATE.rank(CLASSES, scored((0.3, 0.1, 0.1, 0.5), NEAR))
    assert [chance for _, chance in ranking] == pytest.approx([0.75, 0.25])


def test_confidence_of_something_else_is_what_being_in_scope_leaves() -> None:
    found = scored((0.8, 0.1, 0.05, 0.05), FAR)
    assert GATE.rank(CLASSES, found)[0][1] == pytest.approx(1 - GATE.in_scope(CLASSES, found))


@pytest.mark.parametrize(("nearest", "chance"), [(0.5, 0.5), (0.9, 0.982), (0.1, 0.018)])
def test_chance_of_being_in_scope_is_logistic(nearest: float, chance: float) -> None:
    found = scored((0.25,) * 4, (nearest, nearest, 0.0, 0.0))
    assert GATE.in_scope(CLASSES, found) == pytest.approx(chance, abs=1e-3)


def test_signals_stand_in_their_order() -> None:
    found = signals(CLASSES, scored((0.5, 0.2, 0.2, 0.1), (0.4, 0.8, 0.9, 0.3)))
    assert found == pytest.approx([np.log(0.1), np.log(0.5), 0.4, 0.6, 0.3], abs=1e-4)
    assert len(found) == len(SIGNALS)


def test_signals_of_scope_look_at_the_five_nearest_topics() -> None:
    classes = (*(f"ask_{letter}" for letter in "abcdefg"), OUT_OF_SCOPE)
    nearest = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9)
    found = signals(classes, scored((0.125,) * 8, nearest))
    assert found[SIGNALS.index("nearest_in_scope")] == pytest.approx(0.5)


def test_signals_of_an_impossible_class_are_finite() -> None:
    assert np.isfinite(signals(CLASSES, scored((1.0, 0.0, 0.0, 0.0), NEAR))).all()


def test_configured_gate_has_a_weight_for_each_signal() -> None:
    gate = read_yaml(ROOT / "config.yml")["pipeline"][0]["gate"]
    assert gate["weights"].keys() == set(SIGNALS)
    assert 0 < gate["least_in_scope"] < 1
    assert 0 < gate["least_topic"] < 1


chances = st.lists(st.floats(0.001, 1.0), min_size=4, max_size=4)
cosines = st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=4)


@given(raw=chances, nearest=cosines)
def test_any_ranking_begins_with_what_can_be_done_and_goes_down(raw: list[float], nearest: list[float]) -> None:
    whole = sum(raw)
    ranking = GATE.rank(CLASSES, scored(tuple(value / whole for value in raw), tuple(nearest)))
    assert ranking[0][0] in {*CLASSES, UNCLEAR}
    assert all(0 <= chance <= 1 + 1e-6 for _, chance in ranking)
    others = [chance for _, chance in ranking[1:]]
    assert others == sorted(others, reverse=True)


@given(raw=chances, nearest=cosines)
def test_unclear_message_always_has_a_topic_to_ask_about(raw: list[float], nearest: list[float]) -> None:
    strict = Gate(GATE.weights, 5.0, GATE.least_in_scope, least_topic=1.0)
    whole = sum(raw)
    ranking = strict.rank(CLASSES, scored(tuple(value / whole for value in raw), tuple(nearest)))
    assert [name for name, _ in ranking[:1]] in ([UNCLEAR], [OUT_OF_SCOPE])
    assert {name for name, _ in ranking[1:]} == {"ask_kites", "ask_lanterns"}
