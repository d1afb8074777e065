"""Keep the figures of every run, one JSON object a line of `results/history.jsonl`, and find the last run of a file.

The same file is one with the same content, whatever it is called.
"""

import logging
import subprocess
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from bot.files import ROOT
from bot.question import Topic

UNKNOWN = "unknown"
log = logging.getLogger("evaluation")


class Run(BaseModel):
    """One run: of which file, when, on which commit and model, and what was measured."""

    model_config = ConfigDict(frozen=True)
    file: str
    sha256: str
    at: AwareDatetime
    commit: str
    model: str | None
    figures: dict[str, float]
    topics: dict[Topic, float]


def new_run(path: Path, model: str | None, figures: dict[str, float], topics: dict[Topic, float]) -> Run:
    """Return the run of a file that has just been measured."""
    return Run(
        file=path.name,
        sha256=sha256(path.read_bytes()).hexdigest(),
        at=datetime.now(UTC).replace(microsecond=0),
        commit=commit_of(ROOT),
        model=model,
        figures=figures,
        topics=topics,
    )


def last_run(history: Path, digest: str) -> Run | None:
    """Return the last run of a file's content, none when there is none; a line that is no run is passed over."""
    if not history.is_file():
        return None
    found = None
    for number, line in enumerate(history.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            run = Run.model_validate_json(line)
        except ValidationError:
            log.warning("%s: line %d is no run and is passed over", history, number)
            continue
        if run.sha256 == digest:
            found = run
    return found


def append_run(history: Path, run: Run) -> None:
    """Add a run at the end of the history."""
    history.parent.mkdir(parents=True, exist_ok=True)
    with history.open("a", encoding="utf-8") as file:
        file.write(run.model_dump_json() + "\n")


def changes(now: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """Return by how much each number that both runs have has changed."""
    return {name: value - before[name] for name, value in now.items() if name in before}


def commit_of(folder: Path) -> str:
    """Return the commit that a folder stands at, with "-dirty" when files differ from it, or "unknown"."""
    command = ["git", "--no-optional-locks", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return finished.stdout.strip() or UNKNOWN
