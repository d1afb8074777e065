"""From messages to figures: what counts, medians over rounds, ratios and targets."""

import pytest
from made_up_result import MEGABYTE, footprint, load, result

from bot.bench.figures import (
    WARM_SECONDS,
    NothingMeasured,
    Record,
    failures_of,
    figures_of,
    middle,
    percentile,
    targets_of,
)
from bot.bench.shapes import Cost

BEFORE = Record(100.0, 100.0 + WARM_SECONDS / 2, None)


def within(seconds: float, took: float, why: str | None = None) -> Record:
    """Return a message that ended so long after the first seconds, which do not count."""
    ended = BEFORE.began + WARM_SECONDS + seconds
    return Record(ended - took, ended, why)


def test_what_ended_in_the_first_seconds_does_not_count() -> None:
    assert figures_of([BEFORE, within(1, 0.5)], 4).answered == 1


def test_what_ended_after_the_time_does_not_count() -> None:
    assert figures_of([BEFORE, within(1, 0.5), within(4, 0.5)], 4).answered == 1


def test_throughput_is_answers_a_second() -> None:
    assert figures_of([BEFORE, *(within(one, 0.5) for one in (0, 1, 2))], 4).throughput == 0.75


def test_message_without_an_answer_is_counted_apart() -> None:
    found = figures_of([BEFORE, within(1, 0.5), within(2, 0.001, "status 503"), within(3, 0.001, "status 503")], 4)
    assert (found.answered, found.p50, found.failures) == (1, pytest.approx(0.5), {"status 503": 2})


@pytest.mark.parametrize("records", [[], [BEFORE], [BEFORE, within(1, 0.5, "no reply")]])
def test_nothing_answered_is_an_error(records: list[Record]) -> None:
    with pytest.raises(NothingMeasured):
        figures_of(records, 4)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentile_is_a_time_that_was_measured(share: float, expected: int) -> None:
    assert percentile(range(1, 101), share) == expected


def test_percentile_of_one_time_is_that_time() -> None:
    assert percentile([0.3], 0.99) == 0.3


def test_middle_is_the_median_over_rounds() -> None:
    loads = [load("door", 8, number, throughput=speed) for number, speed in enumerate((10.0, 90.0, 30.0))]
    assert middle(loads, "door", 8, lambda one: one.throughput) == 30


def test_middle_of_a_load_that_was_not_sent_is_null() -> None:
    assert middle([load("door", 8)], "door", 1, lambda one: one.throughput) is None


def test_failures_of_all_rounds_are_added_up() -> None:
    loads = [load("door", 8, number, failures={"status 503": 2}) for number in range(3)]
    assert failures_of([*loads, load("door", 1, failures={"no reply": 1})], "door", 8) == {"status 503": 6}


def found() -> dict[str, tuple[str, bool]]:
    return {target.what: (target.found, target.is_met) for target in targets_of(result())}


def test_targets_are_judged() -> None:
    assert found() == {
        "throughput at 1 client": ("5.0 times", True),
        "throughput at 8 clients": ("5.0 times", True),
        "throughput at 32 clients": ("5.0 times", True),
        "p95 at 8 clients": ("1/5.0", True),
        "training": ("10.0 times less processor time, 10.0 times less by the clock", True),
        "model": ("20.0 times", True),
        "memory": ("1.00 times", True),
    }


def test_missed_targets_are_told() -> None:
    slow = tuple(load(side, 8, throughput=10.0, p95=1.0) for side in ("stock", "door"))
    worse = footprint(
        training=Cost(wall=1000, processor=1500), model_bytes=300 * MEGABYTE, memory_bytes=2000 * MEGABYTE
    )
    targets = targets_of(result(loads=slow, systems={"stock": footprint(), "ours": worse}))
    assert [(target.what, target.is_met) for target in targets] == [
        ("throughput at 8 clients", False),
        ("p95 at 8 clients", False),
        ("training", False),
        ("model", False),
        ("memory", False),
    ]


def test_ratio_is_taken_within_each_round() -> None:
    loads = [
        load(side, 8, number, throughput=speed)
        for number, (stock, door) in enumerate([(10.0, 40.0), (1.0, 4.0), (100.0, 400.0)])
        for side, speed in (("stock", stock), ("door", door))
    ]
    assert targets_of(result(loads=tuple(loads)))[0].found == "4.0 times"


def test_training_that_was_not_measured_is_not_judged() -> None:
    systems = {"stock": footprint(), "ours": footprint(training=None)}
    assert "training" not in [target.what for target in targets_of(result(systems=systems))]
