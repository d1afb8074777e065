"""The house rules of the code: who may import whom, who reads the environment, nothing done at import."""

import ast
import os
import subprocess
import sys
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest

from bot.files import ROOT

PACKAGES = ("bot", "actions")
RASA = ("rasa", "rasa_sdk")
SHELL = "bot.nlu"
DOORS = ("actions", "bot.web", "bot.desk")
CORE = ("bot.files", "bot.question", "bot.knowledge", "bot.understanding")
DECLARING_CALLS = ("logging.getLogger(", "re.compile(", "TypeVar(", "ContextVar(")
READS_THE_ENVIRONMENT = "bot.settings"
PASSES_THE_ENVIRONMENT_ON = ("bot.serve", "bot.parts", "bot.cluster.cluster")
RUN_BY_ALEMBIC = ("bot.knowledge.migrations", "bot.records.migrations")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_name(path): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "versions" not in path.parts
}
MODULES = sorted(SOURCES)


def within(module: str, *packages: str) -> bool:
    """Tell whether a module is one of the packages or lies in one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


@cache
def imports_of(module: str) -> frozenset[str]:
    """Return every module that a module names in an import, wherever in the file."""
    named: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                package = module if SOURCES[module].name == "__init__.py" else module.rpartition(".")[0]
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                origin = ".".join([*base, origin] if origin else base)
            named |= {origin} | {f"{origin}.{alias.name}" for alias in node.names}
    return frozenset(named)


@cache
def reached_from(module: str) -> frozenset[str]:
    """Return every module that importing a module imports, by whatever way through our own packages."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        for name in imports_of(waiting.pop()) - reached:
            reached.add(name)
            if name in SOURCES:
                waiting.append(name)
    return frozenset(reached)


def environment_uses(module: str) -> list[ast.AST]:
    """Return the places where a module touches the environment of its process."""
    return [
        node
        for node in ast.walk(tree(module))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv", "putenv", "unsetenv"}
            and isinstance(node.value, ast.Name) and node.value.id == "os")
        or (isinstance(node, ast.ImportFrom) and node.module == "os"
            and {"environ", "environb", "getenv", "putenv", "unsetenv"} & {alias.name for alias in node.names})
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("bot.nlu.door_channel", "rasa.core.channels.channel"),
        ("actions.shared", "rasa_sdk"),
        ("bot.web.app", "bot.web.chat"),
        ("bot.knowledge.check", "bot.knowledge.read"),
    ],
)
def test_walk_sees_an_import_that_is_there(module: str, imported: str) -> None:
    assert imported in reached_from(module)


def test_walk_follows_imports_of_imports() -> None:
    assert "bot.files" not in imports_of("bot.web.chat")
    assert "bot.files" in reached_from("bot.web.chat")


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "bot") and not within(name, SHELL)])
def test_plain_module_never_imports_rasa(module: str) -> None:
    assert sorted(name for name in reached_from(module) if within(name, *RASA, SHELL)) == []


@pytest.mark.parametrize(
    ("module", "others"),
    [
        (module, tuple(others))
        for door, *others in permutations(DOORS)
        if others == sorted(others)
        for module in MODULES
        if within(module, door)
    ],
)
def test_actions_door_and_desk_never_import_one_another(module: str, others: tuple[str, ...]) -> None:
    assert sorted(name for name in reached_from(module) if within(name, *others)) == []


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, *CORE)])
def test_core_never_imports_a_door(module: str) -> None:
    assert sorted(name for name in reached_from(module) if within(name, *DOORS)) == []


@pytest.mark.parametrize("module", [name for name in MODULES if name not in PASSES_THE_ENVIRONMENT_ON])
def test_environment_is_read_by_the_settings_alone(module: str) -> None:
    assert bool(environment_uses(module)) == (module == READS_THE_ENVIRONMENT)


@pytest.mark.parametrize("module", PASSES_THE_ENVIRONMENT_ON)
def test_environment_is_passed_on_to_children_and_not_read(module: str) -> None:
    passed_on = [
        value
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if key is None
    ]
    assert [ast.unparse(use) for use in environment_uses(module) if use not in passed_on] == []


IMPORT_EVERYTHING = """
import importlib, os, sys

root, *modules = sys.argv[1:]
done = []

def watch(event, arguments):
    if event == "open":
        path, _mode, flags = arguments
        path = os.path.abspath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else str(path)
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        ours = path.startswith(root + os.sep) and "site-packages" not in path
        if (writes and path != os.devnull) or (ours and not path.endswith((".py", ".pyc"))):
            done.append(f"{event} {path}")
    elif event in {"sqlite3.connect", "socket.connect", "os.mkdir"}:
        done.append(f"{event} {arguments}")

sys.addaudithook(watch)
for module in modules:
    before = len(done)
    importlib.import_module(module)
    for what in done[before:]:
        print(f"{module}: {what}")
print(f"{len(modules)} imported")
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[str]]:
    """What is done, and which files lie in the home folder, when a new process imports every module.

    The proxy leads nowhere, so that nothing that is imported can send anything.
    """
    modules = [name for name in MODULES if not within(name, SHELL, *RUN_BY_ALEMBIC)]
    home = tmp_path_factory.mktemp("home")
    nowhere = "http://127.0.0.1:9"
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IMPORT_EVERYTHING, str(ROOT), *modules],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(home),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "http_proxy": nowhere,
            "https_proxy": nowhere,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    *done, last = finished.stdout.splitlines() or [""]
    assert last == f"{len(modules)} imported", finished.stderr
    return done, sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())


def test_importing_a_module_opens_no_database_and_creates_no_file(imported: tuple[list[str], list[str]]) -> None:
    done, _ = imported
    assert done == []


def test_importing_a_module_leaves_nothing_behind_in_the_home_folder(imported: tuple[list[str], list[str]]) -> None:
    _, left = imported
    assert left == []


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, SHELL)])
def test_module_of_the_rasa_shell_only_declares(module: str) -> None:
    declares = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    rest = [node for node in tree(module).body if not isinstance(node, declares)]
    plain = (ast.Assign, ast.AnnAssign, ast.Expr)
    calls = [node for statement in rest for node in ast.walk(statement) if isinstance(node, ast.Call)]
    assert [ast.unparse(node) for node in rest if not isinstance(node, plain)] == []
    assert [ast.unparse(node) for node in calls if not ast.unparse(node).startswith(DECLARING_CALLS)] == []
