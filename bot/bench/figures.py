"""From what was measured to what is reported: one load's figures, medians over rounds, ratios, targets. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from bot.bench.shapes import Load, Result, Side

WARM_SECONDS = 3.0
CLIENTS = (1, 8, 32)


class NothingMeasured(Exception):
    """A load without any answer; the message says what came instead."""


class Record(NamedTuple):
    """One message. Units: seconds of one clock. `why` tells why its response was no answer."""

    began: float
    ended: float
    why: str | None


class Figures(NamedTuple):
    """What records say. Units: answers a second, seconds."""

    throughput: float
    p50: float
    p95: float
    p99: float
    answered: int
    failures: dict[str, int]


@dataclass(frozen=True)
class Target:
    """One thing that was aimed at, and what it came to."""

    what: str
    wanted: str
    found: str
    is_met: bool


def figures_of(records: Sequence[Record], seconds: float) -> Figures:
    """Return the figures of the messages that ended within so many seconds, the first few seconds left out.

    Only answers count for the throughput and the times; what failed is counted apart.

    Raises:
        NothingMeasured: no message was answered in that time.
    """
    start = min((one.began for one in records), default=0.0) + WARM_SECONDS
    within = [one for one in records if start <= one.ended < start + seconds]
    times = sorted(one.ended - one.began for one in within if one.why is None)
    failures = dict(Counter(one.why for one in within if one.why is not None))
    if not times:
        raise NothingMeasured(f"no answer within {seconds:.0f} s; failures: {failures or 'none'}")
    p50, p95, p99 = (percentile(times, share) for share in (0.5, 0.95, 0.99))
    return Figures(len(times) / seconds, p50, p95, p99, len(times), failures)


def percentile(times: Sequence[float], share: float) -> float:
    """Return the time that a share of sorted times does not exceed (nearest rank)."""
    return times[max(0, -int(-share * len(times) // 1) - 1)]


def middle(loads: Sequence[Load], side: Side, clients: int, figure: Callable[[Load], float]) -> float | None:
    """Return the median over rounds of one figure; null where that load was not sent."""
    found = [figure(one) for one in loads if one.side == side and one.clients == clients]
    return median(found) if found else None


def failures_of(loads: Sequence[Load], side: Side, clients: int) -> Counter[str]:
    """Return what failed in all rounds, by reason."""
    total: Counter[str] = Counter()
    for one in loads:
        if one.side == side and one.clients == clients:
            total.update(one.failures)
    return total


def targets_of(result: Result) -> list[Target]:
    """Return what was aimed at, for messages that are read for the first time, and what it came to."""
    stock, ours = result.systems["stock"], result.systems["ours"]
    found = [_times(result, clients) for clients in CLIENTS]
    p95 = _ratio(result, "door", "stock", 8, lambda one: one.p95)
    targets = [target for target in found if target]
    if p95 is not None:
        targets.append(Target("p95 at 8 clients", "at most 1/4", f"1/{1 / p95:.1f}", p95 <= 0.25))
    if stock.training and ours.training:
        faster = stock.training.processor / ours.training.processor
        by_clock = stock.training.wall / ours.training.wall
        said = f"{faster:.1f} times less processor time, {by_clock:.1f} times less by the clock"
        targets.append(Target("training", "at least 10 times faster", said, min(faster, by_clock) >= 10))
    smaller = stock.model_bytes / ours.model_bytes
    targets.append(Target("model", "at least 20 times smaller", f"{smaller:.1f} times", smaller >= 20))
    more = ours.memory_bytes / stock.memory_bytes
    targets.append(Target("memory", "not above", f"{more:.2f} times", more <= 1))
    return targets


def _times(result: Result, clients: int) -> Target | None:
    times = _ratio(result, "door", "stock", clients, lambda one: one.throughput)
    if times is None:
        return None
    what = f"throughput at {clients} client{'s' if clients > 1 else ''}"
    return Target(what, "at least 4 times", f"{times:.1f} times", times >= 4)


def _ratio(result: Result, side: Side, other: Side, clients: int, figure: Callable[[Load], float]) -> float | None:
    """Return the median over rounds of one side's figure divided by the other's in the same round."""
    below = {one.round: figure(one) for one in result.loads if one.side == other and one.clients == clients}
    ratios = [
        figure(one) / below[one.round]
        for one in result.loads
        if one.side == side and one.clients == clients and one.round in below
    ]
    return median(ratios) if ratios else None
