"""Counts by day: added up whoever adds, nothing lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import Engine

from bot.records.tables import open_records
from bot.records.tally import MOST_OF_KEY, Count, Pending, Tally

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 13)


@pytest.fixture
def engine(empty_database: str) -> Engine:
    """Empty records, on each database."""
    return open_records(empty_database)


def test_what_is_counted_twice_is_added_up_by_day_and_kind(engine: Engine) -> None:
    tally = Tally(engine)
    tally.add(MONDAY, "messages", "door")
    tally.add(MONDAY, "messages", "door", 2)
    tally.add(MONDAY, "messages", "telegram")
    tally.add(TUESDAY, "messages", "door")
    assert tally.between(MONDAY, TUESDAY) == [
        Count(MONDAY, "messages", "door", 3),
        Count(MONDAY, "messages", "telegram", 1),
        Count(TUESDAY, "messages", "door", 1),
    ]


def test_only_the_days_asked_for_are_given(engine: Engine) -> None:
    tally = Tally(engine)
    for day in (MONDAY, TUESDAY, FRIDAY):
        tally.add(day, "messages", "door")
    assert [one.day for one in tally.between(TUESDAY, FRIDAY)] == [TUESDAY, FRIDAY]


def test_nothing_to_add_adds_nothing(engine: Engine) -> None:
    Tally(engine).add_all({(MONDAY, "votes", "no"): 0})
    assert Tally(engine).between(MONDAY, MONDAY) == []


def test_key_that_is_too_long_is_cut_and_not_refused(engine: Engine) -> None:
    Tally(engine).add(MONDAY, "topics", "x" * 100)
    assert [one.key for one in Tally(engine).between(MONDAY, MONDAY)] == ["x" * MOST_OF_KEY]


def test_doors_that_add_at_once_lose_nothing(engine: Engine) -> None:
    batches = [{(MONDAY, "replies", kind): 1 for kind in order} for order in ("abc", "cba", "bac")] * 10
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(Tally(engine).add_all, batches))
    assert [one.count for one in Tally(engine).between(MONDAY, MONDAY)] == [30, 30, 30]


def test_pending_counts_are_taken_once_and_given_back_where_they_could_not_be_written() -> None:
    pending = Pending()
    pending.add(MONDAY, "messages", "door")
    pending.add(MONDAY, "messages", "door")
    taken = pending.take()
    assert taken == {(MONDAY, "messages", "door"): 2}
    assert pending.take() == {}
    pending.add(MONDAY, "messages", "door")
    pending.give_back(taken)
    assert pending.take() == {(MONDAY, "messages", "door"): 3}
