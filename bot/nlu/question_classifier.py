"""Rasa component: what a message asks, given what was talked about before it, and the warning signs in it.

By `bot.understanding.understand` and `bot.safety.watch`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import sklearn
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import chinese, safety, understanding
from bot.chinese.data import FOLDER as CHINESE_DATA
from bot.chinese.read import ChineseReader, load_chinese_reader, train_chinese_reader
from bot.dates.talk import read_talk
from bot.files import DATA, KNOWLEDGE
from bot.knowledge.check import check_knowledge
from bot.safety.examples import FOLDER as SIGN_EXAMPLES
from bot.safety.watch import Limits, Watch, Watched, load_watch, train_watch
from bot.settings import read_settings
from bot.understanding.embed import KEPT, Encoder, load_encoder
from bot.understanding.examples import MARKS, Asked, Example
from bot.understanding.gate import SIGNALS, Gate
from bot.understanding.language import CHINESE, ENGLISH, LanguageFinder, build_language_finder
from bot.understanding.turn import Open
from bot.understanding.understand import AskedQuestion, Before, Read, build_understanding, load_reader, train_reader

QUESTIONS, TOO_MANY, SIGNS, LANGUAGE = "questions", "too_many", "signs", "language"
OTHER_LANGUAGE = "other_language"
PERSON, TO_PERSON = "person", "to_person"  # metadata: a person answers her; the intent of what is for that person
FOR_THE_ASSISTANT = ("my_data", "forget_me")  # done for her whoever answers
RANKING_LENGTH = 5


@dataclass(frozen=True)
class Readers:
    """What a trained component reads with: what finds the language, and a reader of each that is answered.

    The last `kept` readings are kept (about 4 kB each): who taps a button or asks in few words is often not the first.
    """

    languages: LanguageFinder
    english: Watch
    chinese: ChineseReader
    kept: int = 0

    @cached_property
    def read(self) -> Callable[[str, str, Before, Open], Watched]:
        """What reads a text: in its language, after what was talked about before, with what is open."""
        return lru_cache(self.kept)(partial(_read, self))


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class QuestionClassifier(GraphComponent):
    """Sets a message's intent, its confidence, the runners-up and the procedures and conditions it names."""

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, readers: Readers | None
    ) -> None:
        _gate(config["gate"]), _limits(config["warning_signs"])
        self._model_storage = model_storage
        self._resource = resource
        self._readers = readers

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return no default: the gate, chosen by `make calibrate`, and the watch's limits stand in `config.yml`."""
        return {}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return what Rasa's cache cannot see and a trained classifier depends on: its code and the names."""
        digest = sha256()
        files = [KNOWLEDGE / "procedures.yml", DATA / "words.yml", KNOWLEDGE / "warning_signs.yml"]
        for package in (understanding, safety, chinese):
            files += sorted(Path(str(package.__file__)).parent.glob("*.py"))
        for path in (
            *files,
            *sorted(SIGN_EXAMPLES.glob("*.yml")),
            *(CHINESE_DATA / f"{name}.yml" for name in ("names", "questions", "signs")),
        ):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionClassifier:
        """Return an untrained component."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> QuestionClassifier:
        """Return the trained component."""
        sklearn.set_config(assume_finite=True, skip_parameter_validation=True)  # 2 ms a message; we pass what we made
        kept = read_settings().read_cache
        knowledge = check_knowledge()  # in use until all have read in it
        with model_storage.read_from(resource) as folder:
            understanding = build_understanding(_encoder(threads=1, kept=kept))
            reader = load_reader(understanding, Path(folder), _gate(config["gate"]))
            watch = load_watch(reader, Path(folder), _limits(config["warning_signs"]))
            languages = build_language_finder(understanding.speller)
            chinese_reader = load_chinese_reader(knowledge, read_settings().clinic, Path(folder))
            return cls(config, model_storage, resource, Readers(languages, watch, chinese_reader, kept))

    def train(self, training_data: TrainingData) -> Resource:
        """Train on every example that has an intent and text, and store the result."""
        examples = [_example(example) for example in training_data.intent_examples if example.get(TEXT)]
        with self._model_storage.write_to(self._resource) as folder:
            understanding = build_understanding(_encoder(threads=2, kept=KEPT))
            train_reader(understanding, examples, Path(folder))
            train_watch(understanding, Path(folder))
            train_chinese_reader(check_knowledge(), read_settings().clinic, Path(folder))
        return self._resource

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Set intent, ranking, questions, names and warning signs of each message that has text.

        Rasa passes no tracker where it reads a message outside of a conversation.
        """
        if self._readers is None:
            return messages
        for message in messages:
            if text := message.get(TEXT):
                language = self._readers.languages.find(text, _language_before(message, tracker))
                message.set(LANGUAGE, language, add_to_output=True)
                watched = self._readers.read(language, text, _before(tracker), _open(tracker))
                _note(message, _left_to_the_assistant(watched, text) if _has_person(message) else watched)
        return messages


def _read(readers: Readers, language: str, text: str, before: Before, is_open: Open) -> Watched:
    """Return what a message asks or answers, and the signs in it, read in its language.

    English words for a sign count in a message of any language.
    """
    if language == ENGLISH:
        return readers.english.read(text, before, is_open)
    if language == CHINESE:
        watched = readers.chinese.read(text)
    else:
        watched = Watched(Read([AskedQuestion(0, len(text), text, ((OTHER_LANGUAGE, 1.0),))], []))
    if signs := readers.english.sure_signs(text):  # whatever the language is taken for
        rest = watched.read if watched.signs else replace(watched.read, questions=[])
        return Watched(rest, tuple(dict.fromkeys((*watched.signs, *signs))), 1.0)
    return watched


def _left_to_the_assistant(watched: Watched, text: str) -> Watched:
    """Return what the assistant does about a message while a person answers: the signs, and what is kept of her."""
    if watched.signs:
        return replace(watched, read=replace(watched.read, questions=[]))
    if watched.ranking[0][0] in FOR_THE_ASSISTANT:
        return watched
    return Watched(Read([AskedQuestion(0, len(text), text, ((TO_PERSON, 1.0),))], []))


def _has_person(message: Message) -> bool:
    """Tell whether a person answers the conversation in which a message was written."""
    return bool((message.get("metadata") or {}).get(PERSON))


def _note(message: Message, watched: Watched) -> None:
    """Write into a message what was read in it.

    Its intent is `warning_sign`, else that of its only question, or `several_questions`; `questions` holds each.
    """
    read = watched.read
    ranking = [
        {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
        for name, confidence in watched.ranking[:RANKING_LENGTH]
    ]
    questions = [
        {
            "start": question.start,
            "end": question.end,
            "text": question.text,
            "follows": question.follows,
            "ranking": [
                {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
                for name, confidence in question.ranking[:RANKING_LENGTH]
            ],
        }
        for question in read.questions
    ]
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
    message.set(QUESTIONS, questions, add_to_output=True)
    message.set(TOO_MANY, read.too_many, add_to_output=True)
    message.set(SIGNS, list(watched.signs), add_to_output=True)
    message.set(ENTITIES, message.get(ENTITIES, []) + [_entity(mention) for mention in read.mentions], True)


def _example(message: Message) -> Example:
    asked = [
        Asked(entity["start"], entity["end"], entity["value"], entity["entity"] == "follows")
        for entity in message.get(ENTITIES, [])
        if entity["entity"] in MARKS
    ]
    return Example(message.get(TEXT), message.get(INTENT), tuple(asked))


def _language_before(message: Message, tracker: DialogueStateTracker | None) -> str:
    """Return the language of the message before, else that of the page."""
    before = tracker.latest_message.parse_data.get(LANGUAGE) if tracker and tracker.latest_message else None
    page = (message.get("metadata") or {}).get(LANGUAGE)
    return str(before or page or ENGLISH)


def _before(tracker: DialogueStateTracker | None) -> Before:
    """Return what was talked about before; nothing where Rasa reads a message without a conversation."""
    if tracker is None:
        return Before()
    return Before(topic=tracker.get_slot("topic"), phase=tracker.get_slot("phase"))


def _open(tracker: DialogueStateTracker | None) -> Open:
    """Return what is open between the assistant and her."""
    if tracker is None:
        return Open()
    talk = read_talk(tracker.get_slot("dates_talk"))
    return Open(bool(tracker.get_slot("checklist")), talk.topic is not None, talk.detail is not None)


def _gate(config: dict[str, Any]) -> Gate:
    return Gate(
        weights=tuple(float(config["weights"][name]) for name in SIGNALS),
        bias=float(config["bias"]),
        least_in_scope=float(config["least_in_scope"]),
        least_topic=float(config["least_topic"]),
        temperature=float(config["temperature"]),
        temperature_of_several=float(config["temperature_of_several"]),
        scale=float(config["scale"]),
        offset=float(config["offset"]),
    )


def _limits(config: dict[str, Any]) -> Limits:
    return Limits(float(config["least_where_sure"]), float(config["least_alone"]))


def _encoder(threads: int, kept: int) -> Encoder:
    return load_encoder(read_settings().encoder_folder, threads, kept)


def _entity(mention: Any) -> dict[str, Any]:
    return {
        "entity": mention.kind,
        "value": mention.value,
        "start": mention.start,
        "end": mention.end,
        "extractor": "NameFinder",
    }
