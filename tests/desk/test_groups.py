"""Missed questions of one meaning are one group, by the shipped encoder."""

from datetime import datetime

import numpy as np
import pytest

from bot.desk.groups import group
from bot.records.missed import MissedQuestion
from bot.understanding.embed import Encoder, load_encoder

NOW = datetime(2026, 3, 10, 12)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """The shipped encoder."""
    return load_encoder()


def questions(*texts: str, why: str = "rejected", topic: str | None = None) -> list[MissedQuestion]:
    return [MissedQuestion(at, NOW, text, why, topic, None, 0.4, None) for at, text in enumerate(texts, start=1)]


def test_questions_that_mean_the_same_are_together_the_largest_group_first(encoder: Encoder) -> None:
    asked = questions(
        "can I park at the clinic",
        "will my eggs be frozen the same week",
        "is there parking near the hospital",
        "where do I leave my car",
        "do you freeze eggs here",
        "parking?",
    )
    groups = group(asked, encoder.encode([one.text for one in asked]))
    found = [{one.id for one in each.questions} for each in groups]
    assert {1, 3} <= found[0]
    assert not found[0] & {2, 5}
    assert sorted(number for each in found for number in each) == [1, 2, 3, 4, 5, 6]


def test_most_typical_question_stands_first() -> None:
    asked = questions("edge", "middle", "other edge")
    vectors = np.array([[0.9, 0.44], [1.0, 0.0], [0.9, -0.44]], dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert group(asked, vectors)[0].questions[0].text == "middle"


@pytest.mark.parametrize("count", [0, 1])
def test_few_questions_are_grouped_too(encoder: Encoder, count: int) -> None:
    asked = questions(*["parking?"] * count)
    assert [len(one.questions) for one in group(asked, encoder.encode(["parking?"] * count or ["x"])[:count])] == [
        1
    ] * count


def test_group_tells_its_likely_topic_and_why_it_is_here() -> None:
    asked = [
        MissedQuestion(1, NOW, "a", "unclear", "pain", "hsg", 0.4, None),
        MissedQuestion(2, NOW, "b", "unclear", "pain", None, 0.4, None),
        MissedQuestion(3, NOW, "c", "voted_down", "cost", None, None, None),
    ]
    (only,) = group(asked, np.ones((3, 1), dtype=np.float32))
    assert (only.likely_topic, only.procedure, dict(only.reasons)) == ("pain", "hsg", {"unclear": 2, "voted_down": 1})
