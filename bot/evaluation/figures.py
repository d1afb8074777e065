"""Count what was measured: the figures, accuracy per topic, which topic was taken for which, and the worst errors.

Every figure is a number here; how it is written stands in `bot.evaluation.show`.
"""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.evaluation.dates import MeasuredDates
from bot.evaluation.measure import Measured
from bot.evaluation.signs import MeasuredSign
from bot.question import Topic

Unit = Literal["share", "count", "milliseconds"]
Better = Literal["higher", "lower", "neither"]
Pair = tuple[str, str]
Answered = Measured | MeasuredSign | MeasuredDates

ASKED_BACK, REJECTED, CALLED_URGENT, LEFT_OUT = "asked back", "rejected", "called urgent", "left out"
NOT_ASKED, OUT_OF_SCOPE, URGENT = "nothing more asked", "out of scope", "urgent"


@dataclass(frozen=True)
class Figure:
    """One number; `of` is how many cases a share is of, 0 for what is no share."""

    value: float
    of: int = 0
    unit: Unit = "share"
    better: Better = "neither"


@dataclass(frozen=True)
class TopicScore:
    """How many things were asked of a topic, had a reply under a right topic, and were told of under one."""

    asked: int
    replied: int
    told: int

    @property
    def accuracy(self) -> float:
        """The share that had a reply under a right topic."""
        return self.replied / self.asked


@dataclass(frozen=True)
class Wrong:
    """One message that went wrong, and in which way."""

    what: str
    one: Answered


def figures(measured: Sequence[Measured]) -> dict[str, Figure]:
    """Return the figures by name; one that there is no case of is left out."""
    inside = [one for one in measured if one.scope == "in"]
    outside = [one for one in measured if one.scope == "out"]
    urgent = [one for one in measured if one.scope == "urgent"]
    several = [one for one in inside if len(one.topics) > 1]
    may_be_urgent = [one for one in measured if one.scope != "urgent" and one.accept_urgent]
    never_urgent = [one for one in measured if one.scope != "urgent" and not one.accept_urgent]
    shares: dict[str, tuple[list[bool], Better]] = {
        "in scope: a reply under a right topic": ([one.is_under_right_topic for one in inside], "higher"),
        "in scope: told under a right topic": ([one.is_told_right for one in inside], "higher"),
        "in scope: told under a wrong topic": ([one.is_told_wrong for one in inside], "lower"),
        "in scope: asked back": ([one.is_asked_back for one in inside], "neither"),
        "in scope: did you mean": ([bool(one.offered) for one in inside], "neither"),
        "did you mean: a right topic on a button": ([_offers_right(one) for one in inside if one.offered], "higher"),
        "in scope: rejected": ([one.is_rejected for one in inside], "lower"),
        "in scope: each thing asked has its reply": ([one.is_all_right for one in inside], "higher"),
        "in scope: things asked that have their reply": (_asked_things(inside), "higher"),
        "several asked: things asked that have their reply": (_asked_things(several), "higher"),
        "several asked: each thing asked has its reply": ([one.is_all_right for one in several], "higher"),
        "out of scope: rejected": ([one.is_rejected or one.is_right_alarm for one in outside], "higher"),
        "out of scope: told under a topic": ([bool(one.told) for one in outside], "lower"),
        "out of scope: asked back": ([one.is_asked_back for one in outside], "lower"),
        "urgent: called urgent": ([one.is_urgent for one in urgent], "higher"),
        "may be urgent: called urgent": ([one.is_urgent for one in may_be_urgent], "neither"),
        "not urgent: called urgent": ([one.is_urgent for one in never_urgent], "lower"),
    }
    return shares_of(shares) | kinds_and_times(measured)


def shares_of(hits: Mapping[str, tuple[Sequence[bool], Better]]) -> dict[str, Figure]:
    """Return the share of hits by name; one that there is no case of is left out."""
    return {
        name: Figure(sum(some) / len(some), len(some), better=better) for name, (some, better) in hits.items() if some
    }


def counts_of(prefix: str, found: Iterable[str]) -> dict[str, Figure]:
    """Return how often each name was found, the most frequent first."""
    return {f"{prefix} {name}": Figure(float(times), unit="count") for name, times in Counter(found).most_common()}


def kinds_and_times(measured: Sequence[Answered]) -> dict[str, Figure]:
    """Return how many replies there are of each kind, and how long messages took."""
    kinds = counts_of("replies of kind", (str(reply["kind"]) for one in measured for reply in one.replies))
    return kinds | times("time a message takes", [one.seconds for one in measured])


def times(name: str, seconds: Iterable[float]) -> dict[str, Figure]:
    """Return the median and the 95th percentile of times."""
    taken = sorted(one * 1000 for one in seconds)
    return {
        f"{name}: p50": Figure(statistics.median(taken), unit="milliseconds"),
        f"{name}: p95": Figure(taken[int(len(taken) * 0.95)], unit="milliseconds"),
    }


def topic_scores(measured: Iterable[Measured]) -> dict[Topic, TopicScore]:
    """Return how each topic did, the worst first; a thing asked counts for the first topic that it lists."""
    asked, replied, told = Counter[Topic](), Counter[Topic](), Counter[Topic]()
    for one in measured:
        for topics in one.topics:
            asked[topics[0]] += 1
            replied[topics[0]] += one.has_reply(topics)
            told[topics[0]] += one.has_telling_reply(topics)
    scores = {topic: TopicScore(asked[topic], replied[topic], told[topic]) for topic in asked}
    return dict(sorted(scores.items(), key=lambda item: (item[1].accuracy, -item[1].asked, item[0])))


def confusions(measured: Iterable[Measured]) -> Counter[Pair]:
    """Return how often each right topic met each outcome: a topic, or one of the words above."""
    return Counter(pair for one in measured for pair in _outcomes(one))


def most_confused(counted: Counter[Pair], most: int) -> list[tuple[Pair, int]]:
    """Return the most frequent pairs of a right topic and a wrong one that a reply stood under."""
    no_topic = {ASKED_BACK, REJECTED, CALLED_URGENT, LEFT_OUT}
    wrong = [(pair, count) for pair, count in counted.items() if pair[0] != pair[1] and pair[1] not in no_topic]
    return sorted(wrong, key=lambda item: (-item[1], item[0]))[:most]


def worst_errors(measured: Iterable[Measured]) -> list[Wrong]:
    """Return every message that was told something wrong, the gravest kind first."""
    kinds: dict[str, list[Measured]] = {
        "urgent, and not called so": [],
        "told under a wrong topic, nothing right": [],
        "told, though out of scope": [],
        "called urgent, though it is not": [],
        "told under a wrong topic besides a right one": [],
    }
    missed, wrong, outside, alarm, besides = kinds.values()
    for one in measured:
        if one.scope == "urgent" and not one.is_urgent:
            missed.append(one)
        elif one.scope == "in" and one.is_told_wrong:
            (besides if one.is_under_right_topic else wrong).append(one)
        elif one.scope == "out" and one.told:
            outside.append(one)
        elif one.is_false_alarm:
            alarm.append(one)
    return [Wrong(what, one) for what, found in kinds.items() for one in found]


def _outcomes(one: Measured) -> list[Pair]:
    """Return what each thing asked met; a wrong reply goes to the first thing asked that has no right one."""
    wrong = [topic for topic in one.settled if topic not in one.right]
    pairs = []
    for asked in one.topics:
        if set(asked).intersection(one.settled):
            pairs.append((asked[0], asked[0]))
        else:
            pairs.append((asked[0], wrong.pop(0) if wrong else _instead(one)))
    label = NOT_ASKED if one.topics else URGENT if one.scope == "urgent" else OUT_OF_SCOPE
    pairs += [(label, topic) for topic in wrong]
    return pairs or [(label, _instead(one))]


def _instead(one: Measured) -> str:
    if one.is_urgent:
        return CALLED_URGENT
    if one.offered:
        return ASKED_BACK
    return REJECTED if one.is_rejected else LEFT_OUT


def _offers_right(one: Measured) -> bool:
    return bool(one.offered & one.right)


def _asked_things(measured: Iterable[Measured]) -> list[bool]:
    return [one.has_reply(asked) for one in measured for asked in one.topics]
