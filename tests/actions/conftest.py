"""The actions over the shipped table: each gets the test's assistant in place of the action server's own."""

import pkgutil
from importlib import import_module

import pytest

import actions
from bot.answer import Assistant


@pytest.fixture(autouse=True)
def _shipped_assistant(monkeypatch: pytest.MonkeyPatch, assistant: Assistant) -> None:
    for found in pkgutil.iter_modules(actions.__path__):
        module = import_module(f"actions.{found.name}")
        if hasattr(module, "assistant"):
            monkeypatch.setattr(module, "assistant", lambda: assistant)
