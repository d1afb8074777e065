"""What patients write of days and of their cycle is read as the tables days*.yml tell."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.told import Day, Told
from bot.understanding.days import DayReader, build_day_reader, holds_days, read_told

TODAY = date(2026, 3, 11)
DAYS = {"start": "period_start", "end": "period_end", "next": "next_period", "done": "procedure_day"}
FACTS = {
    "bleeds": "still_bleeding",
    "irregular": "irregular",
    "none": "no_period",
    "length": "period_length_days",
    "cycle": "cycle_length_days",
    "number": "number",
}


def cases() -> list[Any]:
    tables = sorted(Path(__file__).parent.glob("days*.yml"))
    return [
        pytest.param(case, id=f"{theme}: {case['say']}")
        for table in tables
        for theme, listed in YAML(typ="safe").load(table).items()
        for case in listed
    ]


@pytest.fixture(scope="module")
def reader() -> DayReader:
    return build_day_reader()


def seen(day: Day) -> object:
    """Return a day as the tables write it."""
    return list(day.choices) if day.choices else day.on or day.unclear


def as_table(told: Told) -> dict[str, Any]:
    """Return what was told as the tables write it."""
    found: dict[str, Any] = {key: seen(day) for key, name in DAYS.items() if (day := getattr(told, name)) is not None}
    found |= {key: value for key, name in FACTS.items() if (value := getattr(told, name)) is not None}
    if told.other_days:
        found["others"] = [seen(day) for day in told.other_days]
    if "end" in found and found.get("bleeds") is False:
        del found["bleeds"]
    return found


@pytest.mark.parametrize("case", cases())
def test_message_is_read_as_the_table_tells(reader: DayReader, case: dict[str, Any]) -> None:
    expected = {key: value for key, value in case.items() if key not in ("say", "today", "order")}

    told = reader.read(case["say"], case.get("today", TODAY), case.get("order", "ask"))

    assert as_table(told) == expected


@pytest.mark.parametrize("case", cases())
def test_message_holds_days_where_something_is_told(reader: DayReader, case: dict[str, Any]) -> None:
    told = reader.read(case["say"], TODAY)

    assert reader.holds(case["say"]) is not told.is_empty


STYLES = (
    "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d %Y", "%Y-%m-%d", "%d.%m.%Y", "%d of %B %Y", "%A %d %B %Y",
    "%a, %d %b %Y", "%Y/%m/%d", "%d.%m.%y", "the %dth of %B %Y",
)  # fmt: skip
AROUND = (
    "{}", "my period ended on {}", "hello doctor, it ended {} thank you", "I finished bleeding {}. can I have the hsg",
    "period ended {} and what do i do now?", "how much does it cost? it ended on {}.", "PERIOD ENDED {} PLEASE HELP",
)  # fmt: skip
NEAR = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize("style", STYLES)
@settings(deadline=None)
@given(day=NEAR)
def test_date_in_any_style_reads_back(reader: DayReader, style: str, day: date) -> None:
    told = reader.read(day.strftime(style), TODAY)

    assert [seen(other) for other in told.other_days] == [day]


@pytest.mark.parametrize("around", AROUND[1:])
@settings(deadline=None)
@given(day=NEAR)
def test_words_around_do_not_change_a_day(reader: DayReader, around: str, day: date) -> None:
    told = reader.read(around.format(day.strftime("%d %B %Y")), TODAY)

    assert told.period_end is not None
    assert told.period_end.on == day


@settings(deadline=None)
@given(text=st.text(max_size=200), today=st.dates())
def test_no_text_is_too_strange(reader: DayReader, text: str, today: date) -> None:
    reader.read(text, today)
    reader.holds(text)


STRANGE = (
    "period started ended on the 3rd 31 feb 3/4 last tuesday day 9 today hsg is was not sorry , . ? and if still"
    " bleeding 45 days ago every 28 cycle 3000 weeks to from or 99999 may 1/1/0001 0 2026-02-30 12.12.9999 in"
    " christmas easter new years eve day february before after that left dry for last month ago already"
)
WORDS = st.sampled_from(STRANGE.split())


@settings(deadline=None)
@given(words=st.lists(WORDS, max_size=14), today=st.dates())
def test_no_order_of_words_is_too_strange(reader: DayReader, words: list[str], today: date) -> None:
    told = reader.read(" ".join(words), today)

    assert reader.holds(" ".join(words)) is not told.is_empty


@settings(deadline=None)
@given(today=NEAR, back=st.integers(1, 180))
def test_day_and_month_without_year_are_the_latest(reader: DayReader, today: date, back: int) -> None:
    day = today - timedelta(days=back)

    told = reader.read(f"it ended {day.day} {day:%B}", today)

    assert told.period_end is not None
    assert told.period_end.on == day or (day.day, day.month) == (29, 2)


def test_functions_read_as_the_reader_does(reader: DayReader) -> None:
    assert read_told("my period ended 3/2", TODAY, "day_first") == reader.read(
        "my period ended 3/2", TODAY, "day_first"
    )
    assert holds_days("my period ended 3/2")
    assert not holds_days("how much is it?")


def test_reader_knows_procedures_by_the_names_it_is_given() -> None:
    told = build_day_reader(["kite flight"]).read("I had my kite flight on Monday", TODAY)

    assert told == Told(procedure_day=Day(text="Monday", on=date(2026, 3, 9)))


def test_day_keeps_her_words(reader: DayReader) -> None:
    told = reader.read("It  ended on  the\u00a03rd  of MARCH!", TODAY)

    assert told.period_end == Day(text="the\u00a03rd  of MARCH", on=date(2026, 3, 3))
