"""Messages in which each personal detail is marked, `{name|Priya Sharma}`, and whether a masked text still shows it."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MARK = re.compile(r"\{(name|phone|email|address|birth|number)\|([^{}]+)\}")
WORD = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Message:
    """A message, its details as kind and text, and the words that are no detail."""

    id: str
    half: str
    text: str
    details: tuple[tuple[str, str], ...]
    others: frozenset[str]


def read_messages(name: str) -> list[Message]:
    """Return the messages of a file beside this one."""
    return [_message(json.loads(line)) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def is_hidden(detail: str, masked: str, others: frozenset[str]) -> bool:
    """Tell whether no word of a detail is left: none of two letters or more, and no Chinese character."""
    left = set(WORD.findall(masked)) - others
    return not any(word in left for word in WORD.findall(detail) if len(word) > 1 or not word.isascii())


def tell(figure: str) -> None:
    """Write a figure; `pytest -s` or a failure shows it."""
    sys.stdout.write(f"{figure}\n")


def _message(line: dict[str, str]) -> Message:
    others = frozenset(WORD.findall(MARK.sub(" ", line["text"])))
    text = MARK.sub(lambda mark: mark[2], line["text"])
    return Message(line["id"], line["half"], text, tuple(MARK.findall(line["text"])), others)
