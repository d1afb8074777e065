"""The action server of the stock project; runs in its environment, so that nothing of ours is imported here.

Each action of the domain looks the topic of the latest intent up in the knowledge table and says the first row.
"""

import json
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import create_engine, text

PROJECT = json.loads(Path(__file__).with_name("table.json").read_text(encoding="utf-8"))
ENGINE = create_engine(f"sqlite:///{PROJECT['database']}", connect_args={"check_same_thread": False})
ROW = text(
    "SELECT knowledge_row.short, source.title FROM knowledge_row"
    " JOIN row_source ON row_source.row_id = knowledge_row.id JOIN source ON source.id = row_source.source_id"
    " WHERE knowledge_row.topic = :topic AND knowledge_row.audience = 'patient' ORDER BY knowledge_row.place LIMIT 1"
)


class LookUp:
    """Says the row of the intent's topic. No action by itself: Rasa would look for its name."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Look the topic up and say it with its source."""
        intent = tracker.latest_message["intent"]["name"] or ""
        with ENGINE.connect() as connection:
            row = connection.execute(ROW, {"topic": intent[4:]}).first()
        dispatcher.utter_message(text=f"{row[0]}\nSource: {row[1]}" if row else "I do not know that.")
        return []


def _named(name: str) -> type[Action]:
    return type(name, (LookUp, Action), {"name": lambda _self: name})


for _name in PROJECT["actions"]:
    globals()[_name] = _named(_name)
