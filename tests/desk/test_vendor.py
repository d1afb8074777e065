"""What is not ours is as its makers released it."""

from hashlib import sha256

import pytest

from bot.files import ROOT, read_yaml

VENDOR = ROOT / "bot" / "desk" / "static" / "vendor"
FILES = read_yaml(VENDOR / "VERSIONS.yml")["files"]


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["file"])
def test_file_is_the_one_that_was_released(entry: dict[str, str]) -> None:
    assert sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


def test_nothing_else_lies_there() -> None:
    known = {entry["file"] for entry in FILES} | {"VERSIONS.yml", "htmx.LICENSE", "pico.LICENSE", "chart.LICENSE"}
    assert {path.name for path in VENDOR.iterdir()} == known
