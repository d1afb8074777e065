"""The actions over the shipped table: each gets the test's assistant in place of the action server's own.

A test of what the shipped table no longer holds takes `gaps`, a made-up table, in its place.
"""

import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module

import pytest
from made_up import Build, row

import actions
from bot.answer import Assistant
from bot.knowledge.shapes import Knowledge
from bot.question import Language
from bot.settings import Clinic
from bot.wording import read_wording_in


@pytest.fixture(scope="session")
def chinese(assistant: Assistant, knowledge: Knowledge, clinic: Clinic) -> Assistant:
    """The assistant over the shipped knowledge, in Chinese."""
    return replace(assistant, wording=read_wording_in("zh", knowledge, clinic))


@pytest.fixture(autouse=True)
def _shipped_assistant(monkeypatch: pytest.MonkeyPatch, assistant: Assistant, chinese: Assistant) -> None:
    _put_in_place(monkeypatch, {"en": assistant, "zh": chinese})


@pytest.fixture
def gaps(_shipped_assistant: None, monkeypatch: pytest.MonkeyPatch, build: Build) -> Assistant:
    """The assistant over a table with gaps, in place of the shipped one.

    Kites: an HSG has a row, a hysteroscopy has none. Lanterns: an HSG has a row for windy days alone; of a hysteroscopy
    a row says that nothing is known.
    """
    assistant = build(
        [
            row("hsg-kites-clinic"),
            row("hsg-lanterns-windy-clinic", conditions=["windy"]),
            row("hysteroscopy-lanterns-clinic", kind="not_covered"),
        ]
    )
    _put_in_place(monkeypatch, {"en": assistant})
    return assistant


def _put_in_place(monkeypatch: pytest.MonkeyPatch, assistants: Mapping[Language, Assistant]) -> None:
    def of_the_test(language: Language = "en") -> Assistant:
        return assistants[language]

    for found in pkgutil.iter_modules(actions.__path__):
        module = import_module(f"actions.{found.name}")
        if hasattr(module, "assistant"):
            monkeypatch.setattr(module, "assistant", of_the_test)
