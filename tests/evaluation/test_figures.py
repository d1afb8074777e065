"""What was measured is counted right."""

from collections import Counter

import pytest
from hand_made import ALARM, ANSWER, REJECTS, measured, reply

from bot.evaluation.figures import (
    Figure,
    TopicScore,
    confusions,
    figures,
    most_confused,
    topic_scores,
    worst_errors,
)
from bot.evaluation.measure import Measured

KITES, LANTERNS = [["kites"]], [["lanterns", "kites"]]
BOTH = [["kites"], ["lanterns"]]
ON_LANTERNS = reply("answer", "lanterns")
OFFERS = reply("ask", "lanterns", ["lanterns", "kites"])
OFFERS_OTHERS = reply("ask", "lamps", ["lamps"])

MESSAGES = [
    measured(KITES, ANSWER, id="right", seconds=0.01),
    measured(KITES, ON_LANTERNS, id="wrong", seconds=0.02),
    measured(LANTERNS, ANSWER, id="right second", seconds=0.03),
    measured(BOTH, ANSWER, ON_LANTERNS, id="both", seconds=0.04),
    measured(BOTH, ON_LANTERNS, reply("answer", "lamps"), id="one of two", seconds=0.05),
    measured(KITES, OFFERS, id="offers", seconds=0.06),
    measured(KITES, OFFERS_OTHERS, id="offers others", seconds=0.07),
    measured(KITES, REJECTS, id="rejected", seconds=0.08),
    measured([], REJECTS, id="out", seconds=0.09),
    measured([], ANSWER, id="out told", seconds=0.10),
    measured([], ALARM, id="out accepted", seconds=0.11, accept_urgent=True),
    measured([], ALARM, id="out alarm", seconds=0.12),
    measured([], ALARM, id="urgent", seconds=0.13, scope="urgent"),
    measured([], ANSWER, id="missed", seconds=0.14, scope="urgent"),
]


@pytest.mark.parametrize(
    ("name", "hits", "of"),
    [
        ("in scope: a reply under a right topic", 4, 8),
        ("in scope: told under a right topic", 4, 8),
        ("in scope: told under a wrong topic", 2, 8),
        ("in scope: asked back", 2, 8),
        ("in scope: did you mean", 2, 8),
        ("did you mean: a right topic on a button", 1, 2),
        ("in scope: rejected", 1, 8),
        ("in scope: each thing asked has its reply", 3, 8),
        ("in scope: things asked that have their reply", 5, 10),
        ("several asked: things asked that have their reply", 3, 4),
        ("several asked: each thing asked has its reply", 1, 2),
        ("out of scope: rejected", 2, 4),
        ("out of scope: told under a topic", 1, 4),
        ("out of scope: asked back", 0, 4),
        ("urgent: called urgent", 1, 2),
        ("may be urgent: called urgent", 1, 1),
        ("not urgent: called urgent", 1, 11),
    ],
)
def test_share_counts_its_cases(name: str, hits: int, of: int) -> None:
    found = figures(MESSAGES)[name]
    assert (found.value, found.of, found.unit) == (hits / of, of, "share")


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("replies of kind answer", Figure(9, unit="count")),
        ("replies of kind urgent", Figure(3, unit="count")),
        ("time a message takes: p50", Figure(75, unit="milliseconds")),
        ("time a message takes: p95", Figure(140, unit="milliseconds")),
    ],
)
def test_number_that_is_no_share_has_its_unit(name: str, figure: Figure) -> None:
    found = figures(MESSAGES)[name]
    assert (found.value, found.of, found.unit) == (pytest.approx(figure.value), figure.of, figure.unit)


def test_figure_without_a_case_is_left_out() -> None:
    assert not [name for name in figures([measured(KITES, ANSWER)]) if name.startswith(("out", "urgent", "several"))]


def test_topic_scores_count_the_first_listed_topic_worst_first() -> None:
    asks = reply("ask", "lanterns")
    found = topic_scores(
        [measured(KITES, ANSWER), measured(KITES, ANSWER), measured(LANTERNS, asks), measured(BOTH, ANSWER)]
    )
    assert [*found.items()] == [("lanterns", TopicScore(2, 1, 0)), ("kites", TopicScore(3, 3, 3))]


@pytest.mark.parametrize(
    ("one", "pairs"),
    [
        (measured(KITES, ANSWER), [("kites", "kites")]),
        (measured(LANTERNS, ANSWER), [("lanterns", "lanterns")]),
        (measured(KITES, ON_LANTERNS), [("kites", "lanterns")]),
        (measured(KITES, reply("ask", "lanterns")), [("kites", "lanterns")]),
        (measured(KITES, OFFERS), [("kites", "asked back")]),
        (measured(KITES, REJECTS), [("kites", "rejected")]),
        (measured(KITES, ALARM), [("kites", "called urgent")]),
        (measured(KITES, ANSWER, ON_LANTERNS), [("kites", "kites"), ("nothing more asked", "lanterns")]),
        (measured(BOTH, ON_LANTERNS), [("kites", "left out"), ("lanterns", "lanterns")]),
        (measured(BOTH, ON_LANTERNS, reply("answer", "lamps")), [("kites", "lamps"), ("lanterns", "lanterns")]),
        (measured([], REJECTS), [("out of scope", "rejected")]),
        (measured([], ANSWER), [("out of scope", "kites")]),
        (measured([], ALARM, scope="urgent"), [("urgent", "called urgent")]),
    ],
)
def test_each_thing_asked_meets_one_outcome(one: Measured, pairs: list[tuple[str, str]]) -> None:
    assert confusions([one]) == Counter(pairs)


def test_most_confused_are_wrong_topics_the_most_frequent_first() -> None:
    counted = Counter(
        {("kites", "kites"): 9, ("kites", "rejected"): 8, ("b", "kites"): 2, ("a", "kites"): 2, ("kites", "a"): 3}
    )
    assert most_confused(counted, 2) == [(("kites", "a"), 3), (("a", "kites"), 2)]


def test_worst_errors_stand_in_the_order_of_their_gravity() -> None:
    besides = measured(KITES, ANSWER, ON_LANTERNS, id="besides")
    assert [(wrong.what, wrong.one.id) for wrong in worst_errors([besides, *MESSAGES])] == [
        ("urgent, and not called so", "missed"),
        ("told under a wrong topic, nothing right", "wrong"),
        ("told, though out of scope", "out told"),
        ("called urgent, though it is not", "out alarm"),
        ("told under a wrong topic besides a right one", "besides"),
        ("told under a wrong topic besides a right one", "one of two"),
    ]
