"""The labelled messages: every problem of a folder is told, and the shipped ones keep clear of the held-out ones."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_up import write_yaml

from bot.files import ROOT
from bot.safety.examples import FOLDER, NO_SIGN, BadExamples, Labelled, read_labelled
from bot.safety.shapes import WarningSigns

HELD_OUT = ROOT / "tests" / "safety" / "held_out.jsonl"
FEVER = {"sign": "fever", "urgent": ["Hot now"], "not_urgent": ["Never hot"]}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files by their stems; return their folder."""

    def write(**files: Any) -> Path:
        for stem, content in files.items():
            write_yaml(tmp_path / f"{stem}.yml", content)
        return tmp_path

    return write


def test_messages_are_read_file_by_file_the_urgent_ones_first(write: Write) -> None:
    folder = write(none={"sign": None, "not_urgent": ["Hello"]}, fever=FEVER)
    assert read_labelled(folder) == [
        Labelled("Hot now", True, "fever"),
        Labelled("Never hot", False, "fever"),
        Labelled("Hello", False, None),
    ]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        pytest.param({"rash": FEVER}, "rash.yml: sign is fever, expected rash", id="misnamed"),
        pytest.param({"fever": FEVER | {"sign": None}}, "fever.yml: sign is None, expected fever", id="sign left out"),
        pytest.param({"none": {"sign": None, "urgent": ["Hot"]}}, "urgent messages must have a sign", id="no sign"),
        pytest.param({"fever": FEVER | {"not_urgent": ["hot NOW"]}}, "'hot NOW': stands twice", id="twice in a file"),
        pytest.param({"fever": FEVER, "none": {"sign": None, "not_urgent": ["Hot now"]}}, "stands twice", id="in two"),
        pytest.param({"fever": FEVER | {"maybe": ["Warm"]}}, "fever.yml: maybe: Extra inputs", id="unknown key"),
        pytest.param({"fever": {"urgent": ["Hot"]}}, "fever.yml: sign: Field required", id="missing key"),
        pytest.param({"fever": FEVER | {"urgent": [39]}}, "fever.yml: urgent.0: Input should be", id="no text"),
        pytest.param({"none": {"sign": None}}, "holds no messages", id="no message"),
        pytest.param({}, "holds no messages", id="no file"),
    ],
)
def test_problem_is_told_with_its_place(write: Write, files: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadExamples) as told:
        read_labelled(write(**files))
    assert problem in str(told.value)


def test_every_problem_is_told_at_once(write: Write) -> None:
    with pytest.raises(BadExamples) as told:
        read_labelled(write(fever=FEVER | {"maybe": []}, rash=FEVER, swelling=FEVER))
    assert str(told.value).splitlines() == [
        "fever.yml: maybe: Extra inputs are not permitted",
        "rash.yml: sign is fever, expected rash as the file is named",
        "swelling.yml: sign is fever, expected swelling as the file is named",
        "'Hot now': stands twice",
        "'Never hot': stands twice",
    ]


# The shipped messages


@pytest.fixture(scope="module")
def shipped() -> list[Labelled]:
    return read_labelled()


def held_out() -> list[dict[str, Any]]:
    return [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("urgent", [True, False], ids=["urgent", "not urgent"])
def test_every_sign_has_messages(shipped: list[Labelled], signs: WarningSigns, urgent: bool) -> None:
    taught = {one.sign for one in shipped if one.urgent is urgent and one.sign}
    assert taught == {sign.id for sign in signs.signs}


def test_every_file_is_of_a_sign_or_of_none(signs: WarningSigns) -> None:
    assert {path.stem for path in FOLDER.glob("*.yml")} == {NO_SIGN, *(sign.id for sign in signs.signs)}


def test_messages_that_brush_against_no_sign_are_there(shipped: list[Labelled]) -> None:
    assert [one for one in shipped if one.sign is None]


def test_no_held_out_message_is_learnt_from(shipped: list[Labelled]) -> None:
    learnt = {" ".join(one.text.lower().split()) for one in shipped}
    kept_out = {" ".join(line["text"].lower().split()) for line in held_out()}
    assert kept_out
    assert learnt & kept_out == set()


def test_held_out_messages_are_labelled_with_signs_of_the_data(signs: WarningSigns) -> None:
    known = {sign.id for sign in signs.signs}
    lines = held_out()
    labelled = {re.sub("_(before|after)$", "", line["sign"]) for line in lines if line["urgent"]}
    assert labelled == known
    assert {line["urgent"] for line in lines} == {True, False}
    assert len({line["id"] for line in lines}) == len(lines)
