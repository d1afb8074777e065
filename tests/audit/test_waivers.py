"""Waivers: what is wrong with them is listed at once, and ours cover what is known to be open."""

import ast
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from audit_findings import LOCKED, TODAY, entry
from made_up import write_yaml
from packaging.specifiers import SpecifierSet

from bot.audit.lock import locked_versions
from bot.audit.look import CONTROL
from bot.audit.waivers import read_waivers, waiver_problems
from bot.files import ROOT, read_yaml

OURS, UNREADABLE = read_waivers()

# What a survey of Rasa 3.6.21's own dependencies found open: the package, its bad releases, and the ids if any.
SURVEY = [
    ("aiohttp", "<3.14.1", ["CVE-2024-52304", "CVE-2025-53643", "CVE-2025-69223"]),
    ("tensorflow", "<2.14.1", ["CVE-2023-33976"]),
    ("tensorflow-cpu", "<2.14.1", ["pyup:tensorflow-cpu<2.14.1"]),
    ("keras", "<2.13", ["CVE-2024-3660"]),
    ("keras", "<3.12", ["CVE-2025-9905", "CVE-2025-9906", "CVE-2025-12058", "CVE-2025-12060"]),
    ("scikit-learn", "<1.5.0", ["CVE-2024-5206"]),
    ("skops", "<0.13", ["CVE-2025-54412", "CVE-2025-54413", "CVE-2025-54886"]),
    ("skops", ">=0.6", ["CVE-2024-37065"]),
    ("protobuf", "<4.25.8", ["CVE-2025-4565"]),
    ("protobuf", "<5.29.6", ["CVE-2026-0994"]),
    ("pydantic", "<1.10.13", ["CVE-2024-3772"]),
    ("pymongo", "<4.6.3", ["CVE-2024-5629"]),
    ("dnspython", "<2.6.1", ["CVE-2023-29483"]),
    ("setuptools", "<78.1.1", ["CVE-2025-47273"]),
    ("sentry-sdk", "<2.8.0", ["CVE-2024-40647"]),
    ("wheel", "<0.46.2", ["CVE-2026-24049"]),
    ("regex", "<2025.2.10", []),
    ("jsonpickle", "<3.3.0", []),
    ("twilio", "<9.1.0", []),
    ("aio-pika", "<9.1.5", []),
    ("aiogram", "<3.22.0", ["pyup:aiogram<3.22.0"]),
    ("sqlalchemy", "<2.0.0b1", []),
    ("onnxruntime", "<1.24.2", ["pyup:onnxruntime<1.24.1", "pyup:onnxruntime<1.24.2"]),
    ("pip", "<26", []),
]


def problems(folder: Path, *entries: Any, today: date = TODAY) -> list[str]:
    path = folder / "waivers.yml"
    write_yaml(path, {"waivers": list(entries)})
    return list(waiver_problems(LOCKED, today, path))


def test_waiver_that_holds_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, entry()) == []


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        ({"why": ""}, "keras: why: String should have at least 40 characters"),
        ({"why": "Not reachable."}, "keras: why: String should have at least 40 characters"),
        ({"decided_by": " "}, "keras: decided_by: String should have at least 1 character"),
        ({"ids": []}, "keras: entry: Value error, a vulnerability has ids, a package out of support has none"),
        ({"expires": "2027-05-28"}, "keras: entry: Value error, expires 2027-05-28, expected after 2026-11-28 and at"),
        ({"expires": "2026-11-28"}, "keras: entry: Value error, expires 2026-11-28, expected after 2026-11-28 and at"),
        ({"decided": "2026-09-01", "expires": "2026-11-30"}, "keras: expired on 2026-11-30; decide again"),
        ({"decided": "2026-12-02"}, "keras: decided on 2026-12-02, which is still to come"),
        ({"version": "2.11.0"}, "keras: is for 2.11.0, locked is 2.12.0"),
        ({"package": "wheel"}, "wheel: is not locked any more"),
        ({"until": "2027"}, "keras: until: Extra inputs are not permitted"),
    ],
)
def test_waiver_that_does_not_hold_is_a_problem(other: dict[str, Any], problem: str, tmp_path: Path) -> None:
    (found,) = problems(tmp_path, entry(**other))
    assert found.startswith(f"waivers.yml: {problem}")


@pytest.mark.parametrize("field", ["why", "decided_by", "expires", "package", "version"])
def test_waiver_without_one_of_its_fields_is_a_problem(field: str, tmp_path: Path) -> None:
    bare = {key: value for key, value in entry().items() if key != field}
    (found,) = problems(tmp_path, bare)
    assert found.endswith(f": {field}: Field required")


def test_waiver_that_stands_twice_is_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, entry(), entry()) == ["waivers.yml: keras: vulnerability: stands twice"]


def test_problems_are_listed_all_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, entry(why=""), "keras", entry(package="wheel"))
    assert len(found) == 3


def test_waiver_holds_on_the_day_it_expires_and_not_the_day_after(tmp_path: Path) -> None:
    assert problems(tmp_path, entry(), today=date(2027, 5, 27)) == []
    assert len(problems(tmp_path, entry(), today=date(2027, 5, 28))) == 1


@pytest.mark.parametrize("text", ["waivers: none", "- keras", "waivers: ["])
def test_file_that_holds_no_list_is_a_problem(text: str, tmp_path: Path) -> None:
    path = tmp_path / "waivers.yml"
    path.write_text(text, encoding="utf-8")
    assert len(list(waiver_problems(LOCKED, TODAY, path))) == 1


def test_our_waivers_held_on_the_day_they_were_decided() -> None:
    assert UNREADABLE == []
    assert list(waiver_problems(locked_versions(), max(waiver.decided for waiver in OURS))) == []


@pytest.mark.parametrize(("package", "bad", "ids"), SURVEY, ids=lambda value: value if isinstance(value, str) else "")
def test_what_was_known_to_be_open_is_fixed_or_waived(package: str, bad: str, ids: Sequence[str]) -> None:
    locked = locked_versions().get(package)
    is_open = locked is not None and SpecifierSet(bad).contains(locked, prereleases=True)
    waived = {name for waiver in OURS if (waiver.package, waiver.version) == (package, locked) for name in waiver.ids}
    assert not is_open or (ids and waived.issuperset(ids))


def test_what_its_makers_no_longer_support_is_waived() -> None:
    assert locked_versions()["sanic"].startswith("21.12.")
    assert "sanic" in {waiver.package for waiver in OURS if waiver.kind == "out_of_support"}


def test_control_is_not_locked() -> None:
    assert CONTROL not in locked_versions()


def test_model_is_made_of_no_component_that_a_waiver_rules_out() -> None:
    config = read_yaml(ROOT / "config.yml")
    names = [part["name"] for part in (*config["pipeline"], *config["policies"])]
    assert [name for name in names if not name.startswith("bot.nlu.") and name != "RulePolicy"] == []


def test_no_channel_of_rasa_is_open_but_ours() -> None:
    assert [name for name in read_yaml(ROOT / "credentials.yml") if not name.startswith("bot.nlu.")] == []


@pytest.mark.parametrize("package", ["aiogram", "keras", "tensorflow", "skops", "google"])
def test_waived_package_is_imported_nowhere_in_our_code(package: str) -> None:
    sources = [path for folder in ("bot", "actions") for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 50
    imported = {
        (path.name, name.split(".")[0])
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert [file for file, name in sorted(imported) if name == package] == []
