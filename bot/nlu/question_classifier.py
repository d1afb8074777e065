"""Rasa component: which intent a message has, by `bot.understanding.classify`, and whether it is to be rejected."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import understanding
from bot.files import KNOWLEDGE
from bot.settings import read_settings
from bot.understanding.classify import Classifier, load_classifier
from bot.understanding.embed import Encoder, load_encoder
from bot.understanding.gate import SIGNALS, Gate
from bot.understanding.understand import Understanding, build_understanding

MODEL_FILE = "classifier.npz"
RANKING_LENGTH = 5


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class QuestionClassifier(GraphComponent):
    """Sets a message's intent, its confidence, the runners-up and the procedures and conditions it names."""

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, classifier: Classifier | None
    ) -> None:
        self._gate = _gate(config["gate"])
        self._model_storage = model_storage
        self._resource = resource
        self._classifier = classifier
        self._understanding: Understanding | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return no default: the gate stands in `config.yml`, chosen by `make calibrate`."""
        return {}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return what Rasa's cache cannot see and a trained classifier depends on: its code and the names."""
        digest = sha256((KNOWLEDGE / "procedures.yml").read_bytes())
        for path in sorted(Path(understanding.__file__).parent.glob("*.py")):
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
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, load_classifier(Path(folder) / MODEL_FILE))

    def train(self, training_data: TrainingData) -> Resource:
        """Train on every example that has an intent and text, and store the result."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._classifier = build_understanding(_encoder(threads=2)).train(
            [example.get(TEXT) for example in examples], [example.get(INTENT) for example in examples]
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._classifier.save(Path(folder) / MODEL_FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message that has text."""
        if self._classifier is None:
            return messages
        if self._understanding is None:
            self._understanding = build_understanding(_encoder(threads=1))
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            read = self._understanding.read(text, self._classifier, self._gate)
            ranking = [
                {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
                for name, confidence in read.ranking[:RANKING_LENGTH]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set("entities", message.get("entities", []) + [_entity(mention) for mention in read.mentions], True)
        return messages


def _gate(config: dict[str, Any]) -> Gate:
    return Gate(
        weights=tuple(float(config["weights"][name]) for name in SIGNALS),
        bias=float(config["bias"]),
        least_in_scope=float(config["least_in_scope"]),
        least_topic=float(config["least_topic"]),
    )


def _encoder(threads: int) -> Encoder:
    return load_encoder(read_settings().encoder_folder, threads)


def _entity(mention: Any) -> dict[str, Any]:
    return {
        "entity": mention.kind,
        "value": mention.value,
        "start": mention.start,
        "end": mention.end,
        "extractor": "NameFinder",
    }
