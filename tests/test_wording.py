"""Fixed sentences with their details filled in, and the labels that go into them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import knowledge as made_up_knowledge
from made_up import write_yaml

from bot.files import UnreadableFile
from bot.question import Procedure
from bot.settings import Clinic, read_clinic
from bot.wording import MissingSentence, Wording, clinic_words, details_of, read_sentences, read_wording

TABLE = made_up_knowledge([])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_yaml(
        tmp_path / "a.yml",
        {
            "responses": {
                "utter_kite": [{"text": "  A {colour} kite.\n"}],
                "utter_call": [{"text": "Call {clinic}: {phones}, {hours}, {emergency_number}."}],
                "utter_the_test": [{"text": "thing"}],
            }
        },
    )
    return tmp_path


@pytest.fixture
def words(folder: Path, clinic: Clinic) -> Wording:
    return read_wording(TABLE, clinic, folder)


def test_sentence_is_said_with_its_details(words: Wording) -> None:
    assert words.say("utter_kite", colour="red") == "A red kite."


def test_clinics_own_details_are_always_at_hand(words: Wording, clinic: Clinic) -> None:
    expected = f"Call {clinic.name}: {clinic.phone_line}, {clinic.hours_line}, {clinic.emergency_number}."
    assert words.say("utter_call") == expected


@pytest.mark.parametrize("name", ["utter_kite", "utter_nothing"])
def test_missing_sentence_or_detail_is_named(words: Wording, name: str) -> None:
    with pytest.raises(MissingSentence, match=rf"^data/responses: {name}: .* is missing$"):
        words.say(name)


@given(detail=st.text())
def test_detail_is_said_word_for_word(detail: str) -> None:
    words = Wording({"utter_kite": "<{colour}>"}, read_clinic(), {}, {}, {}, {})
    assert words.say("utter_kite", colour=detail) == f"<{detail}>"


@pytest.mark.parametrize(
    ("topic", "procedure", "expected"),
    [
        ("kites", Procedure.HSG, "What about HSG kites?"),
        ("lanterns", Procedure.HYSTEROSCOPY, "What about hysteroscopy lanterns?"),
        ("kites", None, "What about thing kites?"),
    ],
)
def test_topic_is_asked_for_in_a_patients_words(
    words: Wording, topic: str, procedure: Procedure | None, expected: str
) -> None:
    assert words.ask(topic, procedure) == expected


def test_topic_has_its_label(words: Wording) -> None:
    assert words.topic_label("lanterns") == "the lanterns"


def test_procedure_has_its_name(words: Wording) -> None:
    assert words.procedure_name(Procedure.HSG) == "HSG"


def test_condition_has_its_label(words: Wording) -> None:
    assert words.conditions["windy"].label == "It is windy"


def test_sentences_are_read_from_every_file(folder: Path) -> None:
    write_yaml(folder / "b.yml", {"responses": {"utter_lantern": [{"text": "A lantern."}]}})
    assert read_sentences(folder).keys() == {"utter_kite", "utter_call", "utter_the_test", "utter_lantern"}


def test_sentence_file_that_cannot_be_read_is_refused(folder: Path) -> None:
    (folder / "c.yml").write_text("responses: [")
    with pytest.raises(UnreadableFile, match=r"c\.yml"):
        read_sentences(folder)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("A kite.", set()),
        ("A {colour} kite for {name}, {colour}.", {"colour", "name"}),
        ("A {{colour}} kite.", set()),
    ],
)
def test_details_of_a_sentence_are_listed(sentence: str, expected: set[str]) -> None:
    assert details_of(sentence) == expected


def test_clinic_gives_four_details(clinic: Clinic) -> None:
    assert clinic_words(clinic).keys() == {"clinic", "phones", "hours", "emergency_number"}
    assert "" not in clinic_words(clinic).values()
