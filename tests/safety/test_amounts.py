"""Amounts that decide whether something is a warning sign, as tables of what people write."""

import pytest

from bot.safety.amounts import KINDS, MINUTES_IN_WORDS, NUMBERS, Thresholds, find_amounts

LEAST = Thresholds(
    temperature_high=38.0,
    temperature_raised=37.5,
    pads_hourly=1.0,
    pads_frequent=0.5,
    pads_many=5,
    pain_high=8,
    long_time=14,
)


def kinds(text: str) -> set[str]:
    return {amount.kind for amount in find_amounts(text.lower(), LEAST)}


@pytest.mark.parametrize(
    "text",
    [
        "my temperature is 38",
        "38.0",
        "38,4",
        "38·2 on the ear thermometer",
        "it says 39°",
        "39 degrees",
        "40C since noon",
        "38 point 6",
        "38 and a half",
        "temp 38.2 day two",
        "I measured 39 twice",
        "100.4F",
        "101.3 by mouth",
        "temp 102",
        "thirty eight point five",
        "thirty-nine and a half",
        "thirty eight six",
        "fever of a hundred and two",
        "paracetamol, but back at thirty-nine",
        "a fever, thirty nine",
    ],
)
def test_a_temperature_of_38_or_more_is_high(text: str) -> None:
    assert "temperature_high" in kinds(text)


@pytest.mark.parametrize("text", ["37.5", "37,8 tonight", "temperature 37.9", "99.7F", "thirty seven point six"])
def test_a_temperature_from_37_5_is_raised(text: str) -> None:
    assert kinds(text) == {"temperature_raised"}


@pytest.mark.parametrize("text", ["36.6", "temp 37", "98.2F", "thirty seven degrees", "37.4"])
def test_a_lower_temperature_is_normal(text: str) -> None:
    assert kinds(text) == {"temperature_normal"}


@pytest.mark.parametrize(
    "text",
    [
        "I am 38",
        "she's 39 and in good health",
        "38 years old, temperature fine",
        "aged 41",
        "my cycle is 38",
        "room 38",
        "day 38",
        "it costs 38.50 euros",
        "100 dollars",
        "38%",
        "38 weeks along",
        "at 10:38",
        "bus 39",
        "39 people",
        "extension 102",
        "I'm forty",
    ],
)
def test_another_number_is_no_temperature(text: str) -> None:
    assert not {kind for kind in kinds(text) if kind.startswith("temperature")}


@pytest.mark.parametrize(
    "text",
    [
        "a pad an hour",
        "1 pad per hr",
        "two pads every hour",
        "pads soaked hourly",
        "every hour I change the pad",
        "a pad half hourly",
        "a pad every 40 minutes",
        "every forty minutes a fresh towel",
        "five pads in 3 hours",
        "3 tampons in 90 minutes",
        "third pad in ninety minutes",
        "four big pads in one and a half hours",
        "in the last two hours I filled 3 pads",
        "a pad lasts 35 minutes",
        "6 pads since 2pm and it is now 6pm",
        "a nappy within the hour",
        "2 sanitary towels in under an hour",
    ],
)
def test_a_pad_an_hour_is_found(text: str) -> None:
    assert "pads_hourly" in kinds(text)


@pytest.mark.parametrize("unit", ["hours", "minutes"])
@pytest.mark.parametrize("time", sorted({*NUMBERS, *MINUTES_IN_WORDS, "one and a half", "15", "2.5", "1,5"}))
@pytest.mark.parametrize("text", ["a pad every {}", "two pads in {}", "in {} two pads"])
def test_time_in_any_words_and_unit_is_a_number(text: str, time: str, unit: str) -> None:
    assert kinds(text.format(f"{time} {unit}")) <= {"pads_hourly", "pads_frequent", "pads_many"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a pad every one and a half minutes", {"pads_hourly"}),
        ("a pad every half an hour", {"pads_hourly"}),
        ("ten pads in fifteen hours", {"pads_frequent", "pads_many"}),
        ("two pads in fifteen hours", set()),
        ("thirty pads in thirty hours", {"pads_hourly", "pads_many"}),
        ("a pad every ninety hours", set()),
        ("a pad every ninety minutes", {"pads_frequent"}),
        ("a pad every one and a half hours", {"pads_frequent"}),
    ],
)
def test_time_in_words_counts_as_its_number(text: str, kind: set[str]) -> None:
    assert kinds(text) == kind


@pytest.mark.parametrize("text", ["a pad every 2 hours", "a pad every 90 minutes", "two pads in 4 hours"])
def test_a_pad_every_two_hours_is_frequent(text: str) -> None:
    assert kinds(text) == {"pads_frequent"}


@pytest.mark.parametrize(
    "text", ["a pad every 4 hours", "two pads a day", "one pad in the morning", "how many pads", "3 pads in 12 hours"]
)
def test_fewer_pads_are_not_found(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(("text", "many"), [("5 pads today", True), ("a dozen pads", True), ("4 pads today", False)])
def test_many_pads_are_found_without_a_time(text: str, many: bool) -> None:
    assert ("pads_many" in kinds(text)) is many


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("pain 8/10", "pain_high"),
        ("it is a 9 out of 10", "pain_high"),
        ("nine out of ten", "pain_high"),
        ("10 of 10", "pain_high"),
        ("11 out of 10", "pain_high"),
        ("7/10", "pain_low"),
        ("three out of ten", "pain_low"),
    ],
)
def test_a_pain_score_is_high_from_8(text: str, kind: str) -> None:
    assert kinds(text) == {kind}


@pytest.mark.parametrize("text", ["on 8/10/2026", "10 tablets", "9 of 12"])
def test_another_number_is_no_pain_score(text: str) -> None:
    assert not kinds(text) & {"pain_high", "pain_low"}


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("for 14 days", True),
        ("two weeks", True),
        ("three full weeks", True),
        ("a month", True),
        ("a fortnight", True),
        ("13 days", False),
        ("one week", False),
        ("a couple of days", False),
    ],
)
def test_a_time_is_long_from_14_days(text: str, long: bool) -> None:
    assert ("long_time" in kinds(text)) is long


def test_an_amount_says_where_it_stands() -> None:
    text = "since noon 38.7 and shivering"
    assert [text[found.start : found.end] for found in find_amounts(text, LEAST)] == ["38.7"]


def test_every_kind_found_is_a_known_kind() -> None:
    found = kinds("38.5, 37.6, 36.5, a pad an hour, a pad every 2 hours, 6 pads, 9/10, 2/10, three weeks")
    assert found == KINDS
