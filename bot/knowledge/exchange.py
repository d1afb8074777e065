"""The table as files: out in the layout of `data/knowledge/`, in as rows to compare. Nothing here writes a row."""

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import Engine

from bot.files import KNOWLEDGE
from bot.knowledge.read import read_knowledge, read_rows
from bot.knowledge.shapes import Conflict, Knowledge, Row, Source, fingerprint_of
from bot.knowledge.stored import content_of, rows_by_id, whole_table

MOST_BYTES = 5_000_000
MOST_UNPACKED = 10_000_000
MOST_FILES = 500
MOST_ROWS = 20_000
TOPIC = re.compile(rb"^topic:[ \t]*([a-z][a-z0-9_]*)", re.MULTILINE)


class BadUpload(Exception):
    """A file that cannot be taken; holds every problem, with the file and the line where it is known."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Upload:
    """The rows of an uploaded file, and the names of what was passed over because rows alone are taken."""

    rows: tuple[Row, ...]
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """A row of an upload that differs from the one in the table; null: there is none of its id yet."""

    old: Row | None
    new: Row


def packed_table(engine: Engine, folder: Path = KNOWLEDGE) -> bytes:
    """Return the whole table as a zip of the files of `data/knowledge/`; a file with nothing changed is as shipped."""
    shipped, _ = read_knowledge(folder)
    table = whole_table(engine, shipped)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for name, content in sorted(_files(table, shipped, folder).items()):
            files.writestr(f"knowledge/{name}", content)
    return packed.getvalue()


def read_upload(name: str, data: bytes) -> Upload:
    """Return the rows of an uploaded file: one file of rows (.yml), or a zip as `packed_table` makes it.

    Raises:
        BadUpload: it is too large, no such file, or holds what is no row.
    """
    if len(data) > MOST_BYTES:
        raise BadUpload([f"The file is larger than {MOST_BYTES // 1_000_000} MB."])
    is_zip = zipfile.is_zipfile(io.BytesIO(data))
    if not is_zip and not name.lower().endswith((".yml", ".yaml")):
        raise BadUpload(["Expected a zip of the table, or one file of rows that ends in .yml."])
    files, passed_over = _unpacked(data) if is_zip else (_one_file(data), ())
    if not files:
        raise BadUpload(["The zip holds no file of rows: expected rows/<topic>.yml."])
    problems: list[str] = []
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        rows = tuple(read_rows(Path(folder), problems))
        problems = [problem.replace(f"{folder}/", "").replace('in "<unicode string>", ', "") for problem in problems]
    counts = Counter(row.id for row in rows)
    problems += [f"{name}: stands {count} times" for name, count in counts.items() if count > 1]
    if len(rows) > MOST_ROWS:
        problems.append(f"The file holds {len(rows)} rows, expected at most {MOST_ROWS}.")
    if problems:
        raise BadUpload(problems)
    return Upload(rows, passed_over)


def changes(engine: Engine, rows: Iterable[Row]) -> list[Change]:
    """Return the rows that differ from those in the table by what they tell, in their order."""
    rows = list(rows)
    standing = rows_by_id(engine, [row.id for row in rows])
    return [
        Change(old, row) for row in rows if (old := standing.get(row.id)) is None or content_of(old) != content_of(row)
    ]


def _files(table: Knowledge, shipped: Knowledge, folder: Path) -> dict[str, str]:
    """Return the texts of the files by their names."""
    found = {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".yml", ".txt")
    }
    before, after = _by_topic(shipped.rows), _by_topic(table.rows)
    for topic in {*before, *after}:
        if _signed_contents(before.get(topic, [])) != _signed_contents(after.get(topic, [])):
            found[f"rows/{topic}.yml"] = _yaml(_rows_file(topic, after.get(topic, [])))
    if {one.id: one for one in shipped.sources} != {one.id: one for one in table.sources}:
        found["sources.yml"] = _yaml({"entries": [_plain(source) for source in table.sources]})
    found |= _conflict_files(table, folder)
    return found | _translation_files(table, folder)


def _conflict_files(table: Knowledge, folder: Path) -> dict[str, str]:
    """Return those files of conflicts that no longer hold what the table holds."""
    shipped, _ = read_knowledge(folder)
    if {one.id: _sets(one) for one in shipped.conflicts} == {one.id: _sets(one) for one in table.conflicts}:
        return {}
    by_topic: dict[str, list[Conflict]] = {}
    for conflict in table.conflicts:
        by_topic.setdefault(conflict.told_in[0], []).append(conflict)
    names = {path.stem for path in (folder / "conflicts").glob("*.yml")} | by_topic.keys()
    return {
        f"conflicts/{name}.yml": _yaml({"entries": [_plain(one) for one in by_topic.get(name, [])]}) for name in names
    }


def _translation_files(table: Knowledge, folder: Path) -> dict[str, str]:
    """Return the files of translations without those of another text, which nobody is told."""
    rows = {row.id: fingerprint_of(row.short, row.more) for row in table.rows}
    differ = {one.id: fingerprint_of(one.told, one.decides) for one in table.conflicts}
    found = {}
    for path in sorted((folder / "translations").rglob("*.yml")):
        present = differ if path.stem == "conflicts" and path.parent.name != "rows" else rows
        entries = YAML(typ="safe", pure=True).load(path)["entries"]
        held = [entry for entry in entries if present.get(entry["id"]) == entry["of"]]
        if len(held) < len(entries):
            found[str(path.relative_to(folder))] = _yaml({"entries": held})
    return found


def _by_topic(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.topic, []).append(row)
    return found


def _signed_contents(rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    return [(content_of(row), row.status, row.reviewer, row.reviewed_on) for row in rows]


def _sets(conflict: Conflict) -> tuple[Any, ...]:
    texts = (conflict.kind, conflict.question, conflict.told, conflict.decides)
    return (*texts, set(conflict.rows), set(conflict.told_in))


def _rows_file(topic: str, rows: Iterable[Row]) -> dict[str, Any]:
    return {"topic": topic, "entries": [_plain(row, leave_out={"topic"}) for row in rows]}


def _plain(entry: Row | Conflict | Source, leave_out: Iterable[str] = ()) -> dict[str, Any]:
    """Return an entry as its file holds it: without what is as it is by default, whole numbers without a point."""
    found = entry.model_dump(exclude=set(leave_out), exclude_defaults=True)
    return {name: _whole(value) for name, value in found.items()}


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(one) for one in value]
    return value


def _yaml(content: Mapping[str, Any]) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    yaml.width = 120  # type: ignore[assignment]
    written = io.StringIO()
    yaml.dump(content, written)
    return written.getvalue()


def _one_file(data: bytes) -> dict[str, bytes]:
    topic = TOPIC.search(data)
    return {f"{topic[1].decode() if topic else 'upload'}.yml": data}


def _unpacked(data: bytes) -> tuple[dict[str, bytes], tuple[str, ...]]:
    files: dict[str, bytes] = {}
    passed_over = []
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = [one for one in packed.infolist() if not one.is_dir()]
            if len(members) > MOST_FILES:
                raise BadUpload([f"The zip holds {len(members)} files, expected at most {MOST_FILES}."])
            for one in members:
                path = Path(one.filename)
                if path.parent.name != "rows" or "translations" in path.parts or path.suffix != ".yml":
                    passed_over.append(one.filename[:200])
                    continue
                with packed.open(one) as member:
                    content = member.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise BadUpload([f"The zip unpacks to more than {MOST_UNPACKED // 1_000_000} MB."])
                files[path.name] = content
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise BadUpload(["The zip cannot be unpacked."]) from error
    return files, tuple(passed_over)
