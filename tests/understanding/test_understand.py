"""Reading one message, with a reader that learnt from a tiny world of kites and lanterns."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from letters import QUESTIONS, STORIES, LetterEncoder, tiny_examples

from bot.knowledge.shapes import Knowledge
from bot.question import Phase
from bot.understanding.gate import SIGNALS, Gate
from bot.understanding.understand import (
    FOLLOW_UP,
    MOST_QUESTIONS,
    SEVERAL,
    Before,
    Read,
    Reader,
    Understanding,
    build_understanding,
    load_reader,
    train_reader,
)
from bot.understanding.views import View

KITES, LANTERNS, BALLOONS, BOATS, DRUMS = QUESTIONS.values()
# In scope is what is nearer to a topic than to something else.
WEIGHTS = {"nearest_of_topic": 10.0, "nearest_out_of_scope": -10.0}
GATE = Gate(tuple(WEIGHTS.get(name, 0.0) for name in SIGNALS), 0.0, least_in_scope=0.5, least_topic=0.5)
ABOUT_KITES = Before(topic="kites")


@pytest.fixture(scope="module")
def encoder() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture(scope="module")
def understanding(encoder: Any) -> Understanding:
    """The shipped names, and the topics of the tiny world."""
    return replace(
        build_understanding(encoder),
        known_questions={"may the kite sleep?": "ask_kites"},
        asks={intent.removeprefix("ask_"): f"{text.capitalize()}?" for intent, text in QUESTIONS.items()},
        phases={"ask_kites": "before", "ask_lanterns": "after", "ask_drums": "day"},
    )


@pytest.fixture(scope="module")
def reader(understanding: Understanding, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder: Path = tmp_path_factory.mktemp("reader")
    train_reader(understanding, tiny_examples(), folder)
    return load_reader(understanding, folder, GATE)


def intents(read: Read) -> list[str]:
    return [question.intent for question in read.questions]


# One question


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how high does my kite fly", "ask_kites"),
        ("how long does my lantern burn", "ask_lanterns"),
        (f"{STORIES[0]} {BOATS}?", "ask_boats"),
        (f"{BOATS}? {STORIES[1]}", "ask_boats"),
        ("hello friend", "greet"),
        ("weather of tomorrow in zzyzx", "out_of_scope"),
    ],
)
def test_message_is_read_as_what_it_asks(reader: Reader, text: str, intent: str) -> None:
    read = reader.read(text)
    assert intents(read) == [intent]
    assert read.ranking == read.questions[0].ranking
    assert not read.too_many


def test_only_question_holds_the_whole_message(reader: Reader) -> None:
    text = f"{STORIES[0]} {KITES}?"
    (question,) = reader.read(text).questions
    assert (question.start, question.end, question.text, question.follows) == (0, len(text), text, False)


def test_runners_up_are_topics_with_falling_confidence(reader: Reader) -> None:
    (question,) = reader.read(KITES).questions
    assert question.topic_intents[0] == "ask_kites"
    assert len(question.topic_intents) == 3
    confidence = [value for _, value in question.ranking]
    assert confidence == sorted(confidence, reverse=True)


def test_names_and_conditions_are_read_with_the_question(reader: Reader) -> None:
    read = reader.read("how long does the lantern burn at a dye test with polyps")
    assert intents(read) == ["ask_lanterns"]
    assert [mention.value for mention in read.mentions] == ["hsg", "polyps"]


@pytest.mark.parametrize("text", ["", " ", "?", "\U0001fa81", "\ud800", "zzz " * 500], ids=lambda text: repr(text[:8]))
def test_any_text_is_read_as_one_thing(reader: Reader, text: str) -> None:
    assert len(reader.read(text).questions) == 1


# What needs no classifier


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("HSG", ["hsg"]),
        ("hystroscopy!", ["hysteroscopy"]),
        ("dye test", ["hsg"]),
        ("HSG, hysteroscopy", ["hsg", "hysteroscopy"]),
    ],
)
@pytest.mark.parametrize("before", [Before(), ABOUT_KITES], ids=["nothing before", "a topic before"])
def test_name_alone_is_a_follow_up(reader: Reader, text: str, named: list[str], before: Before) -> None:
    read = reader.read(text, before)
    assert read.ranking == ((FOLLOW_UP, 1.0),)
    assert [mention.value for mention in read.mentions] == named


@pytest.mark.parametrize("text", ["May the kite sleep?", "  may the kite sleep? "])
def test_question_of_a_button_needs_no_classifier(reader: Reader, encoder: LetterEncoder, text: str) -> None:
    encoder.encoded.clear()
    assert reader.read(text).ranking == (("ask_kites", 1.0),)
    assert encoder.encoded == []


def test_question_of_a_button_follows_nothing(reader: Reader) -> None:
    (question,) = reader.read("May the kite sleep?", Before(topic="lanterns")).questions
    assert (question.intent, question.follows) == ("ask_kites", False)


# Several questions


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        pytest.param(f"{KITES}? {LANTERNS}?", [KITES, LANTERNS], id="two"),
        pytest.param(f"{LANTERNS}? {KITES}?", [LANTERNS, KITES], id="the other way round"),
        pytest.param(f"{STORIES[0]} {KITES}? {STORIES[1]} {BOATS}?", [KITES, BOATS], id="with stories"),
        pytest.param(f"{DRUMS}? {KITES}? {BALLOONS}?", [DRUMS, KITES, BALLOONS], id="three"),
        pytest.param(f"{KITES}? {LANTERNS}? {KITES}?", [KITES, LANTERNS], id="one topic twice"),
    ],
)
def test_questions_of_a_message_are_read_in_order_and_each_topic_once(
    reader: Reader, text: str, asked: list[str]
) -> None:
    read = reader.read(text)
    by_words = {words: intent for intent, words in QUESTIONS.items()}
    assert intents(read) == [by_words[words] for words in asked]
    assert [question.text for question in read.questions] == asked
    assert [text[question.start : question.end] for question in read.questions] == asked
    assert not read.too_many


def test_message_with_several_questions_is_as_sure_as_the_least_sure_of_them(reader: Reader) -> None:
    read = reader.read(f"{KITES}? {LANTERNS}?")
    (intent, confidence), *others = read.ranking
    assert intent == SEVERAL
    assert confidence == min(question.ranking[0][1] for question in read.questions)
    assert others == list(read.questions[0].ranking)


@pytest.mark.parametrize(
    ("asked", "too_many"), [([KITES, LANTERNS, BALLOONS, BOATS], False), ([*QUESTIONS.values()], True)]
)
def test_no_more_than_four_questions_are_taken(reader: Reader, asked: list[str], too_many: bool) -> None:
    read = reader.read("? ".join(asked) + "?")
    assert [question.text for question in read.questions] == asked[:MOST_QUESTIONS]
    assert read.too_many == too_many


def test_questions_of_a_message_follow_nothing(reader: Reader) -> None:
    read = reader.read(f"{BOATS}? {LANTERNS}?", ABOUT_KITES)
    assert [(question.intent, question.follows) for question in read.questions] == [
        ("ask_boats", False),
        ("ask_lanterns", False),
    ]


# What was talked about before


def test_follow_up_is_read_with_the_topic_before_it(reader: Reader, encoder: LetterEncoder) -> None:
    encoder.encoded.clear()
    (question,) = reader.read("and at midnight", ABOUT_KITES).questions
    assert (question.intent, question.follows, question.text) == ("ask_kites", True, "and at midnight")
    assert f"{KITES.capitalize()}? and at midnight" in encoder.encoded


def test_follow_up_to_nothing_stays_a_follow_up(reader: Reader) -> None:
    (question,) = reader.read("and at midnight").questions
    assert (question.intent, question.follows) == (FOLLOW_UP, False)


def test_follow_up_that_names_a_procedure_asks_the_same_of_that_one(reader: Reader) -> None:
    (question,) = reader.read("and at midnight at the HSG", ABOUT_KITES).questions
    assert not question.follows


@pytest.mark.parametrize("text", [LANTERNS, f"{STORIES[0]} {BOATS}?", "hello there friend"])
def test_message_that_makes_sense_alone_is_not_read_with_the_topic_before_it(reader: Reader, text: str) -> None:
    assert reader.read(text, ABOUT_KITES).questions == reader.read(text).questions


# Where she stands


def kites_against_lanterns(reader: Reader, text: str, phase: Phase | None) -> float:
    """Return how much likelier kites (before) are than lanterns (after)."""
    chances = dict(reader.read(text, Before(phase=phase)).questions[0].ranking)
    return chances["ask_kites"] / chances["ask_lanterns"]


def test_topic_of_where_she_stands_is_likelier(reader: Reader) -> None:
    before, day, after, unknown = (
        kites_against_lanterns(reader, "the kite and the lantern", phase) for phase in (*Phase, None)
    )
    assert before > 1.5 * unknown > 2 * after
    assert day == pytest.approx(unknown, rel=1e-3)


def test_where_she_says_that_she_stands_beats_what_she_said_before(reader: Reader) -> None:
    text = "I had my HSG yesterday. the kite and the lantern"
    told, said_before = (kites_against_lanterns(reader, text, phase) for phase in (None, Phase.BEFORE))
    assert told == said_before


@pytest.mark.parametrize("phase", Phase)
def test_clear_question_is_answered_wherever_she_stands(reader: Reader, phase: Phase) -> None:
    assert intents(reader.read(f"{KITES}? {LANTERNS}?", Before(phase=phase))) == ["ask_kites", "ask_lanterns"]


# Which procedure is named does not matter to what is asked


def test_classifier_never_sees_which_procedure_was_named(reader: Reader, encoder: LetterEncoder) -> None:
    encoder.encoded.clear()
    reader.read("does the kite fly at a hystroscopy")
    assert encoder.encoded[0] == "does the kite fly at a test"
    assert [text for text in encoder.encoded if "scopy" in text] == []


def test_procedures_keep_their_names_where_both_are_named(understanding: Understanding) -> None:
    assert understanding.standardise("hystroscopy or dye test?") == "hysteroscopy or HSG?"


def test_what_asks_has_a_vector_of_its_own_from_one_reading(
    understanding: Understanding, encoder: LetterEncoder
) -> None:
    told = "It is red. How high? How long?"
    encoder.encoded.clear()
    seen = understanding.see([View(told, ((11, 20), (21, 30))), View("Why?")])
    assert encoder.encoded == [told, "Why?"]
    assert (seen.texts, seen.parts) == ([told, "Why?"], ["How high? How long?", "Why?"])
    assert seen.vectors == pytest.approx(encoder.encode([told, "Why?"]))
    assert seen.part_vectors == pytest.approx(encoder.encode(["How high? How long?", "Why?"]))


def test_what_asks_is_found_again_where_words_before_it_were_changed(
    understanding: Understanding, encoder: LetterEncoder
) -> None:
    told = "My histeroskopy was yesterday. Is spoting ok?"
    seen = understanding.see([View(told, ((31, 45),))])
    assert seen.texts == ["My test was yesterday. Is spotting ok?"]
    assert seen.part_vectors == pytest.approx(encoder.encode(["Is spotting ok?"]))


def test_meaning_of_a_text_is_that_of_the_whole(understanding: Understanding) -> None:
    (seen,) = understanding.see([View("Does the HSG hurt?")]).vectors
    assert understanding.meaning("Does the HSG hurt?") == pytest.approx(seen)


# The shipped table


def test_built_understanding_knows_the_standard_names(encoder: Any, knowledge: Knowledge) -> None:
    assert build_understanding(encoder).standard_names == {entry.id: entry.name for entry in knowledge.procedures}


def test_built_understanding_knows_every_question_of_a_button(encoder: Any, knowledge: Knowledge) -> None:
    known = build_understanding(encoder).known_questions
    names = [*(entry.name for entry in knowledge.procedures), "test"]
    asked = {
        topic.ask.format(procedure=name).lower(): f"ask_{topic.id}" for topic in knowledge.topics for name in names
    }
    assert {text: known.get(text) for text in asked} == asked


def test_built_understanding_can_ask_for_every_topic_before(encoder: Any, knowledge: Knowledge) -> None:
    asks = build_understanding(encoder).asks
    assert asks.keys() == {topic.id for topic in knowledge.topics}
    assert [text for text in asks.values() if not text or "{" in text] == []
