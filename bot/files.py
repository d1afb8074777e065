"""Read the project's YAML files, the way Rasa reads its own: YAML 1.2, no duplicate keys. Nothing else goes in here.

PyYAML's parser in C does the reading, twenty times as fast as ruamel's in Python; what a scalar is says ruamel's table.
"""

from pathlib import Path
from typing import Any

from ruamel.yaml.resolver import implicit_resolvers
from yaml import CSafeLoader, MappingNode, ScalarNode, YAMLError, load  # type: ignore[import-untyped]
from yaml.constructor import ConstructorError  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
KNOWLEDGE = DATA / "knowledge"


class UnreadableFile(Exception):
    """A data file that is missing or is not YAML; the message names the file and the place."""


class _Loader(CSafeLoader):  # type: ignore[misc]
    """PyYAML's safe loader, which knows YAML 1.1 and takes the last of duplicate keys, made to do neither."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping.

        Raises:
            ConstructorError: a key stands in it twice.
        """
        if isinstance(node, MappingNode):
            seen = set[tuple[str, str]]()
            for key, _ in node.value:
                if isinstance(key, ScalarNode):
                    if (key.tag, key.value) in seen:
                        raise ConstructorError(None, None, f'found duplicate key "{key.value}"', key.start_mark)
                    seen.add((key.tag, key.value))
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found

    def construct_int(self, node: Any) -> int:
        """Return a whole number; a zero before it does not make it octal."""
        written = str(self.construct_scalar(node)).replace("_", "")
        return int(written, 10 if written.lstrip("+-").isdecimal() else 0)


for _versions, _tag, _pattern, _first in implicit_resolvers:
    if (1, 2) in _versions:
        _Loader.add_implicit_resolver(_tag, _pattern, _first)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_int)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML 1.2 file holds.

    Raises:
        UnreadableFile: the file is missing, is not YAML, repeats a key, or holds no mapping.
    """
    try:
        found = load(path.read_text(encoding="utf-8"), _Loader)
    except (OSError, ValueError, YAMLError) as error:
        raise UnreadableFile(f"{path}: cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise UnreadableFile(f"{path}: expected a mapping of keys, found {type(found).__name__}")
    return found
