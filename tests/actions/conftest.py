"""The actions over the shipped table: each gets the test's assistant in place of the action server's own."""

import pkgutil
from dataclasses import replace
from importlib import import_module

import pytest

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
    def of_the_test(language: Language = "en") -> Assistant:
        return chinese if language == "zh" else assistant

    for found in pkgutil.iter_modules(actions.__path__):
        module = import_module(f"actions.{found.name}")
        if hasattr(module, "assistant"):
            monkeypatch.setattr(module, "assistant", of_the_test)
