"""What one run found, and the run before it: all that is printed and reported."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.figures import Figure, Pair, TopicScore, Wrong
from bot.evaluation.history import Run, changes, last_run, new_run
from bot.evaluation.kinds import TOPICS, Kind
from bot.question import Topic


@dataclass(frozen=True)
class Result:
    """One run with everything counted, and the last run of the same file content when there is one."""

    kind: Kind
    run: Run
    before: Run | None
    figures: dict[str, Figure]
    topics: dict[Topic, TopicScore]
    confusions: Counter[Pair]
    errors: list[Wrong]

    @property
    def stem(self) -> str:
        """The name of the measured file without its ending, with its kind where it is not about topics."""
        return "-".join(filter(None, (Path(self.run.file).stem, self.kind.label)))

    @property
    def is_about_topics(self) -> bool:
        """Whether topics were measured, which alone are confused with each other."""
        return self.kind is TOPICS

    @property
    def figure_changes(self) -> dict[str, float]:
        """By how much each figure has changed since the last run."""
        return changes(self.run.figures, self.before.figures) if self.before else {}

    @property
    def topic_changes(self) -> dict[Topic, float]:
        """By how much the accuracy of each topic has changed since the last run."""
        return changes(self.run.topics, self.before.topics) if self.before else {}


def count(path: Path, measured: Sequence[Any], model: str | None, history: Path, kind: Kind = TOPICS) -> Result:
    """Return the result of measuring a file of a kind, beside the last run that the history knows."""
    found = kind.count(measured)
    run = new_run(
        path,
        model,
        {name: figure.value for name, figure in found.figures.items()},
        {topic: score.accuracy for topic, score in found.topics.items()},
    )
    before = last_run(history, run.sha256)
    return Result(kind, run, before, found.figures, found.topics, found.confusions, found.errors)
