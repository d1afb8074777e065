"""Rasa's component: what is written into a message, what is learnt from training data, what is known from before."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.events import UserUttered
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
    from bot.nlu.question_classifier import QuestionClassifier, Readers

CONFIG: dict[str, Any] = read_yaml(ROOT / "config.yml")["pipeline"][0]
Slots = dict[str, Any]
RANKING = tuple((f"ask_{letter}", 1.0 / number) for number, letter in enumerate("abcdefg", start=1))
ONE = AskedQuestion(0, 9, "how high?", RANKING)
TWO = AskedQuestion(10, 14, "why?", (("nlu_fallback", 0.6), ("ask_a", 0.4)), follows=True)


@dataclass
class StandInWatch:
    """Reads every message as the same, and keeps what it was given."""

    read_as: Watched
    sure: tuple[str, ...] = ()
    given: list[tuple[str, Before, Open]] = field(default_factory=list)

    def read(self, text: str, before: Before, is_open: Open) -> Watched:
        self.given.append((text, before, is_open))
        return self.read_as

    def sure_signs(self, text: str) -> tuple[str, ...]:
        return self.sure if text else ()


@dataclass
class StandInChinese:
    """Reads every message as the same, and keeps what it was given."""

    read_as: Watched
    given: list[str] = field(default_factory=list)

    def read(self, text: str) -> Watched:
        self.given.append(text)
        return self.read_as


@dataclass
class StandInLanguages:
    """Finds the same language in every message, and keeps what it was given."""

    language: str
    given: list[tuple[str, str]] = field(default_factory=list)

    def find(self, text: str, before: str) -> str:
        self.given.append((text, before))
        return self.language


def component(watch: Any, languages: Any = None, chinese: Any = None) -> QuestionClassifier:
    """Return a trained component that takes every message for English, unless told."""
    nothing: Any = None
    finder: Any = languages or StandInLanguages("en")
    return QuestionClassifier(CONFIG, nothing, nothing, Readers(finder, watch, chinese))


def processed(read: Read, *signs: str, chance: float = 0.0) -> Message:
    watch = StandInWatch(Watched(read, signs, chance))
    (message,) = component(watch).process([Message({"text": "how high? why?"})], None)
    return message


@dataclass(frozen=True)
class StandInTracker:
    """Holds the slots of a conversation and its last message."""

    slots: Slots
    latest_message: UserUttered | None = None

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


@pytest.mark.parametrize("key", ["intent", "intent_ranking", "questions", "too_many", "entities", "signs", "language"])
def test_what_is_written_goes_on_to_the_actions(key: str) -> None:
    assert key in processed(Read([ONE], [])).as_dict(only_output_properties=True)


def test_message_without_text_is_left_alone() -> None:
    watch = StandInWatch(Watched(Read([ONE], [])))
    (message,) = component(watch).process([Message({"intent": "greet"})], None)
    assert (message.get("questions"), watch.given) == (None, [])
    assert message.get("language") is None


def test_untrained_component_leaves_messages_alone() -> None:
    nothing: Any = None
    (message,) = QuestionClassifier(CONFIG, nothing, nothing, None).process([Message({"text": "how high?"})], nothing)
    assert message.get("questions") is None
    assert message.get("language") is None


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


# The language of a message


@dataclass(frozen=True)
class Heard:
    """A message that was taken for a language, and the stand-ins that it went by."""

    message: Message
    english: StandInWatch
    chinese: StandInChinese

    @property
    def ranking(self) -> list[tuple[str, float]]:
        return [(entry["name"], entry["confidence"]) for entry in self.message.get("intent_ranking")]


def heard_in(language: str, text: str, *sure: str) -> Heard:
    english = StandInWatch(Watched(Read([ONE], [])), sure)
    chinese = StandInChinese(Watched(Read([TWO], [Mention("procedure", "hsg", 0, 4, text[:4])])))
    (message,) = component(english, StandInLanguages(language), chinese).process([Message({"text": text})], None)
    return Heard(message, english, chinese)


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_language_is_written_into_the_message(language: str) -> None:
    assert heard_in(language, "how high?").message.get("language") == language


def test_english_message_goes_to_the_english_watch() -> None:
    heard = heard_in("en", "how high?", "fever")
    assert ([text for text, *_ in heard.english.given], heard.chinese.given) == (["how high?"], [])
    assert heard.message.get("intent")["name"] == "ask_a"
    assert heard.message.get("signs") == []


def test_chinese_message_goes_to_the_chinese_reader() -> None:
    text = "\u8f93\u5375\u7ba1\u9020\u5f71\u75db\u5417\uff1f"
    heard = heard_in("zh", text)
    assert (heard.english.given, heard.chinese.given) == ([], [text])
    assert heard.ranking == [("nlu_fallback", 0.6), ("ask_a", 0.4)]
    assert [question["text"] for question in heard.message.get("questions")] == ["why?"]
    assert [entity["value"] for entity in heard.message.get("entities")] == ["hsg"]


def test_sign_that_the_chinese_reader_sees_is_a_warning_sign() -> None:
    chinese = StandInChinese(Watched(Read([], []), ("fever",), 0.7))
    trained = component(StandInWatch(Watched(Read([ONE], []))), StandInLanguages("zh"), chinese)
    (message,) = trained.process([Message({"text": "\u6211\u53d1\u70e7\u4e86"})], None)
    assert message.get("intent") == {"name": "warning_sign", "confidence": 0.7}
    assert message.get("signs") == ["fever"]


def test_another_language_becomes_other_language() -> None:
    text = "\u00bfDuele mucho la prueba?"
    heard = heard_in("es", text)
    assert (heard.english.given, heard.chinese.given) == ([], [])
    assert heard.ranking == [("other_language", 1.0)]
    assert [question["text"] for question in heard.message.get("questions")] == [text]
    assert heard.message.get("signs") == []


def test_sure_sign_in_another_language_is_a_warning_sign_alone() -> None:
    heard = heard_in("nl", "koorts, fever 39", "fever", "pain")
    assert heard.ranking == [("warning_sign", 1.0)]
    assert heard.message.get("intent") == {"name": "warning_sign", "confidence": 1.0}
    assert heard.message.get("signs") == ["fever", "pain"]
    assert heard.message.get("questions") == []
    assert heard.message.get("language") == "nl"


def said(language: str | None) -> UserUttered:
    return UserUttered("how high?", parse_data={"language": language} if language else None)


@pytest.mark.parametrize(
    ("tracker", "metadata", "before"),
    [
        pytest.param(None, None, "en", id="nothing known"),
        pytest.param(None, {}, "en", id="page without a language"),
        pytest.param(None, {"language": "zh"}, "zh", id="page alone"),
        pytest.param(StandInTracker({}), {"language": "zh"}, "zh", id="no message before"),
        pytest.param(StandInTracker({}, UserUttered.empty()), {"language": "zh"}, "zh", id="nothing said before"),
        pytest.param(StandInTracker({}, said(None)), {"language": "zh"}, "zh", id="message before without a language"),
        pytest.param(StandInTracker({}, said("zh")), None, "zh", id="message before"),
        pytest.param(StandInTracker({}, said("en")), {"language": "zh"}, "en", id="message before on a Chinese page"),
        pytest.param(StandInTracker({}, said("es")), {"language": "en"}, "es", id="message before on an English page"),
    ],
)
def test_language_before_is_that_of_the_message_before_else_of_the_page(
    tracker: Any, metadata: dict[str, Any] | None, before: str
) -> None:
    languages = StandInLanguages("en")
    message = Message({"text": "HSG?", "metadata": metadata})
    component(StandInWatch(Watched(Read([ONE], []))), languages).process([message], tracker)
    assert languages.given == [("HSG?", before)]


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


# While a person answers


def heard_by_a_person(read_as: Watched, language: str = "en", **metadata: str) -> Message:
    trained = component(StandInWatch(read_as), StandInLanguages(language), StandInChinese(read_as))
    message = Message({"text": "how high?", "metadata": {"person": "1"} | metadata})
    return trained.process([message], None)[0]


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_message_to_a_person_is_passed_on_and_nothing_is_read_in_it(language: str) -> None:
    message = heard_by_a_person(Watched(Read([ONE, TWO], [Mention("procedure", "hsg", 0, 3, "HSG")])), language)
    assert message.get("intent") == {"name": "to_person", "confidence": 1.0}
    assert (message.get("signs"), message.get("entities")) == ([], [])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sign_in_a_message_to_a_person_is_a_warning_sign_alone(language: str) -> None:
    message = heard_by_a_person(Watched(Read([ONE], []), ("fever",), 0.9), language)
    assert message.get("intent") == {"name": "warning_sign", "confidence": 0.9}
    assert (message.get("signs"), message.get("questions")) == (["fever"], [])


@pytest.mark.parametrize("name", ["my_data", "forget_me"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_kept_is_told_and_deleted_though_a_person_answers(name: str, language: str) -> None:
    asked = AskedQuestion(0, 9, "how high?", ((name, 0.9),))
    assert heard_by_a_person(Watched(Read([asked], [])), language).get("intent")["name"] == name


def test_without_a_person_the_message_is_read_as_ever() -> None:
    assert heard_by_a_person(Watched(Read([ONE], [])), person="").get("intent")["name"] == "ask_a"
