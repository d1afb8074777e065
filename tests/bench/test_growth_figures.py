"""Small beside large, and memory over messages: what the figures say of times and samples."""

import random

import pytest

from bot.bench.growth import MOST_TIMES, compared, side_by_side, times_of
from bot.bench.soak import LETTERS_OF_MISSPELT, MISSPELT, Sample, growth_of, lines_of, misspelt, texts


def test_both_take_turns_and_turns_at_being_first() -> None:
    order: list[str] = []

    def small(number: int) -> list[float]:
        order.append(f"small {number}")
        return [float(number)]

    def large(number: int) -> list[float]:
        order.append(f"large {number}")
        return [10.0 * number, 0.0]

    took = side_by_side(small, large, 2)
    assert order == ["large 0", "small 0", "small 1", "large 1", "large 2", "small 2"]
    assert took == ([1.0, 2.0], [10.0, 0.0, 20.0, 0.0])


def test_times_are_told_in_milliseconds() -> None:
    times = times_of([number / 1000 for number in range(1, 101)])
    assert (times.messages, times.p50, times.p95) == (100, 50.5, 96.0)


@pytest.mark.parametrize(("large", "flat"), [(0.010 * MOST_TIMES, True), (0.0131, False)])
def test_large_one_may_take_a_little_longer(large: float, flat: bool) -> None:
    assert compared("rows", "100", "100,000", "sqlite", ([0.010] * 3, [large] * 3)).is_flat is flat


def test_what_reads_a_whole_table_is_not_flat() -> None:
    found = compared("rows", "100", "100,000", "sqlite", ([0.01], [0.01]), whole_tables=["SCAN hand_off"])
    assert not found.is_flat


def test_line_of_a_comparison_is_a_row_of_the_table() -> None:
    line = compared("rows", "100 rows", "100,000 rows", "sqlite", ([0.0101, 0.02], [0.02, 0.03])).line
    assert line == "| 100,000 rows beside 100 rows | sqlite | 2 + 2 | 15.1 | 25.0 | 1.66 |"


# Memory


def samples(*memory: float) -> list[Sample]:
    return [Sample(100 * place, {"door": size}, 1.0) for place, size in enumerate(memory)]


def test_memory_that_grows_while_it_warms_up_is_flat() -> None:
    growth = growth_of(samples(100, 400, *[500] * 8), "door")
    assert (growth.grown, growth.share, growth.is_flat) == (0.0, 0.0, True)
    assert growth.at_marks == (400, 500, 500)


def test_memory_that_grows_with_each_message_is_not_flat() -> None:
    growth = growth_of(samples(*(400 + 10 * place for place in range(21))), "door")
    assert growth.grown == pytest.approx(150)
    assert growth.share == pytest.approx(150 / 450, abs=1e-4)
    assert not growth.is_flat


def test_figures_are_a_table() -> None:
    (head, _, line) = lines_of({"door": growth_of(samples(*[500] * 11), "door")}, 50_000)
    assert "after 5,000 messages, MB | after 25,000 messages, MB | after 50,000 messages, MB" in head
    assert line == "| door | 500 | 500 | 500 | +0.0 MB (+0.0%) |"


# What patients write in it


def test_misspelt_word_is_another_one_and_nothing_else_is_changed() -> None:
    chance = random.Random(1)
    text = "Does the hysteroscopy hurt?"
    words = misspelt(text, chance).split(" ")
    assert [words[0], words[1], words[3]] == ["Does", "the", "hurt?"]
    assert len(words[2]) == len("hysteroscopy") + 2


def test_text_of_short_words_stays_as_it_is() -> None:
    assert "a" * LETTERS_OF_MISSPELT not in "is it ok"
    assert misspelt("is it ok", random.Random(1)) == "is it ok"


def test_every_third_message_has_a_new_word() -> None:
    asked = ["Does the hysteroscopy hurt?", "When is the examination done?"]
    sent = list(texts(asked, 600))
    assert len(sent) == 600
    new = [text for text in sent if text not in asked]
    assert len(new) == len(sent) // MISSPELT
    assert len(set(new)) > 0.95 * len(new)
