"""Report which facts and questions of the sources have a row: `make coverage-facts`.

The list is `data/knowledge/facts.txt`. A question may be answered, or it is said that it is not covered and why; every
topic has something to say for each procedure; where sources plainly differ, that is told.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.files import KNOWLEDGE
from bot.knowledge.check import check_knowledge
from bot.knowledge.shapes import Knowledge, Row

FACTS = KNOWLEDGE / "facts.txt"
QUESTIONS = ("B", "D")
DIFFER = "differ:"


def expected_facts() -> list[str]:
    """Return the ids of the facts and questions that must have a row."""
    return [word for line in _lines() if not line.startswith(DIFFER) for word in line.split()]


def expected_conflicts() -> list[str]:
    """Return the ids of the questions on which sources plainly differ."""
    return [word for line in _lines() if line.startswith(DIFFER) for word in line.removeprefix(DIFFER).split()]


def told_conflicts(knowledge: Knowledge) -> set[str]:
    """Return the ids of the points on which it is told that sources differ."""
    return {name for conflict in knowledge.conflicts for name in (conflict.id, *conflict.also)}


def empty_cells(knowledge: Knowledge) -> list[str]:
    """Return the topics, each with a procedure, on which a patient who tells nothing of herself is told nothing."""
    told = {
        (procedure, row.topic)
        for row in knowledge.rows
        for procedure in row.procedures
        if row.audience == "patient" and row.status != "retired" and not row.conditions
    }
    return [
        f"{topic.id} ({procedure.id})"
        for topic in knowledge.topics
        for procedure in knowledge.procedures
        if (procedure.id, topic.id) not in told
    ]


def main() -> int:
    """Print the coverage; return 1 when something has no row, or a row names a fact that is not on the list."""
    knowledge = check_knowledge()
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in knowledge.rows:
        for fact in row.facts:
            rows[fact].append(row)
    expected, out = expected_facts(), sys.stdout.write
    for source, mine in _by_source(expected).items():
        out(f"{source}: {_counted(source, mine, rows)}\n")
    if "--all" in sys.argv:
        for fact in expected:
            out(f"  {fact}: {', '.join(row.id for row in rows[fact]) or 'NO ROW'}\n")
    missing = [fact for fact in expected if fact not in rows or not rows[fact]]
    out(f"all: {len(expected) - len(missing)} of {len(expected)}\n")
    empty, cells = empty_cells(knowledge), len(knowledge.topics) * len(knowledge.procedures)
    out(f"topics with a general row, for each procedure: {cells - len(empty)} of {cells}\n")
    differ = expected_conflicts()
    untold = [name for name in differ if name not in told_conflicts(knowledge)]
    out(f"differences between sources told: {len(differ) - len(untold)} of {len(differ)}\n")
    problems = [f"{fact}: no row" for fact in missing]
    problems += [f"{cell}: no general row" for cell in empty]
    problems += [f"{name}: that sources differ is not told" for name in untold]
    problems += [
        f"{fact}: told by {', '.join(row.id for row in rows[fact])}, but not on the list {FACTS.name}"
        for fact in sorted(rows.keys() - set(expected))
        if rows[fact] and not fact.startswith("C")
    ]
    out("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


def _counted(source: str, facts: Sequence[str], rows: Mapping[str, Sequence[Row]]) -> str:
    """Return how many facts of a source have a row; of questions also how many only say why they are not covered."""
    told = [fact for fact in facts if rows.get(fact)]
    if source not in QUESTIONS:
        return f"{len(told)} of {len(facts)} facts have a row"
    open_ones = sum(all(row.kind == "not_covered" for row in rows[fact]) for fact in told)
    return f"{len(told)} of {len(facts)} questions have a row, {open_ones} of them one that says why it is not covered"


def _by_source(facts: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for fact in facts:
        source, dash, _ = fact.partition("-")
        found[source if dash else fact[0]].append(fact)
    return found


def _lines() -> Iterable[str]:
    return (line.partition("#")[0].strip() for line in FACTS.read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    sys.exit(main())
