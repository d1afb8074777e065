"""The talk about her own dates: what it hears, what it keeps after replies, and the topic it is about."""

import pytest
from told_days import HSG, asks, clear, on, told

from bot.answer import Answered
from bot.dates.shapes import Detail, NeedsDetail, Role
from bot.dates.talk import DatesTalk, dated_topic
from bot.question import Asked, Phase, Question
from bot.reply import Kind, Reply
from bot.told import Day, Told

ENDED = told(period_end="2026-03-07")
BARE_DAY = Told(other_days=(clear("2026-03-03"),))
BARE_NUMBER = Told(number=5)


def answered(topic: str, kind: Kind, detail: Detail | None = None, role: Role | None = None) -> Answered:
    needs = NeedsDetail(asks(topic), detail, "missing", role) if detail else None
    return Answered(Reply(text="Kites fly.", kind=kind, topic=topic), Asked((Question(topic, HSG),)), needs)


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


# What it keeps after replies


@pytest.mark.parametrize(
    ("replies", "topic", "detail", "role"),
    [
        pytest.param([answered("timing", "dates")], "timing", None, None, id="dates"),
        pytest.param(
            [answered("timing", "ask", "exact_day", "period_end")], "timing", "exact_day", "period_end", id="asked for"
        ),
        pytest.param(
            [answered("timing", "ask", "period_end"), answered("bathing", "dates")],
            "bathing",
            None,
            None,
            id="the last",
        ),
        pytest.param([answered("timing", "dates"), answered("pain", "answer")], "timing", None, None, id="dates first"),
        pytest.param([answered("pain", "answer")], "results", "procedure_day", None, id="another answer"),
        pytest.param([answered("pain", "ask")], "results", "procedure_day", None, id="another question back"),
        pytest.param([], "results", "procedure_day", None, id="nothing"),
    ],
)
def test_talk_goes_on_with_the_last_that_gave_or_asked_for_dates(
    replies: list[Answered], topic: str, detail: Detail | None, role: Role | None
) -> None:
    after = DatesTalk(told=ENDED, topic="results", detail="procedure_day").goes_on(replies)
    assert after == DatesTalk(told=ENDED, topic=topic, detail=detail, role=role)


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
    assert DatesTalk.model_validate_json(talk.model_dump_json(exclude_defaults=True)) == talk


# The topic it is about


@pytest.mark.parametrize(
    ("topic", "now", "wished", "phase", "planned"),
    [
        pytest.param("booking", ENDED, False, None, "timing", id="booking with her period"),
        pytest.param("bleeding_on_day", told(period_start="2026-03-03"), False, None, "timing", id="bleeding, period"),
        pytest.param("booking", told(next_period="2026-03-30"), False, None, "timing", id="booking, next period"),
        pytest.param("booking", Told(), True, None, "timing", id="booking with a wish for dates"),
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
