"""The time that the check for warning signs takes is measured, also on texts that are made to take long."""

import time

import pytest

from bot.evaluation.check_cost import HOSTILE_CHARACTERS, check_cost, hostile_texts
from bot.safety.find import build_sign_finder
from bot.safety.signs import read_signs

MOST_SECONDS = 5


def test_every_message_and_every_hostile_text_is_checked() -> None:
    checked: list[str] = []
    figures = check_cost(checked.append, ["short", "long"], ["kite", "line"])
    assert checked[:2] == ["short", "long"]
    assert [*checked[2:]] == [*hostile_texts(["kite", "line"]).values()]
    assert [*figures] == ["check: p50", "check: p95", "check, 100 kB hostile: worst"]


def test_the_slowest_hostile_text_counts() -> None:
    figures = check_cost(lambda text: time.sleep(0.03) if text[0] == "\n" else None, ["short"], ["kite"])
    assert figures["check, 100 kB hostile: worst"].value >= 30
    assert figures["check: p95"].value < 30


@pytest.mark.parametrize("name", hostile_texts(["kite", "line"]))
def test_hostile_text_is_as_long_as_told(name: str) -> None:
    assert len(hostile_texts(["kite", "line"])[name]) == HOSTILE_CHARACTERS


@pytest.fixture(scope="module")
def hostile() -> dict[str, str]:
    """The hostile texts of the shipped signs."""
    return hostile_texts(word for group in read_signs().words for word in group.words)


def test_shipped_check_takes_no_hostile_text_long(hostile: dict[str, str]) -> None:
    check = build_sign_finder(read_signs()).find
    slow = {}
    for name, text in hostile.items():
        started = time.perf_counter()
        check(text)
        if (taken := time.perf_counter() - started) > MOST_SECONDS:
            slow[name] = taken
    assert len(hostile) == 7
    assert slow == {}
