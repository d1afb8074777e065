"""What is made of the questions found in a message, as a table of made-up scores."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from made_up_scores import scored

from bot.understanding.classify import Scored
from bot.understanding.gate import SIGNALS, UNCLEAR, Gate
from bot.understanding.understand import Looked, Reader

CLASSES = ("ask_boats", "ask_drums", "ask_kites", "ask_lanterns", "ask_toys", "follow_up", "greet", "out_of_scope")
# In scope when the odds say so; a topic is answered from half of the topics' chance on.
GATE = Gate(tuple(float(name == "in_scope_odds") for name in SIGNALS), 0.0, least_in_scope=0.5, least_topic=0.5)
TEXT = "one, two, three"
SPANS = ((0, 3), (5, 8), (10, 15))


def chances(in_scope: float, **given: float) -> Scored:
    return scored([given.get(name, 0.0) for name in CLASSES], in_scope=in_scope)


def unclear(first: str, second: str, third: str) -> Scored:
    return chances(1.0, **{f"ask_{first}": 0.4, f"ask_{second}": 0.3, f"ask_{third}": 0.2})


KITES, LANTERNS, BOATS = chances(1.0, ask_kites=0.9), chances(1.0, ask_lanterns=0.9), chances(1.0, ask_boats=0.9)
KITES_OR_TOYS, TOYS_OR_KITES = unclear("kites", "toys", "drums"), unclear("toys", "kites", "drums")
HELLO, NOTHING = chances(-1.0, greet=0.9), chances(-1.0, out_of_scope=0.9)


@pytest.fixture
def reader() -> Reader:
    """A reader that only decides: what it would read with is left out."""
    return Reader(cast(Any, None), cast(Any, None), cast(Any, SimpleNamespace(classes=CLASSES)), GATE)


@pytest.mark.parametrize(
    ("parts", "questions"),
    [
        pytest.param([KITES, LANTERNS], [("one", "ask_kites"), ("two", "ask_lanterns")], id="two"),
        pytest.param(
            [BOATS, KITES, LANTERNS],
            [("one", "ask_boats"), ("two", "ask_kites"), ("three", "ask_lanterns")],
            id="three",
        ),
        pytest.param([KITES, LANTERNS, KITES], [("one", "ask_kites"), ("two", "ask_lanterns")], id="a topic twice"),
        pytest.param([KITES, KITES_OR_TOYS], [("one", "ask_kites")], id="unclear, and rather goes on"),
        pytest.param([KITES_OR_TOYS, KITES], [("two", "ask_kites")], id="unclear, and rather leads up to it"),
        pytest.param(
            [KITES, TOYS_OR_KITES], [("one", "ask_kites"), ("two", UNCLEAR)], id="unclear, and rather another"
        ),
        pytest.param([TOYS_OR_KITES, KITES], [("one", UNCLEAR), ("two", "ask_kites")], id="unclear before it"),
        pytest.param(
            [TOYS_OR_KITES, KITES, unclear("drums", "toys", "boats")],
            [("one", UNCLEAR), ("two", "ask_kites"), ("three", UNCLEAR)],
            id="two unclear, about different things",
        ),
        pytest.param(
            [TOYS_OR_KITES, KITES, TOYS_OR_KITES],
            [("one", UNCLEAR), ("two", "ask_kites")],
            id="two unclear, about the same",
        ),
    ],
)
def test_questions_that_are_found_are_kept_unless_they_add_nothing(
    reader: Reader, parts: list[Scored], questions: list[tuple[str, str]]
) -> None:
    decided = reader.decide(TEXT, Looked(SPANS[: len(parts)], BOATS, tuple(parts)))
    assert [(question.text, question.intent) for question in decided] == questions


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([], id="one question or none"),
        pytest.param([KITES_OR_TOYS, unclear("boats", "toys", "drums")], id="all unclear"),
    ],
)
@pytest.mark.parametrize(
    ("whole", "intent"),
    [(KITES, "ask_kites"), (HELLO, "greet"), (NOTHING, "out_of_scope"), (KITES_OR_TOYS, UNCLEAR)],
    ids=["topic", "small talk", "another subject", "unclear"],
)
def test_message_without_a_clear_question_is_decided_as_a_whole(
    reader: Reader, parts: list[Scored], whole: Scored, intent: str
) -> None:
    (decided,) = reader.decide(TEXT, Looked(SPANS[: len(parts)], whole, tuple(parts)))
    assert (decided.text, decided.intent, decided.start, decided.end) == (TEXT, intent, 0, len(TEXT))


def test_message_about_another_subject_is_declined_whatever_its_questions_look_like(reader: Reader) -> None:
    (decided,) = reader.decide(TEXT, Looked(SPANS[:2], NOTHING, (KITES, LANTERNS)))
    assert (decided.text, decided.intent) == (TEXT, "out_of_scope")


def test_unclear_question_offers_the_three_likeliest_topics(reader: Reader) -> None:
    (decided,) = reader.decide(TEXT, Looked((), unclear("toys", "drums", "kites"), ()))
    assert decided.topic_intents == ("ask_toys", "ask_drums", "ask_kites")
