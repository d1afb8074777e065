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

from bot.dates.talk import DatesTalk
from bot.files import ROOT, read_yaml
from bot.question import Phase
from bot.safety.watch import Watched
from bot.told import Told
from bot.understanding.examples import Example, parse_marks
from bot.understanding.names import Mention
from bot.understanding.turn import Open
from bot.understanding.understand import AskedQuestion, Before, Read

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from bot.nlu import question_classifier
    from bot.nlu.question_classifier import QuestionClassifier

CONFIG: dict[str, Any] = read_yaml(ROOT / "config.yml")["pipeline"][0]
Slots = dict[str, Any]
RANKING = tuple((f"ask_{letter}", 1.0 / number) for number, letter in enumerate("abcdefg", start=1))
ONE = AskedQuestion(0, 9, "how high?", RANKING)
TWO = AskedQuestion(10, 14, "why?", (("nlu_fallback", 0.6), ("ask_a", 0.4)), follows=True)


@dataclass
class StandInWatch:
    """Reads every message as the same, and keeps what it was given."""

    read_as: Watched
    given: list[tuple[str, Before, Open]] = field(default_factory=list)

    def read(self, text: str, before: Before, is_open: Open) -> Watched:
        self.given.append((text, before, is_open))
        return self.read_as


def component(watch: Any) -> QuestionClassifier:
    nothing: Any = None
    return QuestionClassifier(CONFIG, nothing, nothing, watch)


def processed(read: Read, *signs: str, chance: float = 0.0) -> Message:
    watch = StandInWatch(Watched(read, signs, chance))
    (message,) = component(watch).process([Message({"text": "how high? why?"})], None)
    return message


@dataclass(frozen=True)
class StandInTracker:
    """Holds the slots of a conversation."""

    slots: Slots

    def get_slot(self, name: str) -> Any:
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


@pytest.mark.parametrize("key", ["intent", "intent_ranking", "questions", "too_many", "entities", "signs"])
def test_what_is_written_goes_on_to_the_actions(key: str) -> None:
    assert key in processed(Read([ONE], [])).as_dict(only_output_properties=True)


def test_message_without_text_is_left_alone() -> None:
    watch = StandInWatch(Watched(Read([ONE], [])))
    (message,) = component(watch).process([Message({"intent": "greet"})], None)
    assert (message.get("questions"), watch.given) == (None, [])


def test_untrained_component_leaves_messages_alone() -> None:
    (message,) = component(None).process([Message({"text": "how high?"})], None)
    assert message.get("questions") is None


# The warning signs in a message


def test_warning_sign_is_the_intent_and_the_questions_are_kept() -> None:
    message = processed(Read([TWO], []), "fever", "rash", chance=0.8)
    assert message.get("intent") == {"name": "warning_sign", "confidence": 0.8}
    assert message.get("signs") == ["fever", "rash"]
    assert [question["text"] for question in message.get("questions")] == ["why?"]


def test_warning_sign_alone_leaves_no_question() -> None:
    message = processed(Read([], []), "fever", chance=1.0)
    assert message.get("intent_ranking") == [{"name": "warning_sign", "confidence": 1.0}]
    assert message.get("questions") == []


def test_message_without_a_sign_has_no_signs() -> None:
    assert processed(Read([ONE], [])).get("signs") == []


# What is known from before


def talk(dates: DatesTalk) -> str:
    return dates.model_dump_json(exclude_defaults=True)


def given_to_watch(slots: Slots | None) -> tuple[str, Before, Open]:
    """Return what the watch is given with a message of a conversation with these slots."""
    watch = StandInWatch(Watched(Read([ONE], [])))
    tracker: Any = None if slots is None else StandInTracker(slots)
    component(watch).process([Message({"text": "why?"})], tracker)
    (given,) = watch.given
    return given


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
def test_reader_is_told_what_was_talked_about(slots: Slots | None, before: Before) -> None:
    assert given_to_watch(slots)[:2] == ("why?", before)


@pytest.mark.parametrize(
    ("slots", "is_open"),
    [
        (None, Open()),
        ({}, Open()),
        ({"checklist": "{}"}, Open(checklist=True)),
        ({"dates_talk": talk(DatesTalk())}, Open()),
        ({"dates_talk": '{"rows": []}'}, Open()),
        ({"dates_talk": talk(DatesTalk(told=Told(number=5)))}, Open()),
        ({"dates_talk": talk(DatesTalk(topic="timing"))}, Open(dates=True)),
        ({"dates_talk": talk(DatesTalk(topic="timing", detail="period_end"))}, Open(dates=True, asked_for_day=True)),
    ],
    ids=["no conversation", "nothing", "checklist", "no dates", "unreadable", "days told", "dates told", "dates asked"],
)
def test_reader_is_told_what_is_open(slots: Slots | None, is_open: Open) -> None:
    assert given_to_watch(slots)[2] == is_open


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
    monkeypatch.setattr(question_classifier, "train_watch", lambda *_: None)
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
