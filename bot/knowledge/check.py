"""Checks across the knowledge table: known names, overlaps, numbers against text, coverage of the facts.

Lists every problem at once.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from bot.files import KNOWLEDGE
from bot.knowledge.read import BadKnowledge, read_knowledge
from bot.knowledge.shapes import NAME_PLACEHOLDER, PLACEHOLDER, Knowledge, PhaseEntry, Row, fingerprint_of

MOST_SENTENCES = 2
SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
NUMBER = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?!\d|\.\d|,\d)")
GROUPED = re.compile(r"(?<=\d),(?=\d{3}\b)")
NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety half"
)
UNIT_WORDS = "minutes? hours? days? weeks? months? years? times percent pictures? millilitres? ml"
SPELT_OUT = re.compile(
    rf"\b(?:{NUMBER_WORDS.replace(' ', '|')})[ -](?:(?:working|cycle|full)[ -])?(?:{UNIT_WORDS.replace(' ', '|')})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with a row, in which of its fields."""

    field: str
    said: str


def check_knowledge(folder: Path = KNOWLEDGE) -> Knowledge:
    """Return the knowledge of a folder that has no problem; the same one while it is in use and no file has changed.

    Raises:
        BadKnowledge: lists every problem that was found.
    """
    files = [(path, path.stat()) for path in sorted(folder.rglob("*.y*ml"))]
    stamp = (folder, *((path, stat.st_mtime_ns, stat.st_size) for path, stat in files))
    knowledge = _in_use.get(stamp)
    if knowledge is None:
        _in_use[stamp] = knowledge = _checked(folder)
    return knowledge


_in_use: WeakValueDictionary[tuple[object, ...], Knowledge] = WeakValueDictionary()


def _checked(folder: Path) -> Knowledge:
    knowledge, problems = read_knowledge(folder)
    problems += find_problems(knowledge)
    if problems:
        raise BadKnowledge(problems)
    return knowledge


def find_problems(knowledge: Knowledge) -> list[str]:
    """Return every problem across entries, each as ``file: entry: what is wrong, what was expected``."""
    return [
        *_repeated_ids(knowledge),
        *_unknown_names(knowledge),
        *_overlaps(knowledge.rows),
        *(f"{_where(row)}: {problem.said}" for row in knowledge.rows for problem in _numbers(row)),
        *(f"{_where(row)}: {problem.said}" for row in knowledge.rows for problem in _long_short(row)),
        *_conflict_numbers(knowledge),
        *_checklist(knowledge),
        *_translated(knowledge),
        *_shared_phrases(knowledge),
        *_placeholders(knowledge),
        *_button_words(knowledge),
    ]


def problems_of_row(row: Row, knowledge: Knowledge) -> list[RowProblem]:
    """Return what `make validate` would say of a row, standing in the knowledge in place of its last version."""
    others = [other for other in knowledge.rows if other.id != row.id]
    before, after = (knowledge.model_copy(update={"rows": tuple(rows)}) for rows in (others, [*others, row]))
    told = set(_overlaps(before.rows))
    overlaps = [problem for problem in _overlaps(after.rows) if problem not in told]
    hers = [conflict for conflict in knowledge.conflicts if row.id in conflict.rows]
    differ = _conflict_numbers(after.model_copy(update={"conflicts": tuple(hers)}))
    return [
        *_unknown_in_row(row, knowledge),
        *(RowProblem("conditions", _without_file(problem)) for problem in overlaps),
        *_numbers(row),
        *_long_short(row),
        *(RowProblem("more", problem) for problem in differ),
    ]


def numbers_in(text: str) -> Counter[float]:
    """Count the numbers that stand in a text as digits ("3rd" is 3, "1,000" is 1000)."""
    return Counter(float(found) for found in NUMBER.findall(GROUPED.sub("", text)))


def _repeated_ids(knowledge: Knowledge) -> Iterator[str]:
    for kind in (
        "topics",
        "procedures",
        "placeholders",
        "conditions",
        "phases",
        "sources",
        "rows",
        "conflicts",
        "checklist",
    ):
        counts = Counter(entry.id for entry in getattr(knowledge, kind))
        yield from (f"{kind}: {name}: stands {count} times" for name, count in counts.items() if count > 1)


def _unknown_names(knowledge: Knowledge) -> Iterator[str]:
    topics = {topic.id for topic in knowledge.topics}
    rows = {row.id for row in knowledge.rows}
    for topic in knowledge.topics:
        yield from (f"topics.yml: {topic.id}: next: unknown topic {name}" for name in sorted(set(topic.next) - topics))
    for row in knowledge.rows:
        yield from (f"{_where(row)}: {problem.said}" for problem in _unknown_in_row(row, knowledge))
    for conflict in knowledge.conflicts:
        where = f"conflicts: {conflict.id}"
        yield from (f"{where}: unknown row {name}" for name in sorted(set(conflict.rows) - rows))
        yield from (f"{where}: unknown topic {name}" for name in sorted(set(conflict.told_in) - topics))


def _unknown_in_row(row: Row, knowledge: Knowledge) -> Iterator[RowProblem]:
    sources = {source.id for source in knowledge.sources}
    if row.topic not in {topic.id for topic in knowledge.topics}:
        yield RowProblem("topic", f"unknown topic {row.topic}")
    own = {source.id for source in row.sources}
    yield from (RowProblem("sources", f"unknown source {name}") for name in sorted(own - sources))
    unknown = set(row.conditions) - {condition.id for condition in knowledge.conditions}
    yield from (RowProblem("conditions", f"unknown condition {name}") for name in sorted(unknown))
    yield from (
        RowProblem("facts", f"fact {fact} is not of its sources {', '.join(sorted(own))}")
        for fact in row.facts
        if fact.partition("-")[0] in sources - own
    )


def _where(row: Row) -> str:
    return f"rows/{row.topic}.yml: {row.id}"


def _without_file(problem: str) -> str:
    return problem.partition(": ")[2]


def _overlaps(rows: Iterable[Row]) -> Iterator[str]:
    cells: dict[tuple[str, str, str, str, frozenset[str]], list[str]] = defaultdict(list)
    for row in rows:
        if row.status == "retired":
            continue
        for procedure in sorted(row.procedures):
            cells[procedure, row.topic, row.audience, row.authority, frozenset(row.conditions)].append(row.id)
    for (procedure, topic, _, authority, conditions), ids in cells.items():
        if len(ids) > 1:
            yield (
                f"rows/{topic}.yml: {', '.join(ids)}: overlap: more than one {authority} row for "
                f"{procedure} under {sorted(conditions) or 'no condition'}; expected one"
            )


def _numbers(row: Row) -> Iterator[RowProblem]:
    told = numbers_in(row.text)
    typed = Counter(number for value in row.values for number in value.numbers)
    for number in sorted(typed.keys() - told.keys()):
        yield RowProblem("values", f"the value {number:g} does not stand in the text")
    for number in sorted(told.keys() - typed.keys()):
        yield RowProblem("values", f"the text says {number:g}, which is no value; expected a value with a unit")
    for part in ("short", "more"):
        found = SPELT_OUT.findall(getattr(row, part))
        yield from (RowProblem(part, f"write {words!r} with a digit") for words in found)


def _long_short(row: Row) -> Iterator[RowProblem]:
    if (count := len(SENTENCE_END.findall(row.short))) > MOST_SENTENCES:
        yield RowProblem("short", f"short has {count} sentences, expected at most {MOST_SENTENCES}")


def _conflict_numbers(knowledge: Knowledge) -> Iterator[str]:
    texts = {row.id: row.text for row in knowledge.rows}
    for conflict in knowledge.conflicts:
        known = {number for name in conflict.rows for number in numbers_in(texts.get(name, ""))}
        for number in sorted(numbers_in(conflict.told).keys() - known):
            yield f"conflicts: {conflict.id}: told says {number:g}, which none of its rows says"


def _translated(knowledge: Knowledge) -> Iterator[str]:
    """Yield what is wrong with translations: of nothing, of an older text, twice, or with other numbers."""
    texts = {row.id: ((row.short, row.more), row.text) for row in knowledge.rows}
    differ = {one.id: ((one.told, one.decides), f"{one.told} {one.decides}") for one in knowledge.conflicts}
    for told in knowledge.translations:
        where = f"translations/{told.language}"
        entries = [(one.id, one.of, f"{one.short} {one.more}", texts) for one in told.rows]
        entries += [(one.id, one.of, f"{one.told} {one.decides}", differ) for one in told.conflicts]
        counts = Counter(name for name, *_ in entries)
        yield from (f"{where}: {name}: stands {count} times" for name, count in counts.items() if count > 1)
        for name, of, text, originals in entries:
            if name not in originals:
                yield f"{where}: {name}: is a translation of nothing"
                continue
            parts, original = originals[name]
            if of != fingerprint_of(*parts):
                yield f"{where}: {name}: translates an older text, expected of: {fingerprint_of(*parts)}"
            if (told_numbers := set(numbers_in(_spaced(text)))) != (expected := set(numbers_in(original))):
                odd = ", ".join(f"{number:g}" for number in sorted(told_numbers ^ expected))
                yield f"{where}: {name}: other numbers than the English text: {odd}"


def _spaced(text: str) -> str:
    """Return a text with spaces between digits and letters that are not Latin, which stand side by side there."""
    return re.sub(r"(?<=[^\x00-\x7f])(?=\d)|(?<=\d)(?=[^\x00-\x7f])", " ", text)


def _checklist(knowledge: Knowledge) -> Iterator[str]:
    """Yield what is wrong with the checklist: unknown names, facts of no source, repeated questions, none to ask."""
    conditions = {condition.id for condition in knowledge.conditions}
    sources = {source.id for source in knowledge.sources}
    for entry in knowledge.checklist:
        where, own = f"checklist.yml: {entry.id}", [source.id for source in entry.sources]
        yield from (f"{where}: unknown condition {name}" for name in sorted(entry.revealed_by - conditions))
        yield from (f"{where}: unknown source {name}" for name in sorted({*own} - sources))
        yield from (
            f"{where}: fact {fact} is not of its sources {', '.join(own)}"
            for fact in entry.facts
            if fact.partition("-")[0] in sources - {*own}
        )
    for procedure in (entry.id for entry in knowledge.procedures):
        asked = [entry for entry in knowledge.checklist if entry.is_of(procedure)]
        if not asked:
            yield f"checklist.yml: {procedure}: nothing is asked, expected at least one question"
        counts = Counter(entry.asks for entry in asked)
        yield from (f"checklist.yml: {procedure}: {asks!r} is asked {n} times" for asks, n in counts.items() if n > 1)
        means = Counter(entry.condition for entry in asked if entry.condition)
        yield from (f"checklist.yml: {procedure}: {name} is asked {n} times" for name, n in means.items() if n > 1)


def _shared_phrases(knowledge: Knowledge) -> Iterator[str]:
    for file, entries in (
        ("conditions.yml", [(entry.id, (*entry.phrases, *entry.denied_by)) for entry in knowledge.conditions]),
        ("phases.yml", [(entry.id, _phrases(entry)) for entry in knowledge.phases]),
        ("placeholders.yml", [(entry.id, entry.words) for entry in knowledge.placeholders if not entry.is_choice]),
        ("procedures.yml", [(entry.id, entry.names) for entry in knowledge.procedures]),
    ):
        owners: dict[str, list[str]] = defaultdict(list)
        for name, phrases in entries:
            for phrase in phrases:
                owners[phrase.lower()].append(name)
        yield from (
            f"{file}: {phrase!r} stands under {', '.join(names)}; expected once"
            for phrase, names in owners.items()
            if len(names) > 1
        )


def _placeholders(knowledge: Knowledge) -> Iterator[str]:
    known = {NAME_PLACEHOLDER}
    for entry in knowledge.placeholders:
        yield from _unknown_placeholders(f"placeholders.yml: {entry.id}", entry.words, known, "; expected one above")
        known.add(entry.id)
    phrases = [
        *(
            ("conditions.yml", entry.id, (*entry.phrases, *entry.denied_by), entry.unless)
            for entry in knowledge.conditions
        ),
        *(("phases.yml", entry.id, _phrases(entry), _exceptions(entry)) for entry in knowledge.phases),
    ]
    for file, name, reveal, exceptions in phrases:
        yield from _unknown_placeholders(f"{file}: {name}", (*reveal, *exceptions), known, "")
        alone = [phrase for phrase in reveal if PLACEHOLDER.fullmatch(phrase.strip())]
        yield from (f"{file}: {name}: {phrase!r}: expected words beside the placeholder" for phrase in alone)


def _unknown_placeholders(where: str, phrases: tuple[str, ...], known: set[str], hint: str) -> Iterator[str]:
    for phrase in phrases:
        names = PLACEHOLDER.findall(phrase)
        yield from (f"{where}: {phrase!r}: unknown placeholder {{{name}}}{hint}" for name in names if name not in known)
        if set("{}") & set(PLACEHOLDER.sub("", phrase)):
            yield f"{where}: {phrase!r}: expected braces around a placeholder alone"


def _phrases(entry: PhaseEntry) -> tuple[str, ...]:
    return (*entry.phrases, *(entry.asides.phrases if entry.asides else ()))


def _exceptions(entry: PhaseEntry) -> tuple[str, ...]:
    return (*entry.unless, *(entry.asides.unless if entry.asides else ()))


def _button_words(knowledge: Knowledge) -> Iterator[str]:
    for topic in knowledge.topics:
        for words in filter(None, (topic.ask, topic.ask_dates)):
            try:
                words.format(procedure="test")
            except (KeyError, IndexError, ValueError):
                yield f"topics.yml: {topic.id}: ask: {words!r}: expected no braces but {{procedure}}"
