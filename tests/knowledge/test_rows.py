"""Every row of the table is found: asked in a patient's words over the chat API, its question brings it.

A question may follow something that the patient `said` before and that lasts for the conversation.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from bot.files import ROOT, read_yaml
from bot.knowledge.shapes import Knowledge

pytestmark = pytest.mark.stack

FOLDER = ROOT / "tests" / "knowledge" / "questions"
ENTRIES: list[dict[str, str]] = [entry for path in sorted(FOLDER.glob("*.yml")) for entry in read_yaml(path)["entries"]]

Ask = Callable[[str], list[dict[str, Any]]]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["row"])
def test_row_is_found_by_its_question(entry: dict[str, str], ask: Ask) -> None:
    if "said" in entry:
        ask(entry["said"])
    replies = ask(entry["question"])
    found = [rule for reply in replies for rule in reply["rules"]]
    assert entry["row"] in found, [(reply["kind"], reply["topic"], reply["procedure"]) for reply in replies]


def test_each_row_has_exactly_one_question(knowledge: Knowledge) -> None:
    assert Counter(entry["row"] for entry in ENTRIES) == Counter(row.id for row in knowledge.rows)
