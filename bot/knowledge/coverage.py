"""Report which facts of the sources have a row: `make coverage-facts`.

The list of facts is `data/knowledge/facts.txt`.
"""

import sys
from collections import defaultdict

from bot.files import KNOWLEDGE
from bot.knowledge.check import check_knowledge

FACTS = KNOWLEDGE / "facts.txt"


def expected_facts() -> list[str]:
    """Return the ids of the facts that must have a row."""
    lines = (line.partition("#")[0].strip() for line in FACTS.read_text(encoding="utf-8").splitlines())
    return [fact for line in lines for fact in line.split()]


def main() -> int:
    """Print the coverage; return 1 when a fact has no row, or a row names a fact that is not on the list."""
    rows: dict[str, list[str]] = defaultdict(list)
    for row in check_knowledge().rows:
        for fact in row.facts:
            rows[fact].append(row.id)
    expected = expected_facts()
    missing = [fact for fact in expected if fact not in rows]
    unknown = sorted(rows.keys() - set(expected))
    out = sys.stdout.write
    for source in dict.fromkeys(fact.partition("-")[0] for fact in expected):
        mine = [fact for fact in expected if fact.startswith(f"{source}-")]
        out(f"{source}: {sum(fact in rows for fact in mine)} of {len(mine)} facts have a row\n")
    if "--all" in sys.argv:
        for fact in expected:
            out(f"  {fact}: {', '.join(rows[fact]) or 'NO ROW'}\n")
    out(f"all: {len(expected) - len(missing)} of {len(expected)}\n")
    for fact in missing:
        out(f"{fact}: no row\n")
    for fact in unknown:
        out(f"{fact}: told by {', '.join(rows[fact])}, but not on the list {FACTS.name}\n")
    return 1 if missing or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
