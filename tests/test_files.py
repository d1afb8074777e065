"""YAML is read as Rasa reads it, and what cannot be read is refused by name."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.files import DATA, KNOWLEDGE, ROOT, UnreadableFile, read_yaml


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kites.yml"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("012", 12),
        ("1:30", "1:30"),
        ("2026-11-22", date(2026, 11, 22)),
        ("null", None),
        ("'3'", "3"),
    ],
)
def test_scalar_is_read_as_yaml_1_2(file: Path, written: str, expected: Any) -> None:
    file.write_text(f"kite: {written}\n")
    found = read_yaml(file)["kite"]
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    "written",
    [
        *[
            "0o14",
            "0x1F",
            "1_000",
            "-012",
            "+3",
            "1e3",
            "1.5",
            "-.inf",
            "~",
            "0",
            "True",
            "y",
            "Off",
            "1.2.3",
            "03/04",
            "12e",
            "0b11",
        ],
        *("", "2026-11-22 10:00:00", "! 3", "'it''s'", '"a\\tb"', "&a {b: 1}", "[1, 2, ]", "{a: 1, b}", "|\n  a\n  b"),
    ],
)
def test_scalar_is_what_ruamel_reads(file: Path, written: str) -> None:
    file.write_text(f"kite: {written}\n")
    expected = YAML(typ="safe", pure=True).load(file)
    assert repr(read_yaml(file)) == repr(expected)


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "data/clinic.yml", "data/knowledge/topics.yml"])
def test_file_of_the_project_is_what_ruamel_reads(name: str) -> None:
    expected = YAML(typ="safe", pure=True).load(ROOT / name)
    assert repr(read_yaml(ROOT / name)) == repr(expected)


def test_text_is_read_as_utf_8(file: Path) -> None:
    file.write_bytes("kite: 风筝\n".encode())
    assert read_yaml(file) == {"kite": "风筝"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"kite: red\nkite: blue\n", "duplicate key", id="duplicate key"),
        pytest.param(b"a:\n  kite: red\n  kite: blue\n", "duplicate key", id="duplicate key further in"),
        pytest.param(b"kite: [red\n", "cannot be read", id="bracket left open"),
        pytest.param(b"kite: red\n---\nkite: blue\n", "cannot be read", id="two documents"),
        pytest.param(b"kite: !!python/object:os.system x\n", "cannot be read", id="tag of a program's object"),
        pytest.param(b"kite: \xff\xfe\n", "cannot be read", id="not UTF-8"),
        pytest.param(b"kite: 2027-13-01\n", "cannot be read", id="a day that no calendar has"),
        pytest.param(b"", "found NoneType", id="empty"),
        pytest.param(b"- red\n- blue\n", "found list", id="a list"),
        pytest.param(b"red\n", "found str", id="a word"),
    ],
)
def test_unusable_file_is_refused_by_name(file: Path, content: bytes, problem: str) -> None:
    file.write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        read_yaml(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert problem in str(caught.value)


def test_missing_file_is_refused_by_name(file: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"kites\.yml: cannot be read"):
        read_yaml(file)


def test_folder_is_refused_as_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_yaml(tmp_path)


def test_project_folders_lie_in_one_another() -> None:
    assert (ROOT / "pyproject.toml").is_file()
    assert DATA.relative_to(ROOT) == Path("data")
    assert KNOWLEDGE.relative_to(DATA) == Path("knowledge")
