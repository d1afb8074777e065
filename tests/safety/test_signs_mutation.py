"""Every part of the warning signs earns its keep: a part that is changed or lost changes what a key sentence gives."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

import pytest

from bot.files import read_yaml
from bot.question import Phase
from bot.reply import Level
from bot.safety import find
from bot.safety.find import SignFinder, build_sign_finder
from bot.safety.shapes import Cue, Sign, Threshold, WarningSigns
from bot.safety.urgent import MOST_URGENT_FIRST, alarm_of

KEYS: dict[str, Any] = read_yaml(Path(__file__).with_name("key_sentences.yml"))
SIGNS, THRESHOLDS, CUES, STOPS = (KEYS[part] for part in ("signs", "thresholds", "cues", "stops"))
PHASES = {None: "level", Phase.BEFORE: "level_before"}
Build = Callable[[WarningSigns], SignFinder]


@pytest.fixture(scope="module")
def build() -> Iterator[Build]:
    """Build finders that read each phrase once, so that a hundred of them take seconds."""
    docs = find._docs
    read = cache(lambda cut, phrase: next(docs(cut, [phrase])))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(find, "_docs", lambda cut, phrases: [read(cut, phrase) for phrase in dict.fromkeys(phrases)])
        yield build_sign_finder


@pytest.fixture(scope="module")
def finder(build: Build, signs: WarningSigns) -> SignFinder:
    return build(signs)


def sure(finder: SignFinder, text: str) -> set[str]:
    return {sighting.sign for sighting in finder.find(text) if not sighting.doubts}


def gives(finder: SignFinder, sign: str) -> list[bool]:
    return [sign in sure(finder, text) for text in SIGNS[sign]["sentences"]]


def amounts_give(finder: SignFinder, threshold: str) -> list[bool]:
    key = THRESHOLDS[threshold]
    return [key["sign"] in sure(finder, text) for text in (*key["holds"], *key["below"])]


def as_expected(threshold: str) -> list[bool]:
    key = THRESHOLDS[threshold]
    return [True] * len(key["holds"]) + [False] * len(key["below"])


def levels(signs: WarningSigns, sign: str) -> dict[Phase | None, Level | None]:
    return {phase: alarm.level if (alarm := alarm_of([sign], signs, phase)) else None for phase in PHASES}


def expected_levels(sign: str) -> dict[Phase | None, Level | None]:
    key = SIGNS[sign]
    return {phase: key.get(name, key["level"]) for phase, name in PHASES.items()}


def with_sign(signs: WarningSigns, name: str, **changes: Any) -> WarningSigns:
    changed = tuple(one.model_copy(update=changes) if one.id == name else one for one in signs.signs)
    return signs.model_copy(update={"signs": changed})


def with_threshold(signs: WarningSigns, name: str, least: float) -> WarningSigns:
    changed = tuple(one.model_copy(update={"least": least}) if one.id == name else one for one in signs.thresholds)
    return signs.model_copy(update={"thresholds": changed})


def with_cue(signs: WarningSigns, name: str, **changes: Any) -> WarningSigns:
    changed = tuple(one.model_copy(update=changes) if one.id == name else one for one in signs.cues)
    return signs.model_copy(update={"cues": changed})


def without_group(signs: WarningSigns, name: str) -> WarningSigns:
    changed = tuple(one.model_copy(update={"words": ()}) if one.id == name else one for one in signs.words)
    return signs.model_copy(update={"words": changed})


def less_urgent(level: Level) -> Level:
    return MOST_URGENT_FIRST[MOST_URGENT_FIRST.index(level) + 1]


def ids(parts: Sequence[Sign] | Sequence[Threshold] | Sequence[Cue]) -> set[str]:
    return {part.id for part in parts}


def test_every_part_has_key_sentences(signs: WarningSigns) -> None:
    assert ids(signs.signs) == set(SIGNS)
    assert ids(signs.thresholds) == set(THRESHOLDS)
    assert ids(signs.cues) == set(CUES)
    assert {group for cue in signs.cues for group in (*cue.stopped_by, *cue.lifted_by)} == set(STOPS)


@pytest.mark.parametrize("sign", SIGNS)
def test_key_sentence_tells_of_its_sign_for_sure(finder: SignFinder, sign: str) -> None:
    assert SIGNS[sign]["sentences"]
    assert gives(finder, sign) == [True] * len(SIGNS[sign]["sentences"])


@pytest.mark.parametrize("sign", SIGNS)
def test_key_sentence_is_as_urgent_as_expected(signs: WarningSigns, sign: str) -> None:
    assert levels(signs, sign) == expected_levels(sign)


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_amount_counts_from_its_threshold_on(finder: SignFinder, threshold: str) -> None:
    assert amounts_give(finder, threshold) == as_expected(threshold)


@pytest.mark.parametrize("cue", CUES)
def test_cue_puts_its_sentence_in_doubt(finder: SignFinder, cue: str) -> None:
    assert finder.find(CUES[cue])
    assert not sure(finder, CUES[cue])


@pytest.mark.parametrize("group", STOPS)
def test_group_that_stops_a_cue_leaves_its_sentence_sure(finder: SignFinder, group: str) -> None:
    assert sure(finder, STOPS[group])


@pytest.mark.parametrize("sign", SIGNS)
def test_dropped_sign_is_noticed(build: Build, signs: WarningSigns, sign: str) -> None:
    kept = tuple(one for one in signs.signs if one.id != sign)
    dropped = signs.model_copy(update={"signs": kept})
    assert gives(build(dropped), sign) != [True] * len(SIGNS[sign]["sentences"])
    assert levels(dropped, sign) != expected_levels(sign)


@pytest.mark.parametrize("sign", [name for name, key in SIGNS.items() if key["level"] != MOST_URGENT_FIRST[-1]])
def test_lowered_level_is_noticed(signs: WarningSigns, sign: str) -> None:
    lowered = with_sign(signs, sign, level=less_urgent(SIGNS[sign]["level"]))
    assert levels(lowered, sign) != expected_levels(sign)


@pytest.mark.parametrize(
    "sign", [name for name, key in SIGNS.items() if key.get("level_before", key["level"]) != MOST_URGENT_FIRST[-1]]
)
def test_lowered_level_before_the_procedure_is_noticed(signs: WarningSigns, sign: str) -> None:
    key = SIGNS[sign]
    lowered = with_sign(signs, sign, level_before=less_urgent(key.get("level_before", key["level"])))
    assert levels(lowered, sign) != expected_levels(sign)


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_removed_threshold_is_noticed(build: Build, signs: WarningSigns, threshold: str) -> None:
    removed = build(with_threshold(signs, threshold, inf))
    assert amounts_give(removed, threshold) != as_expected(threshold)


@pytest.mark.parametrize("direction", [-1, 1])
@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_moved_threshold_is_noticed(build: Build, signs: WarningSigns, threshold: str, direction: int) -> None:
    least = {one.id: one.least for one in signs.thresholds}[threshold]
    moved = with_threshold(signs, threshold, least + direction * THRESHOLDS[threshold]["step"])
    assert amounts_give(build(moved), threshold) != as_expected(threshold)


@pytest.mark.parametrize("cue", CUES)
def test_emptied_cue_is_noticed(build: Build, signs: WarningSigns, cue: str) -> None:
    assert sure(build(with_cue(signs, cue, words=())), CUES[cue])


@pytest.mark.parametrize("group", STOPS)
def test_emptied_group_that_stops_a_cue_is_noticed(build: Build, signs: WarningSigns, group: str) -> None:
    assert not sure(build(without_group(signs, group)), STOPS[group])
