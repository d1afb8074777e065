"""The way to a person: into the queue, told by the hour, phones alone where none can be; silence while one answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from turn import WARNING_SIGN, Turn, answer, several, take_turn, tracker

from actions import shared
from actions.answer_warning_sign import ActionAnswerWarningSign
from actions.keep_silent import ActionKeepSilent
from actions.request_human import ActionRequestHuman
from bot.clock import moment_at
from bot.database import open_engine
from bot.hand_over import HandOver
from bot.opening import opening_of
from bot.records.hand_offs import HandOffs
from bot.records.tables import open_records
from bot.records.tally import Tally
from bot.settings import Clinic

BY_THE_DOOR = {"channel": "door"}
TUESDAY_AT_TEN, SUNDAY = "2026-03-03", "2026-03-08"
HERS = "someone"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Engine]:
    """The records of this test."""
    engine = open_records(f"sqlite:///{tmp_path / 'records.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def hand_offs(records: Engine, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> HandOffs:
    """The hand-offs that the actions begin, at a clinic that is open all day from Monday to Friday."""
    hours = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), ("00:00", "23:59"))
    opening = opening_of(clinic.model_copy(update={"opening_hours": hours}))
    found = HandOver(HandOffs(records), Tally(records), opening)
    monkeypatch.setattr(shared, "hand_over", lambda: found)
    return found.hand_offs


def asks(day: str = TUESDAY_AT_TEN, channel: str = "door", **latest: object) -> Turn:
    described = {"today": day, "metadata": {"channel": channel} if channel else {}} | latest
    return take_turn(ActionRequestHuman(), tracker("request_human", **described))  # type: ignore[arg-type]


def test_by_day_she_gets_her_place_and_the_phone_that_answers(hand_offs: HandOffs, clinic: Clinic) -> None:
    hand_offs.begin("another", "door", moment_at(clinic).replace(tzinfo=None), out_of_hours=False)
    reply = asks().reply
    assert reply["kind"] == "handoff"
    assert "number 2" in reply["text"]
    assert clinic.phones[0].number in reply["text"]
    assert clinic.phones[1].number not in reply["text"]
    found = hand_offs.of(HERS)
    assert found is not None
    assert (found.channel, found.out_of_hours) == ("door", False)


@pytest.mark.parametrize("channel", ["door", "twilio"])
def test_out_of_hours_she_is_told_when_someone_answers(hand_offs: HandOffs, clinic: Clinic, channel: str) -> None:
    text = asks(SUNDAY, channel).reply["text"]
    assert "opens again on Monday 9 March 2026 at 00:00" in text
    assert clinic.phones[1].number in text
    assert ("form below" in text) is (channel == "door")
    found = hand_offs.of(HERS)
    assert found is not None
    assert (found.channel, found.out_of_hours) == (channel, True)


def test_who_asks_again_keeps_her_place(hand_offs: HandOffs) -> None:
    assert asks().reply == asks().reply
    assert len(hand_offs.open_ones()) == 1


@pytest.mark.parametrize(("channel", "sender"), [("", "someone"), ("desk", "desk-1"), ("door", "desk-2")])
def test_nobody_waits_in_rasas_shell_and_for_the_desk(
    hand_offs: HandOffs, clinic: Clinic, channel: str, sender: str
) -> None:
    assert clinic.hours_line in asks(channel=channel, sender=sender).reply["text"]
    assert hand_offs.open_ones() == []


def test_records_that_are_away_leave_the_phones(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    away = open_engine(f"sqlite:///{tmp_path / 'none' / 'records.db'}")
    monkeypatch.setattr(shared, "hand_over", lambda: HandOver(HandOffs(away), Tally(away), opening_of(clinic)))
    text = asks().reply["text"]
    assert clinic.hours_line in text
    assert "queue" not in text


def test_sign_told_before_is_flagged_to_the_desk(hand_offs: HandOffs) -> None:
    asks(slots={"warned_of": ["fever"]})
    found = hand_offs.of(HERS)
    assert found is not None
    assert found.sign_level is not None


def test_wish_for_a_person_beside_a_question_waits_too(hand_offs: HandOffs) -> None:
    questions = several("ask_pain", "request_human")
    turn = answer("several_questions", ("procedure", "hsg"), questions=questions, metadata=BY_THE_DOOR)
    assert [reply["kind"] for reply in turn.replies] == ["answer", "handoff"]
    assert hand_offs.of(HERS) is not None


def test_chinese_patient_waits_in_chinese(hand_offs: HandOffs) -> None:
    assert "\u6392\u961f" in asks(language="zh").reply["text"]
    assert hand_offs.of(HERS) is not None


def test_hand_off_is_counted_once(hand_offs: HandOffs, records: Engine, clinic: Clinic) -> None:
    asks(), asks()
    assert len(hand_offs.open_ones()) == 1
    today = moment_at(clinic).date()
    assert [(one.what, one.key, one.count) for one in Tally(records).between(today, today)] == [
        ("hand_offs", "opened", 1)
    ]


# While a person answers


@pytest.mark.parametrize(("language", "words"), [("en", "Passed on"), ("zh", "\u5df2\u8f6c\u7ed9")])
def test_assistant_says_that_it_passed_the_message_on_and_nothing_else(language: str, words: str) -> None:
    turn = take_turn(ActionKeepSilent(), tracker("to_person", language=language, slots={"topic": "timing"}))
    assert words in turn.reply["text"]
    assert (turn.reply["kind"], turn.events) == ("handoff", [])


@pytest.mark.parametrize("has_person", [False, True])
def test_sign_is_answered_and_then_passed_on(has_person: bool) -> None:
    metadata = {"person": "1"} if has_person else {}
    turn = take_turn(ActionAnswerWarningSign(), tracker(WARNING_SIGN, signs=["fever"], metadata=metadata))
    assert [reply["kind"] for reply in turn.replies] == (["urgent", "handoff"] if has_person else ["urgent"])
