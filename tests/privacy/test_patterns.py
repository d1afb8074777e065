"""No pattern matches what holds neither a digit nor an @, or no Chinese character: that is not looked through."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked import read_messages
from presidio_analyzer import PatternRecognizer

from bot.privacy.chinese import ChineseNameRecognizer
from bot.privacy.mask import Masker
from bot.privacy.patterns import TELLING, pattern_recognizers

CUES = "my phone number is,MRN,passport no.,IBAN,born on,DOB:,birthday,I live at,Flat,Baker Street,PO Box,SW,AB,ul."
CUES += ",rue de,12th of May,May,postcode is,邮箱,身份证号码是,朝阳路,号,王小明医生,:,-,+,(,),.,#,[name],mail me"
WORDS = [TELLING.sub("", word) for word in CUES.split(",")]
HAN = re.compile(r"[\u4e00-\u9fff]")


def texts() -> Iterator[str]:
    """Yield the project's messages with and without personal details."""
    yield from (message.text for name in ("messages.jsonl", "plain.jsonl") for message in read_messages(name))


def found_by_presidio(recognizer: PatternRecognizer, text: str) -> list[object]:
    return [*PatternRecognizer.analyze(recognizer, text, recognizer.supported_entities)]


@pytest.mark.parametrize("recognizer", [*pattern_recognizers()], ids=lambda one: one.name)
def test_no_pattern_matches_without_a_digit_or_an_at(recognizer: PatternRecognizer) -> None:
    assert [text for text in texts() if found_by_presidio(recognizer, TELLING.sub("", text))] == []


@given(words=st.lists(st.sampled_from(WORDS) | st.text(alphabet="aBzÉł .-/\n'", max_size=4), max_size=12))
def test_no_pattern_matches_cues_without_what_they_announce(words: list[str]) -> None:
    for recognizer in pattern_recognizers():
        assert found_by_presidio(recognizer, " ".join(words)) == []


def test_patterns_find_the_same_where_there_is_one() -> None:
    for recognizer in pattern_recognizers():
        for text in texts():
            assert recognizer.analyze(text, recognizer.supported_entities) == found_by_presidio(recognizer, text)


def test_chinese_names_are_of_chinese_characters(masker: Masker) -> None:
    (chinese,) = (one for one in masker.analyzer.registry.recognizers if isinstance(one, ChineseNameRecognizer))
    assert [text for text in texts() if found_by_presidio(chinese, HAN.sub("x", text))] == []
    assert chinese.analyze("我叫王小明。", chinese.supported_entities)
