"""A warning sign in a message: what to do comes first, other answers after it, whatever else is away."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NoReturn

import pytest
from sqlalchemy.exc import OperationalError
from turn import HSG, HYSTEROSCOPY, WARNING_SIGN, Entity, Slots, Turn, several, take_turn, tracker

from actions import answer_warning_sign, shared
from actions.answer_warning_sign import ActionAnswerWarningSign
from actions.shared import assistant as build_assistant
from bot.dates.talk import read_talk
from bot.files import ROOT, read_yaml
from bot.knowledge.shapes import Knowledge
from bot.told import Day
from bot.wording import Wording

BEFORE, AFTER = ("phase", "before"), ("phase", "after")


def warn(*signs: str, about: tuple[Entity, ...] = (), **latest: Any) -> Turn:
    """Answer a message in which these signs were seen."""
    return take_turn(ActionAnswerWarningSign(), tracker(WARNING_SIGN, *about, signs=signs, **latest))


@pytest.fixture
def attempts(_shipped_assistant: None, monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge) -> Iterator[list[str]]:
    """The attempts of the action server to open its database, which is away; nothing that it builds is built yet."""
    tried: list[str] = []

    def cannot_be_opened(database_url: str, _: Knowledge) -> NoReturn:
        tried.append(database_url)
        raise OperationalError("connect", {}, Exception("away"))

    monkeypatch.setattr(shared, "assistant", build_assistant)
    monkeypatch.setattr(shared, "prepare_database", cannot_be_opened)
    monkeypatch.setattr(shared, "check_knowledge", lambda: knowledge)  # the files, which take seconds to read
    for built_once in (build_assistant, shared.urgent_teller, shared.wording, shared.settings):
        built_once.cache_clear()
    yield tried
    build_assistant.cache_clear()


def kinds(turn: Turn) -> list[tuple[str, str | None]]:
    return [(reply["kind"], reply["topic"]) for reply in turn.replies]


# The urgent reply


@pytest.mark.parametrize(
    ("signs", "level", "rules"),
    [
        (["chest_pain"], "emergency", ["warning-sign-chest-pain"]),
        (["fever"], "clinic_now", ["warning-sign-fever"]),
        (["infection"], "before_visit", ["warning-sign-infection"]),
        (["fever", "chest_pain"], "emergency", ["warning-sign-chest-pain", "warning-sign-fever"]),
    ],
    ids=["emergency", "clinic now", "before the visit", "the most urgent first"],
)
def test_sign_is_answered_with_its_level(signs: list[str], level: str, rules: list[str]) -> None:
    reply = warn(*signs).reply
    assert (reply["kind"], reply["level"], reply["rules"]) == ("urgent", level, rules)
    assert reply["sources"]


@pytest.mark.parametrize(
    ("about", "slots", "level"),
    [
        pytest.param((BEFORE,), {}, "before_visit", id="says before"),
        pytest.param((), {"phase": "before"}, "before_visit", id="said before earlier"),
        pytest.param((AFTER,), {"phase": "before"}, "clinic_now", id="says after now"),
        pytest.param((), {"phase": "after"}, "clinic_now", id="said after earlier"),
        pytest.param((), {}, "clinic_now", id="never said"),
    ],
)
def test_level_depends_on_where_she_stands(about: tuple[Entity, ...], slots: Slots, level: str) -> None:
    assert warn("pregnancy", about=about, slots=slots).reply["level"] == level


@pytest.mark.parametrize(
    ("about", "slots", "procedure"),
    [
        ((HSG,), {"procedure": "hysteroscopy"}, "hsg"),
        ((), {"procedure": "hysteroscopy"}, "hysteroscopy"),
        ((HSG, HYSTEROSCOPY), {}, None),
        ((), {}, None),
    ],
    ids=["named", "named before", "both named", "never named"],
)
def test_reply_is_of_the_procedure_that_was_named(
    about: tuple[Entity, ...], slots: Slots, procedure: str | None
) -> None:
    assert warn("fever", about=about, slots=slots).reply["procedure"] == procedure


@pytest.mark.parametrize(
    ("today", "answers"),
    [("2026-03-08", "Nurse on call"), ("2026-02-17", "Nurse on call")],
    ids=["a Sunday", "a public holiday"],
)
def test_phone_is_that_of_the_day_at_the_clinic(today: str, answers: str) -> None:
    text = warn("fever", today=today).reply["text"]
    assert answers in text
    assert "Front desk" not in text


def test_urgent_reply_is_plain_text_elsewhere(wording: Wording) -> None:
    (message,) = warn("chest_pain", channel="telegram").sent
    assert f"Call {wording.clinic.emergency_number} now" in message["text"]
    assert not message["custom"]


def test_message_without_a_known_sign_is_an_error() -> None:
    with pytest.raises(ValueError, match="moon"):
        warn("moon")


# Other answers after it


def test_urgent_reply_comes_before_the_other_answers() -> None:
    turn = warn("fever", about=(HSG,), questions=several("ask_timing", "ask_cost"))
    assert kinds(turn) == [("urgent", None), ("answer", "timing"), ("answer", "cost")]


def test_other_question_is_remembered() -> None:
    assert warn("fever", about=(HSG,), questions=several("ask_cost")).slots["topic"] == "cost"


def test_sign_alone_leaves_the_conversation_as_it_was_and_is_remembered() -> None:
    slots: Slots = {"topic": "cost", "procedure": "hsg", "checklist": "{}", "dates_talk": '{"topic":"timing"}'}
    assert warn("fever", slots=slots).slots == slots | {"warned_of": ["fever"]}


# What is kept beside it


def test_signs_of_several_messages_are_kept_once_each() -> None:
    first = warn("heavy_bleeding", "fever")
    assert warn("fever", "chest_pain", slots=first.slots).slots["warned_of"] == [
        "chest_pain",
        "fever",
        "heavy_bleeding",
    ]


def test_procedure_phase_and_days_told_beside_a_sign_are_kept() -> None:
    kept = warn("fever", about=(HSG, AFTER), text="I have a fever, my HSG was on 3 March", today="2026-03-09").slots
    assert (kept["procedure"], kept["phase"]) == ("hsg", "after")
    assert read_talk(kept["dates_talk"]).told.procedure_day == Day(text="3 March", on=date(2026, 3, 3))


@pytest.mark.parametrize("about", [(), (HSG, HYSTEROSCOPY)], ids=["none", "both"])
def test_procedure_named_before_is_kept_where_a_sign_names_not_one(about: tuple[Entity, ...]) -> None:
    assert warn("fever", about=about, slots={"procedure": "hsg"}).slots["procedure"] == "hsg"


# Whatever fails after it


@pytest.mark.parametrize("error", [RuntimeError, KeyError, ValueError, OSError])
def test_urgent_reply_is_given_whatever_fails_after_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise error("her words")

    monkeypatch.setattr(answer_warning_sign, "answer", fail)
    turn = warn("fever", about=(HSG,), questions=several("ask_cost"))
    assert kinds(turn) == [("urgent", None)]
    assert (turn.slots["warned_of"], turn.slots["procedure"]) == (["fever"], "hsg")
    assert error.__name__ in caplog.text
    assert "her words" not in caplog.text


def test_urgent_reply_is_given_although_days_beside_it_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(shared, "day_reader", fail)
    assert kinds(warn("fever")) == [("urgent", None)]


# Where the table is away


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sign_is_answered_without_a_database(attempts: list[str], language: str) -> None:
    turn = warn("chest_pain", language=language)
    assert kinds(turn) == [("urgent", None)]
    assert shared.wording().clinic.emergency_number in turn.reply["text"]
    assert attempts == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sign_beside_a_question_is_answered_without_a_database(attempts: list[str], language: str) -> None:
    turn = warn("chest_pain", about=(HSG,), questions=several("ask_cost"), language=language)
    assert kinds(turn) == [("urgent", None)]
    assert turn.slots["warned_of"] == ["chest_pain"]
    assert attempts != []  # for the question, after the urgent reply


# The rule


def test_warning_sign_leads_to_this_action_alone() -> None:
    rules = read_yaml(ROOT / "data" / "rules" / "conversation.yml")["rules"]
    steps = [rule["steps"] for rule in rules if {"intent": WARNING_SIGN} in rule["steps"]]
    assert steps == [[{"intent": WARNING_SIGN}, {"action": ActionAnswerWarningSign().name()}]]
