"""Leaving out parts of the pipeline: each is really left out and comes back, and what is said is counted right."""

import numpy as np
import pytest

from bot.evaluation.ablation import (
    NO_TOPIC,
    SHIPPED,
    WEIGHED,
    WEIGHTS,
    Figures,
    Labelled,
    Row,
    Said,
    figures,
    of_benchmark,
    of_our_own,
    said_of,
    table,
    without_model,
)
from bot.evaluation.benchmark import OUT_LABEL, Benchmark, Share
from bot.evaluation.benchmark import Row as Line
from bot.evaluation.messages import Message
from bot.understanding import classify
from bot.understanding.examples import OUT_OF_SCOPE, Example
from bot.understanding.gate import UNCLEAR
from bot.understanding.understand import AskedQuestion, Read

KITES, LAMPS, SNOW = "ask_kites", "ask_lamps", "ask_snow"
ONE = Labelled("how high?", (frozenset({KITES}),))
TWO = Labelled("how high, how bright?", (frozenset({KITES, SNOW}), frozenset({LAMPS, SNOW})))
OUTSIDE = Labelled("who won?", ())
NONE = Share(0, 0)


def said(*answered: str, first: str | None = None) -> Said:
    """Return what was said; without another first choice, it is the first that was answered."""
    return Said(first or next(iter(answered), None), frozenset(answered))


@pytest.mark.parametrize(
    ("labelled", "answer", "expected"),
    [
        (ONE, said(KITES), Figures(Share(1, 1), Share(1, 1), Share(0, 1), NONE, NONE)),
        (ONE, said(LAMPS), Figures(Share(0, 1), Share(0, 1), Share(1, 1), NONE, NONE)),
        (ONE, said(first=KITES), Figures(Share(1, 1), Share(0, 1), Share(0, 1), NONE, NONE)),
        (ONE, said(KITES, LAMPS), Figures(Share(1, 1), Share(0, 1), Share(1, 1), NONE, NONE)),
        (TWO, said(KITES, LAMPS), Figures(Share(1, 1), Share(1, 1), Share(0, 1), NONE, Share(2, 2))),
        (TWO, said(SNOW), Figures(Share(1, 1), Share(1, 1), Share(0, 1), NONE, Share(1, 2))),
        (OUTSIDE, said(first=KITES), Figures(NONE, Share(1, 1), NONE, Share(1, 1), NONE)),
        (OUTSIDE, said(KITES), Figures(NONE, Share(0, 1), NONE, Share(0, 1), NONE)),
    ],
    ids=["right", "wrong", "not answered", "right and wrong", "both", "one of both", "rejected", "not rejected"],
)
def test_figures_count_what_was_said(labelled: Labelled, answer: Said, expected: Figures) -> None:
    assert figures([labelled], [answer]) == expected


def test_reading_that_asks_back_answers_nothing_and_keeps_its_first_choice() -> None:
    question = AskedQuestion(0, 4, "high", ((UNCLEAR, 0.6), (KITES, 0.4), (LAMPS, 0.3)))
    assert said_of(Read([question], [])) == Said(KITES)


@pytest.mark.parametrize("at", range(len(WEIGHED)), ids=WEIGHED)
def test_model_that_is_left_out_weighs_nothing_and_comes_back(at: int) -> None:
    before = {name: getattr(classify, name) for name in WEIGHTS}
    with without_model(at):
        during = {name: getattr(classify, name) for name in WEIGHTS}
    assert {name: np.flatnonzero(np.not_equal(before[name], during[name])).tolist() for name in WEIGHTS} == {
        name: [at] for name in WEIGHTS
    }
    assert {weights[at] for weights in during.values()} == {0.0}
    assert {name: getattr(classify, name) for name in WEIGHTS} == before


def test_data_set_of_others_keeps_a_label_that_was_not_learnt_as_one_never_found() -> None:
    test = [Line("how high?", "KITES"), Line("how cold?", "ICE"), Line("who won?", OUT_LABEL)]
    data = of_benchmark(
        Benchmark("toys", [Line("high kite", "KITES"), Line("lamp", "LAMPS")], test, OUT_LABEL, ["rain"])
    )
    assert [one.asked for one in data.measured_on["toys"]] == [(frozenset({KITES}),), (frozenset({NO_TOPIC}),), ()]
    assert [unit.intent for unit in data.units] == [KITES, LAMPS, OUT_OF_SCOPE]


def test_our_own_data_set_learns_every_so_manieth_sentence_and_leaves_urgent_messages_out() -> None:
    examples = [Example(f"kite {number}", KITES) for number in range(10)]
    messages = [
        Message(id="1", text="how high?", topics=[["kites", "snow"]]),
        Message(id="2", text="help", scope="urgent"),
    ]
    data = of_our_own(examples, 5, {"held_out": messages})
    assert [unit.view.text for unit in data.units] == ["kite 0", "kite 5"]
    assert data.measured_on == {"held_out": [Labelled("how high?", (frozenset({KITES, SNOW}),))]}


def test_table_has_a_line_for_each_pipeline_and_leaves_what_was_not_measured_empty() -> None:
    counted = Figures(Share(1, 2), Share(1, 4), Share(0, 2), NONE, NONE)
    *_, line = table([Row(SHIPPED, "toys", counted, None)]).splitlines()
    assert [cell.strip() for cell in line.strip("|").split("|")] == [SHIPPED, "50.0%", "25.0%", "0.0%", "", "", ""]
