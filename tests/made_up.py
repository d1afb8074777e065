"""A made-up table about kites and lanterns: nothing in it is true, so no test rests on a medical rule."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.answer import Assistant
from bot.knowledge.shapes import Knowledge

Entry = dict[str, Any]
Entries = dict[str, list[Entry]]
Build = Callable[..., Assistant]

SENTENCES = {
    "utter_for_procedure": "For {procedure}:",
    "utter_in_general": "In general: {text}",
    "utter_sources_differ": "They differ: {told}",
    "utter_unsigned": "Not signed.",
    "utter_signed": "Signed by {reviewer} on {day}.",
    "utter_past_review": "Overdue since {day}.",
    "utter_leaflet_title": "Leaflet for {procedure}",
    "utter_source": "Source: {text}",
    "utter_more_button": "More",
    "utter_not_advice": "This is general information.",
    "utter_ask_procedure": "Which procedure for {topic}?",
    "utter_ask_procedure_also": "And for {topic}?",
    "utter_ask_condition": "Your case of {topic} ({procedure})?",
    "utter_topic_not_covered": "Nothing on {topic}.",
    "utter_topic_not_covered_for_procedure": "Nothing on {topic} of {procedure}.",
    "utter_other_procedure_button": "And {procedure}?",
    "utter_person_button": "A person",
    "utter_out_of_scope": "Not my field.",
    "utter_not_understood": "I give up.",
    "utter_request_human": "Ring {phones}.",
    "utter_did_you_mean": "Which one?",
    "utter_on_topic": "On {topic}:",
    "utter_too_many": "I took {topics}.",
    "utter_the_test": "test",
    "utter_greet": "Hello.",
}


def row(name: str, **changes: Any) -> Entry:
    """Return a row that is what its name says: `<procedure>-<topic>[-<detail>]-<authority>`."""
    procedure, topic, *_, authority = name.split("-")
    source = "T1" if authority == "clinic" else "T2"
    return {
        "id": name,
        "procedure": procedure,
        "topic": topic,
        "authority": authority,
        "facts": [f"{source}-01"],
        "sources": [{"id": source, "section": "Page of kites"}],
        "short": f"What {name} tells.",
        "review_by": "2099-01-31",
    } | changes


def signed(entry: Entry) -> Entry:
    """Return a row as a clinician has signed it."""
    return entry | {"status": "approved", "reviewer": "Dr Kite", "reviewed_on": "2026-01-31"}


def conflict(name: str, rows: Sequence[str], told_in: Sequence[str], **changes: Any) -> Entry:
    """Return a conflict between rows, told in topics."""
    return {
        "id": name,
        "kind": "true_conflict",
        "question": "Which colour?",
        "rows": [*rows],
        "told_in": [*told_in],
        "told": f"What {name} tells.",
        "decides": "The kite maker decides.",
    } | changes


def entries(rows: Sequence[Entry] | None = None, conflicts: Sequence[Entry] = ()) -> Entries:
    """Return the entries of a table without a problem."""
    return {
        "topics": [
            {
                "id": "kites",
                "phase": "before",
                "label": "the kites",
                "ask": "What about {procedure} kites?",
                "next": [],
            },
            {
                "id": "lanterns",
                "phase": "after",
                "label": "the lanterns",
                "ask": "What about {procedure} lanterns?",
                "next": ["kites"],
            },
        ],
        "procedures": [
            {"id": "hsg", "name": "HSG", "names": ["hsg"]},
            {"id": "hysteroscopy", "name": "hysteroscopy", "names": ["hysteroscopy"]},
        ],
        "placeholders": [{"id": "kite", "words": ["the kite", "my kite"]}],
        "conditions": [
            {"id": name, "label": f"It is {name}", "means": f"{name} weather", "phrases": [f"{name} day"]}
            for name in ("windy", "rainy", "snowy", "foggy")
        ],
        "phases": [{"id": "after", "phrases": ["flew {kite}"]}],
        "sources": [
            {
                "id": name,
                "title": title,
                "publisher": "nobody",
                "kind": "book",
                "tier": "seed",
                "read_on": "2026-01-31",
            }
            for name, title in (("T1", "Book of kites"), ("T2", "Book of lanterns"))
        ],
        "rows": [*rows] if rows is not None else [row("hsg-kites-clinic")],
        "conflicts": [*conflicts],
        "checklist": [
            {
                "id": "wind",
                "procedure": "both",
                "asks": "Is it windy?",
                "tell": "Say how windy it is.",
                "facts": ["T1-01"],
                "sources": [{"id": "T1", "section": "Page of winds"}],
            }
        ],
    }


def knowledge(rows: Sequence[Entry], conflicts: Sequence[Entry] = ()) -> Knowledge:
    """Return a table as it is after reading."""
    return Knowledge.model_validate(entries(rows, conflicts))


def write(folder: Path, table: Entries) -> Path:
    """Write a table as the files that `bot.knowledge.read` expects; return their folder."""
    (folder / "rows").mkdir(parents=True, exist_ok=True)
    for name in table.keys() - {"rows", "conflicts"}:
        write_yaml(folder / f"{name}.yml", {"entries": table[name]})
    write_yaml(folder / "conflicts" / "kites.yml", {"entries": table["conflicts"]})
    for topic in {entry["topic"] for entry in table["rows"]}:
        mine = [entry for entry in table["rows"] if entry["topic"] == topic]
        write_yaml(folder / "rows" / f"{topic}.yml", {"topic": topic, "entries": mine})
    return folder


def write_yaml(path: Path, content: Any) -> None:
    """Write a YAML file; JSON is YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
