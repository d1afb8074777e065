"""What holds for every action: its names agree, and its module opens no file, reads no clock and holds no sentence."""

import ast
from importlib import import_module
from pathlib import Path

import pytest
from rasa_sdk import Action

from bot.files import ROOT, read_yaml

FOLDER = ROOT / "actions"
NO_ACTIONS = ("shared.py", "server.py")
MODULES = sorted(path.name for path in FOLDER.glob("*.py"))
LONGEST_LITERAL = 40
MOST_WORDS = 2
FORBIDDEN_MODULES = {"datetime", "io", "json", "os", "pathlib", "ruamel", "sqlalchemy", "time", "yaml", "zoneinfo"}
FORBIDDEN_CALLS = {"open", "read_text", "read_bytes", "write_text", "read_yaml", "now", "today", "time", "print"}


def declared() -> list[str]:
    names: list[str] = read_yaml(ROOT / "domain.yml")["actions"]
    return names


def tree_of(module: str) -> ast.Module:
    return ast.parse((FOLDER / module).read_text(encoding="utf-8"))


def log_messages(tree: ast.Module) -> set[int]:
    """Return what is written to the log, which no patient reads."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return {
        id(argument)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "log"
        for argument in call.args
    }


def docstrings(tree: ast.Module) -> set[int]:
    holders = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
    ]
    return {id(node.body[0].value) for node in holders if isinstance(node.body[0], ast.Expr)}


def test_domain_declares_actions() -> None:
    assert len(declared()) == len(set(declared())) >= 5


@pytest.mark.parametrize("action", declared())
def test_action_of_the_domain_is_the_class_of_its_file(action: str) -> None:
    file = action.removeprefix("action_")
    made = getattr(import_module(f"actions.{file}"), "Action" + file.title().replace("_", ""))()
    assert isinstance(made, Action)
    assert made.name() == action


def test_every_file_is_an_action_of_the_domain() -> None:
    files = {f"action_{Path(module).stem}" for module in MODULES if module not in ("__init__.py", *NO_ACTIONS)}
    assert files == set(declared())


@pytest.mark.parametrize("module", [name for name in MODULES if name != "server.py"])
def test_action_module_imports_neither_files_nor_a_clock(module: str) -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree_of(module))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported & FORBIDDEN_MODULES == set()


@pytest.mark.parametrize("module", [name for name in MODULES if name != "server.py"])
def test_action_module_opens_no_file_and_reads_no_clock(module: str) -> None:
    called = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert called & FORBIDDEN_CALLS == set()


@pytest.mark.parametrize("module", [name for name in MODULES if name != "server.py"])
def test_action_module_holds_no_sentence(module: str) -> None:
    tree = tree_of(module)
    known = docstrings(tree) | log_messages(tree)
    assert docstrings(tree)
    sentences = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in known
        and (len(node.value) > LONGEST_LITERAL or len(node.value.split()) > MOST_WORDS)
    ]
    assert sentences == []
