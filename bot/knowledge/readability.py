"""How hard the texts of the table are to read: the Flesch-Kincaid grade (Kincaid et al. 1975), by textstat.

A grade is a school year of the United States: 8 is about age 13.
"""

from collections.abc import Iterator

import textstat

from bot.knowledge.shapes import Knowledge, Row

HARDEST_GRADE = 10.0


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of a text."""
    return float(textstat.flesch_kincaid_grade(text))


def grade_of(row: Row) -> float:
    """Return the grade of a row: that of the harder of its short form and whole."""
    return max(grade(row.short), grade(row.text))


def grades(knowledge: Knowledge) -> dict[str, float]:
    """Return the grade of each row that a patient may be told, by its id: the harder of its short form and whole."""
    return {row.id: grade_of(row) for row in knowledge.rows if row.audience == "patient" and row.status != "retired"}


def hard_rows(knowledge: Knowledge) -> Iterator[str]:
    """Yield the rows that are too hard to read, and the conflicts."""
    topics = {row.id: row.topic for row in knowledge.rows}
    for name, found in grades(knowledge).items():
        if found > HARDEST_GRADE:
            yield f"rows/{topics[name]}.yml: {name}: reading grade {found:.1f}, expected at most {HARDEST_GRADE:g}"
    for conflict in knowledge.conflicts:
        found = grade(f"{conflict.told} {conflict.decides}")
        if found > HARDEST_GRADE:
            yield f"conflicts: {conflict.id}: reading grade {found:.1f}, expected at most {HARDEST_GRADE:g}"
