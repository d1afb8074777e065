"""How long the check for warning signs takes: over messages, and over texts that are made to take long."""

import time
from collections.abc import Callable, Iterable

from bot.evaluation.figures import Figure, times

HOSTILE_CHARACTERS = 100_000
HOSTILE: dict[str, str] = {
    "digits": "38.5 12/04 ",
    "one long word": "x",
    "brackets": "([{",
    "emoji": "\U0001f525\U0001f469\U0001f3fd\u200d\U0001f692",
    "newlines": "\n",
    "a": "a ",
}


def check_cost(check: Callable[[str], object], texts: Iterable[str], words: Iterable[str]) -> dict[str, Figure]:
    """Return the figures of a check's time; `words` are those that it looks for, which a hostile text repeats."""
    taken = [seconds(check, text) for text in texts]
    worst = max(seconds(check, text) for text in hostile_texts(words).values())
    return times("check", taken) | {
        "check, 100 kB hostile: worst": Figure(worst * 1000, unit="milliseconds", better="lower")
    }


def hostile_texts(words: Iterable[str]) -> dict[str, str]:
    """Return texts of 100 kB that are made to take long, by what they repeat."""
    repeated = {"words of the list": " ".join(words) + " "} | HOSTILE
    return {
        name: (part * (HOSTILE_CHARACTERS // len(part) + 1))[:HOSTILE_CHARACTERS] for name, part in repeated.items()
    }


def seconds(check: Callable[[str], object], text: str) -> float:
    """Return how long a check of a text takes."""
    started = time.perf_counter()
    check(text)
    return time.perf_counter() - started
