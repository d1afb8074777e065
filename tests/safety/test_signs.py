"""Reading the warning signs: each problem that is listed."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.files import KNOWLEDGE, UnreadableFile
from bot.safety.amounts import Thresholds
from bot.safety.signs import FILE, BadSigns, read_signs, sources_of

UNITS = {"temperature": "degree_celsius", "pads_many": "pads", "pads": "pads_an_hour", "pain": "points_of_10"}


def unit_of(threshold: str) -> str:
    return next((unit for start, unit in UNITS.items() if threshold.startswith(start)), "days")


@pytest.fixture
def content() -> dict[str, Any]:
    sign = {"id": "fever", "name": "fever", "level": "clinic_now", "facts": ["C04"]}
    return {
        "thresholds": [
            {"id": name, "least": 1.0, "unit": unit_of(name), "facts": ["C04"]}
            for name in Thresholds.__dataclass_fields__
        ],
        "words": [{"id": "hot", "words": ["hot", "burning"]}, {"id": "turn", "words": ["but"]}],
        "cues": [
            {"id": "no", "doubt": "denied", "looks": "ahead", "reaches": 5, "words": ["no"], "stopped_by": ["turn"]}
        ],
        "signs": [
            {
                **sign,
                "sources": [{"id": "S004", "section": "Complications"}],
                "patterns": ["{hot}", "{temperature_high}"],
            }
        ],
    }


def problems(content: dict[str, Any], folder: Path) -> str:
    with (folder / FILE).open("w", encoding="utf-8") as file:
        YAML().dump(content, file)
    with pytest.raises(BadSigns) as refused:
        read_signs(folder)
    return str(refused.value)


def test_signs_without_a_problem_are_read(content: dict[str, Any], tmp_path: Path) -> None:
    with (tmp_path / FILE).open("w", encoding="utf-8") as file:
        YAML().dump(content, file)
    signs = read_signs(tmp_path)
    assert [sign.id for sign in signs.signs] == ["fever"]
    assert sources_of(signs) == {"S004"}


def test_the_shipped_signs_have_no_problem() -> None:
    assert read_signs(KNOWLEDGE).signs


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        read_signs(tmp_path)


@pytest.mark.parametrize("kind", ["thresholds", "words", "cues", "signs"])
def test_an_id_that_stands_twice_is_listed(content: dict[str, Any], tmp_path: Path, kind: str) -> None:
    content[kind].append(dict(content[kind][0]))
    assert f"{kind}: {content[kind][0]['id']}: stands 2 times" in problems(content, tmp_path)


def test_a_missing_threshold_is_listed(content: dict[str, Any], tmp_path: Path) -> None:
    missing = content["thresholds"].pop()["id"]
    assert f"thresholds: {missing}: is missing" in problems(content, tmp_path)


def test_an_unknown_threshold_is_listed(content: dict[str, Any], tmp_path: Path) -> None:
    content["thresholds"].append({"id": "pulse_high", "least": 120, "unit": "days", "facts": ["C04"]})
    assert "thresholds: pulse_high: unknown, expected" in problems(content, tmp_path)


def test_a_group_with_the_name_of_an_amount_is_listed(content: dict[str, Any], tmp_path: Path) -> None:
    content["words"].append({"id": "temperature_high", "words": ["very hot"]})
    assert "words: temperature_high: is found by its number" in problems(content, tmp_path)


@pytest.mark.parametrize("key", ["patterns", "unless"])
def test_an_unknown_group_in_a_pattern_is_listed(content: dict[str, Any], tmp_path: Path, key: str) -> None:
    content["signs"][0][key] = ["{hot}", "{cold} + sweat"]
    assert "fever: '{cold} + sweat': unknown group {cold}" in problems(content, tmp_path)


@pytest.mark.parametrize("pattern", ["{hot", "hot}", "{HOT}"])
def test_a_brace_that_holds_no_group_is_listed(content: dict[str, Any], tmp_path: Path, pattern: str) -> None:
    content["signs"][0]["patterns"] = ["{hot}", pattern]
    assert "expected braces around a group alone" in problems(content, tmp_path)


@pytest.mark.parametrize("key", ["stopped_by", "lifted_by"])
def test_an_unknown_group_in_a_cue_is_listed(content: dict[str, Any], tmp_path: Path, key: str) -> None:
    content["cues"][0][key] = ["turn", "return"]
    assert "cues: no: unknown group return" in problems(content, tmp_path)


def test_a_group_that_nothing_uses_is_listed(content: dict[str, Any], tmp_path: Path) -> None:
    content["words"].append({"id": "cold", "words": ["cold"]})
    assert "words: cold: is used by nothing" in problems(content, tmp_path)


@pytest.mark.parametrize("kind", ["words", "cues"])
def test_a_word_that_stands_twice_is_listed(content: dict[str, Any], tmp_path: Path, kind: str) -> None:
    content[kind][0]["words"] = ["hot", "Hot"]
    assert f"{content[kind][0]['id']}: 'hot' stands 2 times" in problems(content, tmp_path)


@pytest.mark.parametrize(
    ("kind", "key", "value", "told"),
    [
        ("cues", "doubt", "perhaps", "cues.0.doubt"),
        ("cues", "looks", "up", "cues.0.looks"),
        ("cues", "reaches", -1, "cues.0.reaches"),
        ("signs", "level", "soon", "signs.0.level"),
        ("signs", "patterns", [], "signs.0.patterns"),
        ("words", "colour", "red", "words.0.colour"),
    ],
)
def test_a_wrong_shape_is_listed_with_its_path(
    content: dict[str, Any], tmp_path: Path, kind: str, key: str, value: object, told: str
) -> None:
    content[kind][0][key] = value
    assert f"{FILE}: {told}: " in problems(content, tmp_path)


def test_every_problem_is_listed_at_once(content: dict[str, Any], tmp_path: Path) -> None:
    content["words"].append({"id": "cold", "words": ["cold"]})
    content["thresholds"].pop()
    assert len(problems(content, tmp_path).splitlines()) == 2
