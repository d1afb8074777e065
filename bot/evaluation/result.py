"""What one run found, and the run before it: all that is printed and reported."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation.figures import (
    Figure,
    Pair,
    TopicScore,
    Wrong,
    confusions,
    figures,
    topic_scores,
    worst_errors,
)
from bot.evaluation.history import Run, changes, last_run, new_run
from bot.evaluation.measure import Measured
from bot.question import Topic


@dataclass(frozen=True)
class Result:
    """One run with everything counted, and the last run of the same file content when there is one."""

    run: Run
    before: Run | None
    figures: dict[str, Figure]
    topics: dict[Topic, TopicScore]
    confusions: Counter[Pair]
    errors: list[Wrong]

    @property
    def stem(self) -> str:
        """The name of the measured file without its ending."""
        return Path(self.run.file).stem

    @property
    def figure_changes(self) -> dict[str, float]:
        """By how much each figure has changed since the last run."""
        return changes(self.run.figures, self.before.figures) if self.before else {}

    @property
    def topic_changes(self) -> dict[Topic, float]:
        """By how much the accuracy of each topic has changed since the last run."""
        return changes(self.run.topics, self.before.topics) if self.before else {}


def count(path: Path, measured: Sequence[Measured], model: str | None, history: Path) -> Result:
    """Return the result of measuring a file, beside the last run that the history knows."""
    found, topics = figures(measured), topic_scores(measured)
    run = new_run(
        path,
        model,
        {name: figure.value for name, figure in found.items()},
        {topic: score.accuracy for topic, score in topics.items()},
    )
    before = last_run(history, run.sha256)
    return Result(run, before, found, topics, confusions(measured), worst_errors(measured))
