"""The assistant's fixed words, in each of its languages.

Sentences of `data/responses/` and the labels of topics, procedures and conditions; in another language those of
`data/languages/<language>/wording.yml`. No sentence stands in Python.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Formatter
from typing import Any

from bot.files import DATA, read_yaml
from bot.knowledge.shapes import ConditionEntry, Knowledge, ProcedureEntry, Source, TopicEntry
from bot.question import Language, Procedure
from bot.settings import Clinic

LANGUAGES = DATA / "languages"


class MissingSentence(Exception):
    """A sentence that is asked for and does not stand in `data/responses/`."""


@dataclass(frozen=True)
class Wording:
    """Every fixed sentence and label, with the clinic's own names and numbers filled in."""

    sentences: Mapping[str, str]
    clinic: Clinic
    topics: Mapping[str, TopicEntry]
    procedures: Mapping[Procedure, ProcedureEntry]
    conditions: Mapping[str, ConditionEntry]
    sources: Mapping[str, Source]
    language: Language = "en"
    signs: Mapping[str, str] = field(default_factory=dict)

    def say(self, name: str, **details: str) -> str:
        """Return a sentence with its details filled in; the clinic's are always at hand.

        Raises:
            MissingSentence: no sentence has that name, or it needs a detail that was not given.
        """
        known = clinic_words(self.clinic) | details
        try:
            return self.sentences[name].format_map(known)
        except KeyError as error:
            raise MissingSentence(f"data/responses: {name}: {error} is missing") from error

    def topic_label(self, topic: str) -> str:
        """Return what a topic is called in a sentence."""
        return self.topics[topic].label

    def procedure_name(self, procedure: Procedure) -> str:
        """Return what a procedure is called in a sentence."""
        return self.procedures[procedure].name

    def ask(self, topic: str, procedure: Procedure | None) -> str:
        """Return the words in which a patient asks for a topic; without a procedure she speaks of "the test"."""
        name = self.procedure_name(procedure) if procedure else self.say("utter_the_test")
        return self.topics[topic].ask.format(procedure=name)

    def ask_dates(self, topic: str, procedure: Procedure) -> str | None:
        """Return the words in which a patient asks for her own dates on a topic; null where it has none."""
        words = self.topics[topic].ask_dates
        return words.format(procedure=self.procedure_name(procedure)) if words else None


def clinic_words(clinic: Clinic) -> dict[str, str]:
    """Return the details of the clinic that any sentence may name."""
    return {
        "clinic": clinic.name,
        "phones": clinic.phone_line,
        "hours": clinic.hours_line,
        "emergency_number": clinic.emergency_number,
    }


def read_wording(knowledge: Knowledge, clinic: Clinic, folder: Path = DATA / "responses") -> Wording:
    """Return the wording of a clinic."""
    return Wording(
        sentences=read_sentences(folder),
        clinic=clinic,
        topics={topic.id: topic for topic in knowledge.topics},
        procedures={Procedure(entry.id): entry for entry in knowledge.procedures},
        conditions={condition.id: condition for condition in knowledge.conditions},
        sources={source.id: source for source in knowledge.sources},
    )


def read_wording_in(language: Language, knowledge: Knowledge, clinic: Clinic) -> Wording:
    """Return the wording of a clinic in a language; what its file leaves out stays English."""
    english = read_wording(knowledge, clinic)
    if language == "en":
        return english
    told = read_yaml(LANGUAGES / language / "wording.yml")
    topics, procedures, conditions = told["topics"], told["procedures"], told["conditions"]
    return replace(
        english,
        language=language,
        clinic=clinic.told_in(language),
        sentences={**english.sentences, **{name: text.strip() for name, text in told["sentences"].items()}},
        topics={
            name: topic.model_copy(update={**topics.get(name, {}), "ask_dates": None})
            for name, topic in english.topics.items()
        },
        procedures={
            procedure: entry.model_copy(update={"name": procedures[procedure.value]})
            for procedure, entry in english.procedures.items()
        },
        conditions={
            name: entry.model_copy(update={"label": conditions.get(name, entry.label)})
            for name, entry in english.conditions.items()
        },
        signs=told["signs"],
    )


def read_sentences(folder: Path = DATA / "responses") -> dict[str, str]:
    """Return every fixed sentence by its name, from Rasa's response files."""
    sentences: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        responses: dict[str, list[dict[str, Any]]] = read_yaml(path)["responses"]
        sentences |= {name: variants[0]["text"].strip() for name, variants in responses.items()}
    return sentences


def details_of(sentence: str) -> set[str]:
    """Return the details that a sentence needs."""
    return {field for _, field, _, _ in Formatter().parse(sentence) if field}
