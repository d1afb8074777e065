"""Read the project's YAML files, the way Rasa reads its own: YAML 1.2, no duplicate keys. Nothing else goes in here."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
KNOWLEDGE = DATA / "knowledge"


class UnreadableFile(Exception):
    """A data file that is missing or is not YAML; the message names the file and the place."""


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML 1.2 file holds.

    Raises:
        UnreadableFile: the file is missing, is not YAML, repeats a key, or holds no mapping.
    """
    try:
        found = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, YAMLError) as error:
        raise UnreadableFile(f"{path}: cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise UnreadableFile(f"{path}: expected a mapping of keys, found {type(found).__name__}")
    return found
