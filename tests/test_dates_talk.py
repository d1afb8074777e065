"""The talk about her own dates: what it hears, what it keeps after replies, and the topic it is about."""

import pytest
from told_days import HSG, HYSTEROSCOPY, ROLES, asks, clear, on, told

from bot.dates.shapes import Detail, NeedsDetail, Role
from bot.dates.talk import DatesTalk, dated_topic, read_talk
from bot.question import Phase, Procedure, Question, Topic
from bot.told import Day, Told

ENDED = told(period_end="2026-03-07")
DONE = told(procedure_day="2026-03-05")
BARE_DAY = Told(other_days=(clear("2026-03-03"),))
BARE_NUMBER = Told(number=5)


# What it hears


@pytest.mark.parametrize(
    ("talk", "now", "heard"),
    [
        pytest.param(DatesTalk(), ENDED, ENDED, id="a day with its meaning"),
        pytest.param(DatesTalk(told=ENDED), Told(), ENDED, id="nothing new"),
        pytest.param(
            DatesTalk(told=ENDED), told(cycle_length_days=30),
            told(period_end="2026-03-07", cycle_length_days=30), id="something more",
        ),
        pytest.param(
            DatesTalk(told=ENDED), told(period_end="2026-03-08"), told(period_end="2026-03-08"), id="something else",
        ),
        pytest.param(
            DatesTalk(topic="timing", detail="period_end"), BARE_DAY,
            told(period_end="2026-03-03"), id="a bare day answers",
        ),
        pytest.param(
            DatesTalk(topic="sex_after", detail="procedure_day"), BARE_DAY,
            told(procedure_day="2026-03-03"), id="a bare day answers for the procedure",
        ),
        pytest.param(
            DatesTalk(told=told(period_start="2026-03-03"), topic="timing", detail="period_length"), BARE_NUMBER,
            told(period_start="2026-03-03", period_length_days=5), id="a bare number answers",
        ),
        pytest.param(
            DatesTalk(topic="timing", detail="exact_day", role="next_period"), BARE_DAY,
            told(next_period="2026-03-03"), id="a bare day makes the unclear one clear",
        ),
    ],
)  # fmt: skip
def test_talk_keeps_what_it_hears(talk: DatesTalk, now: Told, heard: Told) -> None:
    after = talk.hears(now).told
    meant = {name: value for name, value in after.model_dump().items() if value not in (None, ())}
    assert meant == {name: value for name, value in heard.model_dump().items() if value not in (None, ())}


@pytest.mark.parametrize("now", [BARE_DAY, BARE_NUMBER], ids=["day", "number"])
def test_bare_answer_means_nothing_where_nothing_was_asked(now: Told) -> None:
    heard = DatesTalk(topic="timing").hears(now).told
    assert (heard.period_start, heard.period_end, heard.procedure_day, heard.period_length_days) == (None,) * 4


def test_hearing_leaves_what_is_asked_for_open() -> None:
    talk = DatesTalk(topic="timing", detail="period_end", role="period_end")
    heard = talk.hears(ENDED)
    assert (heard.topic, heard.detail, heard.role) == ("timing", "period_end", "period_end")


# The day told last


def days_in(talk: DatesTalk) -> dict[str, str]:
    return {role: str(day.on) for role in ROLES if (day := getattr(talk.told, role))}


@pytest.mark.parametrize(
    ("before", "asked", "corrects", "days"),
    [
        pytest.param(["period_end"], None, False, {"period_end": "2026-03-03"}, id="nothing was asked"),
        pytest.param(["period_end"], None, True, {"period_end": "2026-03-03"}, id="nothing was asked and it corrects"),
        pytest.param(
            ["period_start", "period_end"], None, False,
            {"period_start": "2026-03-01", "period_end": "2026-03-03"}, id="the last of two",
        ),
        pytest.param(
            ["period_end"], "procedure_day", True, {"period_end": "2026-03-03"}, id="another was asked for",
        ),
        pytest.param(
            ["period_start"], "period_end", False,
            {"period_start": "2026-03-01", "period_end": "2026-03-03"}, id="the one that was asked for",
        ),
        pytest.param([], None, True, {}, id="no day was told"),
    ],
)  # fmt: skip
def test_bare_day_that_corrects_or_comes_unasked_takes_the_place_of_the_day_told_last(
    before: list[Role], asked: Detail | None, corrects: bool, days: dict[str, str]
) -> None:
    talk = DatesTalk(topic="timing", detail=asked)
    for role in before:
        talk = talk.hears(told(**{role: "2026-03-01"}))
    assert days_in(talk.hears(BARE_DAY, corrects=corrects)) == days


def test_day_that_takes_a_place_can_be_corrected_again() -> None:
    talk = DatesTalk().hears(ENDED).hears(BARE_DAY, corrects=True)
    again = talk.hears(Told(other_days=(clear("2026-03-04"),)), corrects=True)
    assert days_in(again) == {"period_end": "2026-03-04"}


def test_number_that_comes_unasked_takes_the_place_of_the_length_told_before() -> None:
    talk = DatesTalk().hears(told(period_start="2026-03-01", period_length_days=4))
    assert talk.hears(BARE_NUMBER).told.period_length_days == 5


@pytest.mark.parametrize("now", [BARE_DAY, BARE_NUMBER], ids=["day", "number"])
@pytest.mark.parametrize("detail", [None, "period_end", "period_length"])
def test_message_that_does_not_answer_tells_no_bare_day_or_number(now: Told, detail: Detail | None) -> None:
    talk = DatesTalk(topic="timing", detail=detail).hears(told(period_start="2026-03-01", period_length_days=4))
    assert talk.hears(now, answers=False, corrects=True) == talk


def test_message_that_does_not_answer_tells_a_day_with_its_meaning() -> None:
    assert days_in(DatesTalk().hears(ENDED, answers=False)) == {"period_end": "2026-03-07"}


# What it keeps after replies


@pytest.mark.parametrize(
    ("topic", "needs", "detail", "role"),
    [
        pytest.param("timing", None, None, None, id="dates"),
        pytest.param(
            "timing", NeedsDetail(asks("timing"), "exact_day", "missing", "period_end"), "exact_day", "period_end",
            id="asked for",
        ),
    ],
)  # fmt: skip
def test_talk_goes_on_with_the_topic_and_what_is_asked_for(
    topic: Topic, needs: NeedsDetail | None, detail: Detail | None, role: Role | None
) -> None:
    talk = DatesTalk(told=ENDED, topic="results", detail="procedure_day", last_told="period_end")
    after = talk.goes_on(Question(topic, HSG), needs)
    assert after == DatesTalk(told=ENDED, topic=topic, detail=detail, role=role, last_told="period_end")


@pytest.mark.parametrize(
    ("said", "before", "after"),
    [
        pytest.param(DONE, None, HYSTEROSCOPY, id="her day is of the procedure asked about"),
        pytest.param(DONE, HSG, HYSTEROSCOPY, id="the one asked about last"),
        pytest.param(ENDED, None, None, id="no day of a procedure"),
    ],
)
def test_talk_keeps_whose_day_she_told(said: Told, before: Procedure | None, after: Procedure | None) -> None:
    talk = DatesTalk(told=said, procedure=before).goes_on(Question("sex_after", HYSTEROSCOPY), None)
    assert talk.procedure is after


@pytest.mark.parametrize(
    "stored",
    [None, "", "{}", "not JSON", "[]", '{"kite": 1}', '{"detail": "kite"}'],
    ids=["null", "empty", "nothing told", "not JSON", "a list", "unknown key", "unknown detail"],
)
def test_talk_that_cannot_be_read_begins_anew(stored: str | None) -> None:
    assert read_talk(stored) == DatesTalk()


@pytest.mark.parametrize(
    "talk",
    [
        DatesTalk(),
        DatesTalk(told=ENDED, topic="timing", detail="which_reading", role="period_end"),
        DatesTalk(
            told=Told(period_end=Day(text="03/04", unclear="ambiguous", choices=(on("2026-04-03"), on("2026-03-04"))))
        ),
    ],
    ids=["empty", "asked for", "a day of two readings"],
)
def test_talk_is_the_same_after_it_was_kept(talk: DatesTalk) -> None:
    assert read_talk(talk.model_dump_json(exclude_defaults=True)) == talk


# The topic it is about


@pytest.mark.parametrize(
    ("topic", "now", "wished", "phase", "planned"),
    [
        pytest.param("booking", ENDED, False, None, "timing", id="booking with her period"),
        pytest.param("bleeding_on_day", told(period_start="2026-03-03"), False, None, "timing", id="bleeding, period"),
        pytest.param("booking", told(next_period="2026-03-30"), False, None, "timing", id="booking, next period"),
        pytest.param("booking", Told(), True, None, "timing", id="booking with a wish for dates"),
        pytest.param("booking", told(irregular=True), False, None, "timing", id="booking, irregular periods"),
        pytest.param("bleeding_on_day", told(no_period=True), False, None, "timing", id="bleeding, no period"),
        pytest.param("booking", ENDED, True, Phase.BEFORE, "timing", id="before the procedure"),
        pytest.param("booking", Told(), False, None, "booking", id="booking alone"),
        pytest.param("bleeding_on_day", told(still_bleeding=True), False, None, "bleeding_on_day", id="bleeding alone"),
        pytest.param("booking", told(procedure_day="2026-03-20"), True, None, "booking", id="day of the procedure"),
        pytest.param("booking", ENDED, True, Phase.AFTER, "booking", id="after the procedure"),
        pytest.param("pain", ENDED, True, None, "pain", id="another topic"),
        pytest.param("timing", ENDED, False, None, "timing", id="timing"),
    ],
)
def test_patient_who_tells_of_her_period_or_wishes_for_dates_asks_for_her_days(
    topic: str, now: Told, wished: bool, phase: Phase | None, planned: str
) -> None:
    assert dated_topic(topic, now, wished=wished, phase=phase) == planned
