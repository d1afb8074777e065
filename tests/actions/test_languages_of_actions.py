"""Which language is answered: that of the message, from the same rows; where it is not spoken, whom to call."""

import pytest
from turn import HSG, Found, answer, take_turn, tracker

from actions.answer_other_language import ActionAnswerOtherLanguage
from actions.reject_message import ActionRejectMessage
from bot.settings import Clinic
from bot.understanding.language import read_others


def other(language: str) -> dict[str, object]:
    return take_turn(ActionAnswerOtherLanguage(), tracker("other_language", language=language)).reply


def test_chinese_question_is_answered_in_chinese_from_the_same_rows() -> None:
    english, chinese = answer("ask_sex_after", HSG).reply, answer("ask_sex_after", HSG, language="zh").reply
    assert (english["language"], chinese["language"]) == ("en", "zh")
    assert chinese["rules"] == english["rules"]
    assert "2 周" in chinese["text"]


def test_chinese_message_about_something_else_is_declined_in_chinese(clinic: Clinic) -> None:
    reply = take_turn(ActionRejectMessage(), tracker("out_of_scope", ranking=("ask_pain",), language="zh")).reply
    assert reply["language"] == "zh"
    assert clinic.told_in("zh").phone_line in reply["text"]


def test_days_told_in_chinese_are_not_read_as_english_ones() -> None:
    reply = answer("ask_timing", HSG, language="zh", text="我月经 20.11. 干净").reply
    assert (reply["kind"], reply["dates"]) == ("answer", None)


@pytest.mark.parametrize("code", sorted(set(read_others()) - {"en", "zh"}))
def test_other_language_gives_the_phones_in_that_language(code: str, clinic: Clinic) -> None:
    reply = other(code)
    text = str(reply["text"])
    assert reply["kind"] == "not_covered"
    assert text == read_others()[code].format(phones=clinic.phone_line, emergency_number=clinic.emergency_number)


def test_language_without_words_of_its_own_gets_both_that_are_spoken(clinic: Clinic) -> None:
    text = str(other("hu")["text"])
    assert text.count(clinic.emergency_number) == 2
    assert "English" in text
    assert "中文" in text


@pytest.mark.parametrize("feeling", ["afraid", "disappointed"])
def test_feeling_of_this_message_is_met_and_not_kept(feeling: str) -> None:
    turn = answer("ask_pain", HSG, ("condition", feeling))
    plain = answer("ask_pain", HSG)
    assert turn.reply["text"] != plain.reply["text"]
    assert turn.slots["conditions"] == []


def test_feeling_beside_a_warning_sign_waits() -> None:
    turn = answer("ask_duration", HSG, ("condition", "afraid"), signs=["fever"])
    assert turn.replies[-1]["text"] == answer("ask_duration", HSG).reply["text"]


def test_tell_more_gives_the_rest_of_the_answer_before() -> None:
    before = answer("ask_sex_after", HSG)
    more = answer("tell_more", slots=before.slots).reply
    assert before.reply["more"] in more["text"]
    assert more["more"] is None


def test_why_gives_the_rest_too() -> None:
    before = answer("ask_sex_after", HSG)
    again = answer("ask_sex_after", slots=before.slots, questions=[Found("ask_sex_after", follows=True)]).reply
    assert before.reply["more"] in again["text"]


def test_other_channels_get_more_as_a_button() -> None:
    (message,) = answer("ask_sex_after", HSG, channel="telegram").sent
    assert message["buttons"][0] == {"title": "Tell me more", "payload": "Tell me more"}
    assert "Source: " in message["text"]
