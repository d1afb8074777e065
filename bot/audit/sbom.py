"""The list of what is locked, as a CycloneDX file: `make sbom`. It names no machine and no registry's host."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.audit.lock import LOCK, locked_versions, normal_name
from bot.files import ROOT

TOOLS = ROOT / ".venv-audit" / "bin"
SBOM = ROOT / "results" / "sbom.cdx.json"
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = sys.stdin.read()
error = JsonStrictValidator(SchemaVersion.from_version(sys.argv[1])).validate_str(text)
sys.exit(f"not valid CycloneDX: {error}" if error else 0)
"""


class NoSbom(Exception):
    """The list could not be made, is not valid, or is not of what is locked; the message says which."""


def write_sbom(path: Path = SBOM, lock: Path = LOCK) -> int:
    """Write the list and return how many packages it names.

    Raises:
        NoSbom: the tool failed, the list is not valid, or it does not name each locked package once.
    """
    bom = without_places(json.loads(_made(lock)))
    named = sorted((normal_name(each["name"]), each["version"]) for each in bom["components"])
    if named != sorted(locked_versions(lock).items()):
        raise NoSbom(f"{len(named)} packages, expected the {len(locked_versions(lock))} of {lock.name}")
    text = json.dumps(bom, indent=2, sort_keys=True) + "\n"
    _run([str(TOOLS / "python"), "-W", "ignore", "-c", VALIDATE, bom["specVersion"]], text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return len(named)


def without_places(bom: Mapping[str, Any]) -> dict[str, Any]:
    """Return a list that says what the packages are and by which hashes they are known, not where they came from."""
    tools = [{key: tool[key] for key in ("group", "name", "type", "version")} for tool in _tools(bom)]
    components = []
    for component in bom["components"]:
        hashes = [each for place in component.get("externalReferences", ()) for each in place.get("hashes", ())]
        known = {key: component[key] for key in ("bom-ref", "name", "purl", "type", "version")}
        place = {"type": "distribution", "url": component["purl"], "hashes": hashes}
        components.append({**known, "externalReferences": [place]})
    return {**bom, "components": components, "metadata": {**bom["metadata"], "tools": {"components": tools}}}


def _tools(bom: Mapping[str, Any]) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = bom["metadata"]["tools"]["components"]
    return tools


def _made(lock: Path) -> str:
    """Return the tool's own list; it is validated later, as it is written."""
    return _run(
        [
            str(TOOLS / "python"), "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(lock),
            "--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--no-validate", "--of", "JSON",
        ]
    )  # fmt: skip


def _run(command: list[str], text: str = "") -> str:
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoSbom(f"the list could not be made: {error}") from error
    if done.returncode:
        raise NoSbom(done.stderr.strip()[-500:] or f"exit code {done.returncode}")
    return done.stdout
