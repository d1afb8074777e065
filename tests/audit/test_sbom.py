"""The list of what is locked: complete, valid, without places."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.audit.lock import locked_versions
from bot.audit.sbom import NoSbom, write_sbom
from bot.files import ROOT


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is written for the project's own lock."""
    path = tmp_path_factory.mktemp("sbom") / "made" / "sbom.cdx.json"
    assert write_sbom(path) == len(locked_versions())
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bom(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_names_every_locked_package_with_its_version(bom: dict[str, Any]) -> None:
    assert bom["bomFormat"] == "CycloneDX"
    assert {each["name"]: each["version"] for each in bom["components"]} == locked_versions()
    assert len(bom["components"]) == len(locked_versions())


def test_names_every_locked_hash(bom: dict[str, Any]) -> None:
    hashes = {known["content"] for each in bom["components"] for known in each["externalReferences"][0]["hashes"]}
    locked = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", (ROOT / "requirements.lock").read_text(encoding="utf-8")))
    assert hashes == locked


def test_names_no_place(text: str) -> None:
    assert str(ROOT) not in text
    assert set(re.findall(r"[a-z]+://[^/\"]+", text)) == {"http://cyclonedx.org"}  # its schema's name


def test_lock_that_holds_a_package_twice_has_no_list(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("six==1.17.0\nsix==1.16.0\n", encoding="utf-8")
    with pytest.raises(NoSbom, match="2 packages, expected the 1 of"):
        write_sbom(tmp_path / "sbom.cdx.json", lock)
    assert not (tmp_path / "sbom.cdx.json").exists()
