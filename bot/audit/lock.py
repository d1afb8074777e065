"""The packages of a lock file, by name. It reads only; `make lock` writes."""

import re
from collections.abc import Mapping
from pathlib import Path

from bot.files import ROOT

LOCK = ROOT / "requirements.lock"
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)


class BadLock(Exception):
    """A lock file that is missing or locks nothing; the message names it."""


def locked_versions(path: Path = LOCK) -> Mapping[str, str]:
    """Return the locked version of each package.

    Raises:
        BadLock: the file cannot be read, or pins no package.
    """
    try:
        found = PINNED.findall(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadLock(f"{path}: cannot be read: {error}") from error
    if not found:
        raise BadLock(f"{path}: no line such as name==1.0, expected the locked packages")
    return {normal_name(name): version for name, version in found}


def normal_name(name: str) -> str:
    """Return a package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
