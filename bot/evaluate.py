"""Measure understanding through the chat API on labelled messages: `make evaluate FILE=questions.jsonl`.

A line of the file holds `text`, `scope` (in, out, urgent), `procedure` and `topics`: one inner list for each thing
asked, naming every topic that would be a right place for it. Each message is a conversation of its own with the
really started assistant, or with a running one. Figures are printed and, with each message's replies, written to
`results/`.
"""

import json
import logging
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.files import ROOT
from bot.serve import Stack, free_port, trained_model

TELLS = ("answer", "not_covered", "dates")
MOST_ERRORS_SHOWN = 15
TOO_MANY = 429


@dataclass(frozen=True)
class Measured:
    """One message, what it asks and what came back."""

    id: str
    text: str
    scope: str
    topics: list[list[str]]
    replies: list[dict[str, Any]]
    seconds: float

    @property
    def right(self) -> set[str]:
        """Every topic that is a right place for something asked."""
        return {topic for asked in self.topics for topic in asked}

    @property
    def is_under_right_topic(self) -> bool:
        """Whether some reply stands under a right topic, be it an answer or a question back."""
        return any(reply["topic"] in self.right for reply in self.replies)

    @property
    def is_told_right(self) -> bool:
        """Whether some reply tells, under a right topic: an answer, or that it is not covered."""
        return any(reply["topic"] in self.right and reply["kind"] in TELLS for reply in self.replies)

    @property
    def is_told_wrong(self) -> bool:
        """Whether some reply tells under a wrong topic."""
        return any(reply["topic"] not in {*self.right, None} and reply["kind"] in TELLS for reply in self.replies)

    @property
    def is_asked_back(self) -> bool:
        """Whether the reply asks which topic is meant, or for another detail."""
        return any(reply["kind"] == "ask" for reply in self.replies)

    @property
    def is_all_right(self) -> bool:
        """Whether each thing asked has a reply under a right topic."""
        found = {reply["topic"] for reply in self.replies}
        return all(found & set(asked) for asked in self.topics)

    @property
    def is_rejected(self) -> bool:
        """Whether nothing was told or asked under any topic."""
        return all(reply["topic"] is None for reply in self.replies)


def main() -> int:
    """Measure a file; return 0, or 2 when it cannot be read."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if len(sys.argv) not in (2, 3) or not Path(sys.argv[1]).is_file():
        sys.stderr.write("usage: python -m bot.evaluate FILE.jsonl [ADDRESS OF A RUNNING ASSISTANT]\n")
        return 2
    path = Path(sys.argv[1])
    with address(*sys.argv[2:]) as url:
        measured = measure(url, path)
    report = figures(measured)
    for name, value in report.items():
        sys.stdout.write(f"{name:52s} {value}\n")
    for one in [one for one in measured if one.scope == "in" and one.is_told_wrong][:MOST_ERRORS_SHOWN]:
        told = ", ".join(str(reply["topic"]) for reply in one.replies)
        sys.stdout.write(f"  told {told}, right {one.topics}: {one.text[:110]}\n")
    target = ROOT / "results" / f"evaluate-{path.stem}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"figures": report, "messages": [asdict(one) for one in measured]}, indent=1))
    sys.stdout.write(f"written to {target.relative_to(ROOT)}\n")
    return 0


@contextmanager
def address(running: str | None = None) -> Iterator[str]:
    """Yield the address of the assistant to measure: the running one, or a stack started for the purpose."""
    if running:
        yield running
        return
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), free_port(), trained_model(), {"BOT_RATE_LIMIT": "off"})
        with stack.running():
            yield stack.url


def measure(url: str, path: Path) -> list[Measured]:
    """Send each message of a file in a conversation of its own and return what came back."""
    measured = []
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        for line in path.read_text(encoding="utf-8").splitlines():
            message = json.loads(line)
            started = time.perf_counter()
            response = client.post("/api/chat", json={"message": message["text"], "session": None})
            while response.status_code == TOO_MANY:
                time.sleep(int(response.headers["Retry-After"]))
                started = time.perf_counter()
                response = client.post("/api/chat", json={"message": message["text"], "session": None})
            seconds = time.perf_counter() - started
            response.raise_for_status()
            measured.append(
                Measured(
                    id=message["id"],
                    text=message["text"],
                    scope=message.get("scope", "in"),
                    topics=message.get("topics", []),
                    replies=response.json()["replies"],
                    seconds=seconds,
                )
            )
    return measured


def figures(measured: list[Measured]) -> dict[str, str]:
    """Return the figures, by name."""
    inside = [one for one in measured if one.scope == "in"]
    outside = [one for one in measured if one.scope == "out"]
    times = sorted(one.seconds * 1000 for one in measured)
    kinds = Counter(reply["kind"] for one in measured for reply in one.replies)
    return {
        "in scope: a reply under a right topic": share([one.is_under_right_topic for one in inside]),
        "in scope: told under a right topic": share([one.is_told_right for one in inside]),
        "in scope: told under a wrong topic": share([one.is_told_wrong for one in inside]),
        "in scope: asked back": share([one.is_asked_back for one in inside]),
        "in scope: each thing asked has its reply": share([one.is_all_right for one in inside]),
        "in scope: rejected": share([one.is_rejected for one in inside]),
        "out of scope: rejected": share([one.is_rejected for one in outside]),
        "replies by kind": ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()),
        "milliseconds a message: p50, p95": f"{statistics.median(times):.0f}, {times[int(len(times) * 0.95)]:.0f}",
    }


def share(hits: list[bool]) -> str:
    """Return how many hits there are, as a share and as counts."""
    return f"{sum(hits) / len(hits):.1%} ({sum(hits)} of {len(hits)})" if hits else "none"


if __name__ == "__main__":
    sys.exit(main())
