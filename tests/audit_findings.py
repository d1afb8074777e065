"""What pip-audit writes, and waivers that are made up."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

TODAY = date(2026, 12, 1)
LOCKED = {"anyio": "4.16.0", "keras": "2.12.0"}
CONTROL_FOUND = {
    "name": "django",
    "version": "2.2",
    "vulns": [
        {"id": "PYSEC-2019-13", "fix_versions": ["1.11.23", "2.1.11", "2.2.4"], "aliases": ["CVE-2019-14234"]},
        {"id": "PYSEC-2019-11", "fix_versions": ["2.2.4"], "aliases": ["CVE-2019-14232", "GHSA-c4qh-4vgv-qc6g"]},
    ],
}
UNSAFE_LOAD = {"id": "PYSEC-2024-1", "fix_versions": ["2.13"], "aliases": ["CVE-2024-3660", "GHSA-1"]}


def audited(name: str, *advisories: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": LOCKED[name], "vulns": list(advisories)}


def skipped(name: str) -> dict[str, Any]:
    return {"name": name, "skip_reason": f"Dependency not found on PyPI and could not be audited: {name} (1)"}


def written(dependencies: Sequence[Mapping[str, Any]]) -> str:
    """Return what pip-audit writes about packages."""
    return json.dumps({"dependencies": dependencies, "fixes": []})


def entry(**other: Any) -> dict[str, Any]:
    """Return a waiver as it stands in the file."""
    return {
        "package": "keras",
        "version": "2.12.0",
        "kind": "vulnerability",
        "ids": ["CVE-2024-3660"],
        "why": "It needs a stranger's model to be loaded, and no part of us loads one.",
        "decided_by": "not signed",
        "decided": "2026-11-28",
        "expires": "2027-05-27",
    } | other
