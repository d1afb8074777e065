"""Read `data/knowledge/` into its shapes, collecting every problem instead of stopping at the first."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.files import KNOWLEDGE, UnreadableFile, read_yaml
from bot.knowledge.shapes import (
    ChecklistEntry,
    ConditionEntry,
    Conflict,
    ConflictTranslation,
    Entry,
    Knowledge,
    PhaseEntry,
    PlaceholderEntry,
    ProcedureEntry,
    Row,
    RowTranslation,
    Source,
    TopicEntry,
    Translations,
)

E = TypeVar("E", bound=Entry)
FILES: dict[str, type[Entry]] = {
    "topics": TopicEntry,
    "procedures": ProcedureEntry,
    "placeholders": PlaceholderEntry,
    "conditions": ConditionEntry,
    "phases": PhaseEntry,
    "sources": Source,
    "checklist": ChecklistEntry,
}


class BadKnowledge(Exception):
    """Knowledge that must not be loaded; holds every problem, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_knowledge(folder: Path = KNOWLEDGE) -> tuple[Knowledge, list[str]]:
    """Return what the folder holds and the problems found while reading it.

    Entries with a problem are left out of the knowledge returned. A problem reads
    ``file: entry: what is wrong``.
    """
    problems: list[str] = []
    read: dict[str, Any] = {
        name: tuple(_entries(folder / f"{name}.yml", shape, problems)) for name, shape in FILES.items()
    }
    read["rows"] = tuple(read_rows(folder / "rows", problems))
    read["conflicts"] = tuple(
        conflict
        for path in sorted((folder / "conflicts").glob("*.yml"))
        for conflict in _entries(path, Conflict, problems)
    )
    read["translations"] = tuple(
        _translations(path, problems) for path in sorted((folder / "translations").glob("*")) if path.is_dir()
    )
    known = {f"{name}.yml" for name in FILES} | {"warning_signs.yml", "glossary.yml"}
    strangers = [path for path in folder.glob("*.y*ml") if path.name not in known]
    for name in ("rows", "conflicts"):
        strangers += [path for path in (folder / name).glob("*.y*ml") if path.suffix != ".yml"]
    problems += [f"{path.name}: not a file of the knowledge table" for path in sorted(strangers)]
    return Knowledge.model_construct(**read), problems


def read_rows(folder: Path, problems: list[str]) -> Iterator[Row]:
    """Yield the rows of the files in a folder; what is wrong with the others is added to `problems`."""
    for path in sorted(folder.glob("*.yml")):
        yield from _rows(path, problems)


@cache
def read_entries_of_checklist(folder: Path = KNOWLEDGE) -> tuple[ChecklistEntry, ...]:
    """Return the checklist alone, read once.

    Raises:
        BadKnowledge: lists every problem in the file.
    """
    problems: list[str] = []
    entries = tuple(_entries(folder / "checklist.yml", ChecklistEntry, problems))
    if problems:
        raise BadKnowledge(problems)
    return entries


def _translations(folder: Path, problems: list[str]) -> Translations:
    rows = [one for path in sorted((folder / "rows").glob("*.yml")) for one in _entries(path, RowTranslation, problems)]
    conflicts = folder / "conflicts.yml"
    told = _entries(conflicts, ConflictTranslation, problems) if conflicts.exists() else ()
    return Translations.model_construct(language=folder.name, rows=tuple(rows), conflicts=tuple(told))


def _rows(path: Path, problems: list[str]) -> Iterator[Row]:
    for row in _entries(path, Row, problems, also="topic"):
        if row.topic != path.stem:
            problems.append(f"{path.name}: {row.id}: topic is {row.topic}, expected {path.stem} as the file is named")
        yield row


def _entries(path: Path, shape: type[E], problems: list[str], also: str | None = None) -> Iterator[E]:
    try:
        found = read_yaml(path)
    except UnreadableFile as error:
        problems.append(str(error))
        return
    allowed = {"entries", also} - {None}
    problems += [f"{path.name}: unknown key {key!r}" for key in found if key not in allowed]
    entries = found.get("entries")
    if not isinstance(entries, list):
        problems.append(f"{path.name}: expected a list under 'entries'")
        return
    for place, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            problems.append(f"{path.name}: entry {place}: expected keys and values, found {type(entry).__name__}")
            continue
        inherited = {also: found[also]} if also and also in found else {}
        try:
            yield shape.model_validate(inherited | entry)
        except ValidationError as error:
            problems += [
                f"{path.name}: {entry.get('id', f'entry {place}')}: "
                f"{'.'.join(map(str, problem['loc'])) or 'entry'}: {problem['msg']}"
                for problem in error.errors()
            ]
