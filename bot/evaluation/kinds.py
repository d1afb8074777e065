"""The kinds of labelled files: what a line holds, what is measured of it, and how it is counted."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from bot.evaluation.check_cost import check_cost
from bot.evaluation.date_figures import date_figures, wrong_dates
from bot.evaluation.dates import DatesMessage, MeasuredDates
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
from bot.evaluation.measure import Measured
from bot.evaluation.messages import Labelled, Message, read_lines
from bot.evaluation.sign_figures import sign_figures, wrong_signs
from bot.evaluation.signs import MeasuredSign, SignMessage
from bot.question import Topic
from bot.safety.find import build_sign_finder
from bot.safety.signs import read_signs


@dataclass(frozen=True)
class Counted:
    """Everything that is counted; only messages about topics have topics and confusions."""

    figures: dict[str, Figure]
    errors: list[Wrong]
    topics: dict[Topic, TopicScore] = field(default_factory=dict)
    confusions: Counter[Pair] = field(default_factory=Counter)


@dataclass(frozen=True)
class Kind:
    """A kind of labelled file. `label` goes into the names of its results."""

    label: str
    shape: type[Labelled]
    measured: Callable[..., Any]
    count: Callable[[Sequence[Any]], Counted]


def read_labelled(path: Path) -> tuple[Kind, list[Labelled]]:
    """Return the lines of a file and their kind, which is told by their keys.

    Raises:
        BadLines: the file cannot be read, holds no line, or has lines that are not as expected.
    """
    lines = read_lines(path, [kind.shape for kind in KINDS])
    return next(kind for kind in KINDS if isinstance(lines[0], kind.shape)), lines


def count_topics(measured: Sequence[Measured]) -> Counted:
    """Return what counts of messages about topics."""
    return Counted(figures(measured), worst_errors(measured), topic_scores(measured), confusions(measured))


def count_signs(measured: Sequence[MeasuredSign]) -> Counted:
    """Return what counts of a set of warning signs, with the time that the check for them takes."""
    signs = read_signs()
    words = chain.from_iterable(group.words for group in signs.words)
    cost = check_cost(build_sign_finder(signs).find, [one.text for one in measured], words)
    return Counted(sign_figures(measured) | cost, wrong_signs(measured))


def count_dates(measured: Sequence[MeasuredDates]) -> Counted:
    """Return what counts of a set of dates."""
    return Counted(date_figures(measured), wrong_dates(measured))


TOPICS = Kind("", Message, Measured, count_topics)
KINDS = (
    TOPICS,
    Kind("warning-signs", SignMessage, MeasuredSign, count_signs),
    Kind("dates", DatesMessage, MeasuredDates, count_dates),
)
