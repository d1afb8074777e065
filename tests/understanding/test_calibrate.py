"""Choosing the gate: from made-up readings whose temperature and calibration error are known by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_scores import scored

from bot.evaluation.cross_validation import read_cross_validation
from bot.files import ROOT, read_yaml
from bot.understanding import calibrate
from bot.understanding.calibrate import (
    BINS,
    IN_SCOPE_LOST,
    RIGHT_WHERE_ANSWERED,
    TEMPERATURES,
    CrossValidated,
    best_temperature,
    brought_to_scale,
    calibration_error,
    choose_gate,
    wanted_of,
)
from bot.understanding.classify import Scored
from bot.understanding.examples import OUT_OF_SCOPE, Example, parse_marks
from bot.understanding.gate import SIGNALS

CLASSES = ("ask_kites", "ask_lanterns", "greet", OUT_OF_SCOPE)
KITES, LANTERNS, OUTSIDE = frozenset({"ask_kites"}), frozenset({"ask_lanterns"}), frozenset({OUT_OF_SCOPE})
Readings = list[tuple[Scored, frozenset[str], bool]]


def reading(kites: float, wanted: frozenset[str], *, several: bool = False) -> Readings:
    """Return one reading of a message that is about kites with this chance, and about lanterns with the rest."""
    inside = not wanted & OUTSIDE
    left = 1.0 if inside else 0.2
    probabilities = [left * kites, left * (1 - kites), 0.0, 1 - left]
    nearest = [0.9, 0.8, 0.1, 0.2] if inside else [0.3, 0.2, 0.1, 0.9]
    return [(scored(probabilities, nearest, in_scope=2.0 if inside else -2.0), wanted, several)]


def right_in(hundred: int, kites: float, *, several: bool = False) -> Readings:
    """Return a hundred such readings, of which so many are really about kites."""
    return hundred * reading(kites, KITES, several=several) + (100 - hundred) * reading(
        kites, LANTERNS, several=several
    )


def measured(readings: Readings) -> CrossValidated:
    scores, wanted, several = zip(*readings, strict=True)
    return CrossValidated(CLASSES, list(scores), list(wanted), np.array(several))


# What is right


@pytest.mark.parametrize(
    ("line", "span", "wanted"),
    [
        pytest.param("how high", None, {"ask_kites"}, id="not marked"),
        pytest.param("how high", (0, 3), {"ask_kites"}, id="a part, not marked"),
        pytest.param("red. [how high](asks:lanterns)", None, {"ask_lanterns"}, id="whole, marked"),
        pytest.param("red. [how high](asks:lanterns)", (5, 13), {"ask_lanterns"}, id="the mark"),
        pytest.param("red. [how high](asks:lanterns)", (0, 6), {"ask_lanterns"}, id="a stretch that touches it"),
        pytest.param("red. [how high](asks:lanterns)", (0, 5), set(), id="a stretch that ends before it"),
        pytest.param("[why](asks:kites) [how](asks:lanterns)", None, {"ask_kites", "ask_lanterns"}, id="both"),
        pytest.param("[why](asks:kites) [how](asks:lanterns)", (0, 3), {"ask_kites"}, id="the first"),
        pytest.param("[why](asks:kites) [how](asks:lanterns)", (3, 7), {"ask_lanterns"}, id="the second"),
        pytest.param(
            "[why](asks:kites) [how](asks:lanterns)", (2, 5), {"ask_kites", "ask_lanterns"}, id="a stretch over both"
        ),
        pytest.param("is it? [why](follows:lanterns)", None, {"ask_lanterns"}, id="a follow-up"),
    ],
)
def test_right_intents_are_those_marked_in_a_stretch(line: str, span: tuple[int, int] | None, wanted: set[str]) -> None:
    assert wanted_of(parse_marks(line, "ask_kites"), span) == wanted


def test_right_intent_of_another_subject_is_its_own() -> None:
    assert wanted_of(Example("the weather", OUT_OF_SCOPE), (0, 3)) == OUTSIDE


def test_readings_are_told_apart_by_what_is_right() -> None:
    found = measured([*reading(0.9, KITES), *reading(0.9, OUTSIDE), *reading(0.9, frozenset())])
    assert found.are("ask_").tolist() == [True, False, False]
    assert found.are(OUT_OF_SCOPE).tolist() == [False, True, False]


# Temperature


@pytest.mark.parametrize(
    ("readings", "temperature"),
    [
        pytest.param(right_in(75, 0.9), 2.0, id="nine to one is right as often as three to one"),
        pytest.param(right_in(75, 0.75), 1.0, id="right as often as it says"),
        pytest.param(right_in(90, 0.75), 0.5, id="three to one is right as often as nine to one"),
        pytest.param(right_in(25, 0.1), 2.0, id="the other topic"),
        pytest.param(right_in(100, 0.75), TEMPERATURES[0], id="always right: as cold as may be"),
        pytest.param(right_in(50, 0.9), TEMPERATURES[1], id="right by chance: as warm as may be"),
    ],
)
def test_best_temperature_makes_confidence_the_share_that_is_right(readings: Readings, temperature: float) -> None:
    found = measured(readings)
    assert best_temperature(found, found.are("ask_")) == pytest.approx(temperature, abs=0.01)


def test_best_temperature_recovers_the_one_that_the_scores_were_made_with() -> None:
    random = np.random.default_rng(7)
    true = random.dirichlet((1.0, 1.0), 4000)[:, 0]
    said = true**1.6 / (true**1.6 + (1 - true) ** 1.6)
    is_kites = random.random(4000) < true
    pairs = zip(said, is_kites, strict=True)
    found = measured([one for chance, right in pairs for one in reading(chance, KITES if right else LANTERNS)])
    assert best_temperature(found, found.are("ask_")) == pytest.approx(1.6, rel=0.1)


def test_best_temperature_looks_at_the_chosen_readings_alone() -> None:
    found = measured([*right_in(75, 0.9), *right_in(90, 0.75, several=True)])
    assert best_temperature(found, ~found.several) == pytest.approx(2.0, abs=0.01)
    assert best_temperature(found, found.several) == pytest.approx(0.5, abs=0.01)


# Scale


@pytest.mark.parametrize(
    ("lower", "upper", "scale", "offset"),
    [
        pytest.param((0.25, 25), (0.75, 75), 1.0, 0.0, id="right as often as it says"),
        pytest.param((0.1, 25), (0.9, 75), 0.5, 0.0, id="nine to one is right as often as three to one"),
        pytest.param((0.25, 10), (0.75, 90), 2.0, 0.0, id="three to one is right as often as nine to one"),
        pytest.param((0.5, 75), (0.75, 90), 1.0, np.log(3), id="right three times as often as it says"),
    ],
)
def test_scale_and_offset_bring_confidence_to_the_share_that_is_right(
    lower: tuple[float, int], upper: tuple[float, int], scale: float, offset: float
) -> None:
    sure = np.repeat([lower[0], upper[0]], 100).astype(np.float32)
    right = np.array([number < hundred for _, hundred in (lower, upper) for number in range(100)])
    assert brought_to_scale(sure, right) == pytest.approx((scale, offset), abs=0.01)


# Calibration error


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [
        pytest.param([0.75] * 4, [True, True, True, False], 0.0, id="as often as it says"),
        pytest.param([0.9] * 4, [True, True, True, False], 0.15, id="too sure"),
        pytest.param([0.6] * 4, [True, True, True, False], 0.15, id="not sure enough"),
        pytest.param([1.0] * 2, [True, True], 0.0, id="always right"),
        pytest.param([1.0] * 2, [False, False], 1.0, id="always wrong"),
        pytest.param([0.0], [False], 0.0, id="never believed"),
        pytest.param([0.9] * 4 + [0.5] * 2, [True, True, True, False, True, False], 0.1, id="bins by their size"),
        pytest.param([0.95, 0.35], [False, True], 0.8, id="errors of two bins do not cancel"),
        pytest.param([0.94, 0.96], [True, False], 0.45, id="errors within a bin do"),
    ],
)
def test_calibration_error_is_the_mean_gap_between_confidence_and_being_right(
    confidence: list[float], right: list[bool], error: float
) -> None:
    assert calibration_error(confidence, np.array(right)) == pytest.approx(error)


@given(pairs=st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=1, max_size=4 * BINS))
def test_calibration_error_of_any_answers_is_a_share(pairs: list[tuple[float, bool]]) -> None:
    confidence, right = zip(*pairs, strict=True)
    assert 0.0 <= calibration_error(confidence, np.array(right)) <= 1.0


# The gate


ALL = measured(
    [
        *right_in(75, 0.9),
        *right_in(90, 0.75, several=True),
        *(100 * reading(0.5, OUTSIDE)),
        *(10 * reading(0.5, OUTSIDE, several=True)),
        *(5 * reading(0.9, frozenset({"greet"}))),
    ]
)


def test_chosen_gate_has_a_temperature_for_one_question_and_for_several() -> None:
    gate = choose_gate(ALL)
    assert (gate.temperature, gate.temperature_of_several) == pytest.approx((2.0, 0.5), abs=0.01)


def test_chosen_gate_needs_no_other_scale_where_the_temperatures_make_it_right() -> None:
    gate = choose_gate(ALL)
    assert (gate.scale, gate.offset) == pytest.approx((1.0, 0.0), abs=0.05)


def test_chosen_gate_answers_where_the_topic_is_right_more_often_than_not() -> None:
    assert choose_gate(ALL).least_topic == RIGHT_WHERE_ANSWERED >= 0.5


def test_chosen_gate_loses_no_more_topics_than_it_may_and_rejects_the_rest() -> None:
    gate = choose_gate(ALL)
    kept = np.array([gate.in_scope(CLASSES, one) >= gate.least_in_scope for one in ALL.scored])
    assert kept[ALL.are("ask_")].mean() >= 1 - IN_SCOPE_LOST
    assert not kept[ALL.are(OUT_OF_SCOPE)].any()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with the configuration and the results that a calibration on made-up readings writes."""
    config = tmp_path / "config.yml"
    config.write_text((ROOT / "config.yml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(calibrate, "cross_validate", lambda: ALL)
    monkeypatch.setattr(calibrate, "RESULTS", tmp_path / "results" / "cross_validation.json")
    calibrate.main(config)
    return tmp_path


def test_gate_is_written_into_the_pipeline(written: Path) -> None:
    gate: dict[str, Any] = read_yaml(written / "config.yml")["pipeline"][0]["gate"]
    assert gate["weights"].keys() == set(SIGNALS)
    assert (gate["temperature"], gate["temperature_of_several"]) == pytest.approx((2.0, 0.5), abs=0.01)
    assert (gate["scale"], gate["offset"]) == pytest.approx((1.0, 0.0), abs=0.05)


def test_rest_of_the_configuration_stays_as_it_was(written: Path) -> None:
    before, after = read_yaml(ROOT / "config.yml"), read_yaml(written / "config.yml")
    assert before["pipeline"][0]["gate"].keys() == after["pipeline"][0]["gate"].keys()
    before["pipeline"][0]["gate"] = after["pipeline"][0]["gate"] = {}
    assert after == before
    assert (written / "config.yml").read_text(encoding="utf-8").count("#") == (ROOT / "config.yml").read_text(
        encoding="utf-8"
    ).count("#")


def test_figures_are_written_for_the_evaluation(written: Path) -> None:
    path = written / "results" / "cross_validation.json"
    found = read_cross_validation(path)
    assert len(found.confidence) == 200
    assert sum(found.right) == 75 + 90
    assert len(found.in_scope) == 310
    assert found.ece == pytest.approx(0.0, abs=0.01)
    assert json.loads(path.read_text())["ece"] == found.ece
