"""Rasa's component: what is written into a message, what is learnt from training data, what is known from before."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.nlu.training_data.entities_parser import parse_training_example
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.files import ROOT, read_yaml
from bot.question import Phase
from bot.understanding.examples import Example, parse_marks
from bot.understanding.names import Mention
from bot.understanding.understand import AskedQuestion, Before, Read

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from bot.nlu import question_classifier
    from bot.nlu.question_classifier import QuestionClassifier

CONFIG: dict[str, Any] = read_yaml(ROOT / "config.yml")["pipeline"][0]
RANKING = tuple((f"ask_{letter}", 1.0 / number) for number, letter in enumerate("abcdefg", start=1))
ONE = AskedQuestion(0, 9, "how high?", RANKING)
TWO = AskedQuestion(10, 14, "why?", (("nlu_fallback", 0.6), ("ask_a", 0.4)), follows=True)


@dataclass
class StandInReader:
    """Reads every message as the same, and keeps what it was given."""

    read_as: Read
    given: list[tuple[str, Before]] = field(default_factory=list)

    def read(self, text: str, before: Before) -> Read:
        self.given.append((text, before))
        return self.read_as


def component(reader: Any) -> QuestionClassifier:
    nothing: Any = None
    return QuestionClassifier(CONFIG, nothing, nothing, reader)


def processed(read: Read) -> Message:
    (message,) = component(StandInReader(read)).process([Message({"text": "how high? why?"})], None)
    return message


@dataclass(frozen=True)
class StandInTracker:
    """Holds the slots of a conversation."""

    slots: dict[str, str]

    def get_slot(self, name: str) -> str | None:
        return self.slots.get(name)


# What is written into a message


def test_message_with_one_question_has_its_intent_and_five_runners_up_at_most() -> None:
    message = processed(Read([ONE], []))
    assert message.get("intent") == {"name": "ask_a", "confidence": 1.0}
    assert [entry["name"] for entry in message.get("intent_ranking")] == ["ask_a", "ask_b", "ask_c", "ask_d", "ask_e"]
    assert message.get("too_many") is False


def test_message_with_several_questions_is_as_sure_as_the_least_sure() -> None:
    message = processed(Read([ONE, TWO], [], too_many=True))
    assert message.get("intent") == {"name": "several_questions", "confidence": 0.6}
    assert message.get("too_many") is True


def test_each_question_is_written_as_the_actions_read_it() -> None:
    one, two = processed(Read([ONE, TWO], [])).get("questions")
    assert two == {
        "start": 10,
        "end": 14,
        "text": "why?",
        "follows": True,
        "ranking": [{"name": "nlu_fallback", "confidence": 0.6}, {"name": "ask_a", "confidence": 0.4}],
    }
    assert one.keys() == two.keys()
    assert len(one["ranking"]) == 5


def test_mentions_are_entities() -> None:
    message = processed(Read([ONE], [Mention("denied_condition", "polyps", 3, 9, "polyps")]))
    assert message.get("entities") == [
        {"entity": "denied_condition", "value": "polyps", "start": 3, "end": 9, "extractor": "NameFinder"}
    ]


@pytest.mark.parametrize("key", ["intent", "intent_ranking", "questions", "too_many", "entities"])
def test_what_is_written_goes_on_to_the_actions(key: str) -> None:
    assert key in processed(Read([ONE], [])).as_dict(only_output_properties=True)


def test_message_without_text_is_left_alone() -> None:
    reader = StandInReader(Read([ONE], []))
    (message,) = component(reader).process([Message({"intent": "greet"})], None)
    assert (message.get("questions"), reader.given) == (None, [])


def test_untrained_component_leaves_messages_alone() -> None:
    (message,) = component(None).process([Message({"text": "how high?"})], None)
    assert message.get("questions") is None


# What is known from before


@pytest.mark.parametrize(
    ("slots", "before"),
    [
        (None, Before()),
        ({}, Before()),
        ({"topic": "kites"}, Before(topic="kites")),
        ({"topic": "kites", "phase": "after"}, Before(topic="kites", phase=Phase.AFTER)),
    ],
    ids=["no conversation", "nothing said", "a topic", "topic and phase"],
)
def test_reader_is_told_what_was_talked_about(slots: dict[str, str] | None, before: Before) -> None:
    reader = StandInReader(Read([ONE], []))
    tracker: Any = None if slots is None else StandInTracker(slots)
    component(reader).process([Message({"text": "why?"})], tracker)
    assert reader.given == [("why?", before)]


# What is learnt


@dataclass(frozen=True)
class StandInStorage:
    """Keeps every trained component in one folder."""

    folder: Path

    @contextmanager
    def write_to(self, _resource: Any) -> Iterator[Path]:
        yield self.folder


def test_what_rasa_reads_is_learnt_as_it_stands_in_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    learnt: list[Example] = []
    monkeypatch.setattr(question_classifier, "load_encoder", lambda *_: None)
    monkeypatch.setattr(question_classifier, "build_understanding", lambda *_: None)
    monkeypatch.setattr(question_classifier, "train_reader", lambda _, examples, __: learnt.extend(examples))
    lines = [
        ("ask_kites", "how high"),
        ("ask_kites", "red. [how high](asks:kites)?"),
        ("ask_kites", "Does it fly? [how high](follows:kites)"),
        ("several_questions", "[how high](asks:kites), [is it hot](asks:lanterns)"),
    ]
    data = TrainingData([parse_training_example(line, intent) for intent, line in lines])
    storage: Any = StandInStorage(tmp_path)
    resource: Any = "resource"
    assert QuestionClassifier(CONFIG, storage, resource, None).train(data) == resource
    assert sorted(learnt, key=str) == sorted((parse_marks(line, intent) for intent, line in lines), key=str)
