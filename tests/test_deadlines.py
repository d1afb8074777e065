"""The deadlines of a reply: each step ends before the one around it gives up."""

from dataclasses import astuple
from itertools import pairwise

import pytest

from bot.deadlines import deadlines_within


@pytest.mark.parametrize("seconds", [0.5, 1.0, 4.5, 30.0, 300.0])
def test_each_step_is_shorter_than_the_one_around_it(seconds: float) -> None:
    steps = astuple(deadlines_within(seconds))
    assert all(outer > inner > 0 for outer, inner in pairwise(steps))


def test_whole_is_what_was_given() -> None:
    assert deadlines_within(4.5).reply == 4.5


def test_store_gives_up_before_the_turn_does() -> None:
    """The store waits for a call twice as long as the database may take: once for a thread, once for the answer."""
    found = deadlines_within(4.5)
    assert 2 * found.sql < found.turn


def test_door_hears_that_a_turn_was_late_before_it_gives_up() -> None:
    found = deadlines_within(4.5)
    assert found.reply - found.turn >= 0.3
