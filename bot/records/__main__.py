"""What the clinic does with the records by hand: `python -m bot.records export|forget NUMBER`, `... retention`.

NUMBER is the one that a patient is told when she asks what is known about her.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence

from bot.database import open_engine
from bot.records.conversations import Conversations
from bot.records.retention import Retention
from bot.settings import read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; return 1 where there is no such conversation."""
    parser = argparse.ArgumentParser(prog="python -m bot.records", description=__doc__)
    parser.add_argument("what", choices=("export", "forget", "retention"))
    parser.add_argument("number", nargs="?", help="the conversation's number; not for retention")
    asked = parser.parse_args(arguments)
    if (asked.what == "retention") != (asked.number is None):
        parser.error("a number belongs to export and forget alone")
    settings = read_settings()
    conversations = Conversations(open_engine(settings.records_url))
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if asked.what == "retention":
        Retention(conversations, settings.retention_days).run_once()
        return 0
    found = conversations.export(asked.number)
    if not found:
        sys.stderr.write("There is no conversation with this number.\n")
        return 1
    if asked.what == "export":
        sys.stdout.write(json.dumps({"number": asked.number, "events": found}, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(f"{conversations.forget(asked.number)} events deleted.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
