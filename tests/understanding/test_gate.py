"""The gate as a table of made-up scores: answer, small talk, ask back, decline."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_scores import scored

from bot.files import ROOT, read_yaml
from bot.understanding.examples import OUT_OF_SCOPE
from bot.understanding.gate import SIGNALS, UNCLEAR, Gate, signals

CLASSES = ("ask_kites", "ask_lanterns", "greet", "out_of_scope")
NEAR, FAR = (0.9, 0.9, 0.1, 0.1), (0.1, 0.1, 0.1, 0.9)
KITES, LANTERNS = ["ask_kites", "ask_lanterns"], ["ask_lanterns", "ask_kites"]
# In scope when the topics' nearest examples are nearer than 0.5; a topic is answered from half of their chance on.
GATE = Gate(weights=(0.0, 0.0, 0.0, 10.0, 0.0), bias=-5.0, least_in_scope=0.5, least_topic=0.5)


def share(gate: Gate, probabilities: tuple[float, ...], *, several: bool = False) -> float:
    """Return the confidence of the first topic."""
    return dict(gate.shares(CLASSES, scored(probabilities, NEAR), several=several))["ask_kites"]


# What is to be done


@pytest.mark.parametrize(
    ("probabilities", "nearest", "ranking"),
    [
        pytest.param((0.8, 0.1, 0.05, 0.05), NEAR, KITES, id="one topic stands out"),
        pytest.param((0.1, 0.8, 0.05, 0.05), NEAR, LANTERNS, id="the other topic stands out"),
        pytest.param((0.05, 0.04, 0.01, 0.9), NEAR, KITES, id="near, so a topic all the same"),
        pytest.param((0.8, 0.1, 0.05, 0.05), FAR, [OUT_OF_SCOPE, *KITES], id="near to nothing"),
        pytest.param((0.12, 0.1, 0.08, 0.7), FAR, [OUT_OF_SCOPE, *KITES], id="something else"),
        pytest.param((0.2, 0.12, 0.6, 0.08), FAR, ["greet", *KITES], id="clear small talk"),
        pytest.param((0.3, 0.2, 0.4, 0.1), NEAR, KITES, id="weak small talk about a topic"),
        pytest.param((0.3, 0.2, 0.4, 0.1), FAR, [OUT_OF_SCOPE, *KITES], id="weak small talk about nothing"),
    ],
)
def test_message_is_ranked(probabilities: tuple[float, ...], nearest: tuple[float, ...], ranking: list[str]) -> None:
    assert [name for name, _ in GATE.rank(CLASSES, scored(probabilities, nearest))] == ranking


def test_message_between_two_topics_is_unclear_with_both_after_it() -> None:
    ranking = replace(GATE, least_topic=0.6).rank(CLASSES, scored((0.22, 0.28, 0.3, 0.2), NEAR))
    assert [name for name, _ in ranking] == [UNCLEAR, *LANTERNS]
    assert [chance for _, chance in ranking] == pytest.approx([0.44, 0.56, 0.44], abs=1e-5)


# Thresholds


@pytest.mark.parametrize(("least_topic", "first"), [(0.49, "ask_kites"), (0.5, "ask_kites"), (0.51, UNCLEAR)])
def test_topic_is_answered_from_its_threshold_on(least_topic: float, first: str) -> None:
    gate = replace(GATE, least_topic=least_topic)
    assert gate.rank(CLASSES, scored((0.25, 0.25, 0.0, 0.5), NEAR))[0][0] == first


@pytest.mark.parametrize(("least_in_scope", "first"), [(0.49, "ask_kites"), (0.5, "ask_kites"), (0.51, OUT_OF_SCOPE)])
def test_message_is_in_scope_from_its_threshold_on(least_in_scope: float, first: str) -> None:
    gate = Gate((0.0,) * len(SIGNALS), 0.0, least_in_scope, GATE.least_topic)
    assert gate.rank(CLASSES, scored((0.8, 0.1, 0.05, 0.05), NEAR))[0][0] == first


@pytest.mark.parametrize(("least_topic", "first"), [(0.375, "greet"), (0.4, "ask_kites")])
def test_small_talk_is_answered_from_the_threshold_of_a_topic_on(least_topic: float, first: str) -> None:
    gate = replace(GATE, least_topic=least_topic)
    assert gate.rank(CLASSES, scored((0.25, 0.125, 0.375, 0.25), NEAR))[0][0] == first


# Confidence and temperature


def test_confidence_of_a_topic_is_its_share_of_the_topics() -> None:
    ranking = GATE.rank(CLASSES, scored((0.3, 0.1, 0.1, 0.5), NEAR))
    assert [chance for _, chance in ranking] == pytest.approx([0.75, 0.25], abs=1e-5)


def test_confidence_of_something_else_is_what_being_in_scope_leaves() -> None:
    found = scored((0.8, 0.1, 0.05, 0.05), FAR)
    assert GATE.rank(CLASSES, found)[0][1] == pytest.approx(1 - GATE.in_scope(CLASSES, found))


def test_confidence_of_small_talk_is_its_probability() -> None:
    assert GATE.rank(CLASSES, scored((0.2, 0.12, 0.6, 0.08), FAR))[0][1] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(0.5, 0.9), (1.0, 0.75), (2.0, 3**0.5 / (3**0.5 + 1))],
    ids=["colder is surer", "one leaves it", "warmer is less sure"],
)
def test_temperature_is_the_root_that_chances_are_drawn_to(temperature: float, expected: float) -> None:
    gate = replace(GATE, temperature=temperature)
    assert share(gate, (0.3, 0.1, 0.1, 0.5)) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("several", "expected"), [(False, 0.75), (True, 0.9)])
def test_questions_of_several_have_a_temperature_of_their_own(several: bool, expected: float) -> None:
    gate = replace(GATE, temperature_of_several=0.5)
    probabilities = (0.3, 0.1, 0.1, 0.5)
    assert share(gate, probabilities, several=several) == pytest.approx(expected, abs=1e-5)


def test_question_of_several_is_as_sure_as_its_temperature_makes_it() -> None:
    gate = replace(GATE, temperature_of_several=0.5)
    ranking = gate.rank_part(CLASSES, scored((0.3, 0.1, 0.1, 0.5), NEAR))
    assert ranking[0] == ("ask_kites", pytest.approx(0.9, abs=1e-5))


def test_question_of_a_message_in_scope_is_ranked_among_the_topics_alone() -> None:
    found = scored((0.03, 0.01, 0.5, 0.46), FAR)
    assert [name for name, _ in GATE.rank_part(CLASSES, found)] == KITES
    strict = replace(GATE, least_topic=0.9)
    assert [name for name, _ in strict.rank_part(CLASSES, found)] == [UNCLEAR, *KITES]


@pytest.mark.parametrize(("temperature", "first"), [(0.5, "ask_kites"), (2.0, UNCLEAR)])
def test_threshold_is_held_against_the_confidence_after_the_temperature(temperature: float, first: str) -> None:
    gate = replace(GATE, least_topic=0.7, temperature=temperature)
    assert gate.rank(CLASSES, scored((0.3, 0.1, 0.1, 0.5), NEAR))[0][0] == first


# Scale


@pytest.mark.parametrize(
    ("scale", "offset", "expected"),
    [
        pytest.param(1.0, 0.0, 0.75, id="left as it is"),
        pytest.param(2.0, 0.0, 0.9, id="three to one squared is nine to one"),
        pytest.param(1.0, np.log(3), 0.9, id="three to one made three times likelier"),
        pytest.param(1.0, -np.log(3), 0.5, id="three to one made three times less likely"),
        pytest.param(0.0, 0.0, 0.5, id="knows nothing"),
    ],
)
def test_scale_and_offset_act_on_the_odds(scale: float, offset: float, expected: float) -> None:
    gate = replace(GATE, scale=scale, offset=offset)
    assert share(gate, (0.3, 0.1, 0.1, 0.5)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("offset", "first"), [(0.0, "ask_kites"), (-2.0, UNCLEAR)])
def test_threshold_is_held_against_the_confidence_after_the_scale(offset: float, first: str) -> None:
    assert replace(GATE, offset=offset).rank(CLASSES, scored((0.3, 0.1, 0.1, 0.5), NEAR))[0][0] == first


# Familiarity


@pytest.mark.parametrize(
    ("familiar", "expected"),
    [
        pytest.param((1.0, 1.0, 1.0, 1.0), [("ask_kites", 0.75), ("ask_lanterns", 0.25)], id="known questions"),
        pytest.param((0.8, 1.0, 1.0, 1.0), [("ask_kites", 0.6), ("ask_lanterns", 0.25)], id="rather a new one"),
        pytest.param((0.2, 1.0, 1.0, 1.0), [("ask_lanterns", 0.25), ("ask_kites", 0.15)], id="like nothing of kites"),
        pytest.param((1.0, 1.0, 0.1, 0.1), [("ask_kites", 0.75), ("ask_lanterns", 0.25)], id="only topics count"),
    ],
)
def test_confidence_falls_with_how_unlike_the_training_sentences_a_question_is(
    familiar: tuple[float, ...], expected: list[tuple[str, float]]
) -> None:
    found = scored((0.3, 0.1, 0.1, 0.5), NEAR, familiar=familiar)
    assert GATE.shares(CLASSES, found, several=False) == [
        (name, pytest.approx(chance, abs=1e-5)) for name, chance in expected
    ]


@pytest.mark.parametrize(("familiar", "first"), [(1.0, "ask_kites"), (0.67, "ask_kites"), (0.66, UNCLEAR)])
def test_question_that_is_too_unlike_the_training_sentences_is_unclear(familiar: float, first: str) -> None:
    found = scored((0.3, 0.1, 0.1, 0.5), NEAR, familiar=(familiar,) * 4)
    assert GATE.rank(CLASSES, found)[0][0] == first


# Signals


@pytest.mark.parametrize(("nearest", "chance"), [(0.5, 0.5), (0.9, 0.982), (0.1, 0.018)])
def test_chance_of_being_in_scope_is_logistic(nearest: float, chance: float) -> None:
    found = scored((0.25,) * 4, (nearest, nearest, 0.0, 0.0))
    assert GATE.in_scope(CLASSES, found) == pytest.approx(chance, abs=1e-3)


@pytest.mark.parametrize(
    ("probabilities", "nearest_of_topic"),
    [((0.5, 0.2, 0.2, 0.1), 0.4), ((0.2, 0.5, 0.2, 0.1), 0.8)],
    ids=["first topic", "second topic"],
)
def test_signals_are_those_they_are_called(probabilities: tuple[float, ...], nearest_of_topic: float) -> None:
    found = dict(zip(SIGNALS, signals(CLASSES, scored(probabilities, (0.4, 0.8, 0.9, 0.3), in_scope=1.5)), strict=True))
    assert found == pytest.approx(
        {
            "out_of_scope_chance": np.log(0.1),
            "in_scope_odds": 1.5,
            "nearest_of_topic": nearest_of_topic,
            "nearest_in_scope": 0.6,
            "nearest_out_of_scope": 0.3,
        },
        abs=1e-4,
    )


@pytest.mark.parametrize(("in_scope", "first"), [(-1.0, OUT_OF_SCOPE), (1.0, "ask_kites")])
def test_signal_counts_by_its_weight(in_scope: float, first: str) -> None:
    gate = replace(GATE, weights=tuple(float(name == "in_scope_odds") for name in SIGNALS), bias=0.0)
    assert gate.rank(CLASSES, scored((0.8, 0.1, 0.05, 0.05), NEAR, in_scope=in_scope))[0][0] == first


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
    assert gate["temperature"] > 0
    assert gate["temperature_of_several"] > 0
    assert gate["scale"] > 0


# Whatever the scores


def probabilities_of(raw: list[float]) -> tuple[float, ...]:
    return tuple(value / sum(raw) for value in raw)


chances = st.lists(st.floats(0.001, 1.0), min_size=4, max_size=4).map(probabilities_of)
cosines = st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=4).map(tuple)
temperatures = st.floats(0.2, 3.0)


@given(probabilities=chances, nearest=cosines)
def test_any_ranking_begins_with_what_can_be_done_and_goes_down(
    probabilities: tuple[float, ...], nearest: tuple[float, ...]
) -> None:
    ranking = GATE.rank(CLASSES, scored(probabilities, nearest))
    assert ranking[0][0] in {*CLASSES, UNCLEAR}
    assert all(0 <= chance <= 1 + 1e-6 for _, chance in ranking)
    others = [chance for _, chance in ranking[1:]]
    assert others == sorted(others, reverse=True)


@given(probabilities=chances, nearest=cosines)
def test_unclear_message_always_has_a_topic_to_ask_about(
    probabilities: tuple[float, ...], nearest: tuple[float, ...]
) -> None:
    strict = replace(GATE, bias=5.0, least_topic=1.0)
    ranking = strict.rank(CLASSES, scored(probabilities, nearest))
    assert ranking[0][0] in (UNCLEAR, OUT_OF_SCOPE)
    assert {name for name, _ in ranking[1:]} == {"ask_kites", "ask_lanterns"}


@given(probabilities=chances, temperature=temperatures)
def test_shares_of_a_known_question_sum_to_one_and_keep_their_order(
    probabilities: tuple[float, ...], temperature: float
) -> None:
    gate = replace(GATE, temperature=temperature)
    (first, chance), (second, other) = gate.shares(CLASSES, scored(probabilities, NEAR), several=False)
    assert chance + other == pytest.approx(1.0, abs=1e-5)
    chances = dict(zip(CLASSES, probabilities, strict=True))
    assert chances[first] >= chances[second] - 1e-6
