"""Read one Chinese message: the names in it, the questions it asks, and the warning signs it tells of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.chinese.classify import ChineseClassifier, load_chinese, train_chinese
from bot.chinese.data import fold, read_labelled_signs, read_names, read_questions
from bot.chinese.names import ANY_PROCEDURE, ChineseNames, build_chinese_names
from bot.chinese.signs import build_chinese_finder
from bot.knowledge.shapes import Knowledge
from bot.question import Procedure
from bot.safety.find import Sighting, SignFinder
from bot.safety.sentences import without_sentences
from bot.safety.watch import Watched
from bot.settings import Clinic
from bot.understanding.examples import OUT_OF_SCOPE, TOPIC_PREFIX
from bot.understanding.gate import UNCLEAR
from bot.understanding.understand import FOLLOW_UP, MOST_QUESTIONS, AskedQuestion, Read
from bot.wording import Wording, read_wording_in

FILE = "chinese.npz"
QUESTION = re.compile(r"[^?!.;\n]+[?!.;\n]*")
LEAST_CHARACTERS = 4
LEAST_SHARE = 0.28  # of an answer among all that it may be
LEAST_LIKELY = 0.15  # below, a message is about something else
LEAST_WHERE_SURE = 0.15
LEAST_URGENT = 0.6
MORE = ("为什么", "更多", "详细说说", "详细一点", "说详细点", "具体一点", "能详细说吗", "展开说说", "原因是什么")


@dataclass(frozen=True)
class ChineseReader:
    """Reads messages. `known` are sentences that are known as they stand, such as those of buttons."""

    names: ChineseNames
    classifier: ChineseClassifier
    finder: SignFinder
    known: Mapping[str, str]
    soothing: frozenset[str]

    def read(self, text: str) -> Watched:
        """Return what a message asks, and the signs in it."""
        text = fold(text)
        mentions = self.names.find(text)
        if intent := self._known(text):
            return Watched(Read([_whole(text, ((intent, 1.0),))], mentions))
        sightings = self.finder.find(text)
        sure = tuple(dict.fromkeys(one.sign for one in sightings if not one.doubts))
        chance, likeliest = self.classifier.urgency(text)
        if chance < (LEAST_WHERE_SURE if sure else LEAST_URGENT):
            return Watched(Read(self._questions(text)[:MOST_QUESTIONS], mentions), chance=chance)
        others = self._beside(text, sightings) if sure else []
        return Watched(Read(others, mentions), sure or (likeliest,), chance)

    def _known(self, text: str) -> str | None:
        """Return the intent of a message that is known as it stands, or that only names a procedure."""
        plain = text.strip().strip("?!. ")
        if self.names.is_only_a_name(text):
            return FOLLOW_UP
        return self.known.get(plain)

    def _questions(self, text: str) -> list[AskedQuestion]:
        """Return the questions of a message: one for each sentence that clearly asks something, else the whole."""
        spans = [
            match.span() for match in QUESTION.finditer(text) if len(re.findall(r"\w", match[0])) >= LEAST_CHARACTERS
        ]
        whole = _whole(text, self._ranking(text))
        if len(spans) < 2:
            return [whole]
        parts = [AskedQuestion(*span, text[slice(*span)], self._ranking(text[slice(*span)])) for span in spans]
        clear = [part for part in parts if part.intent.startswith(TOPIC_PREFIX)]
        topics = dict.fromkeys(part.intent for part in clear)
        if len(topics) < 2 and whole.intent.startswith(TOPIC_PREFIX):
            return [whole]
        return [next(part for part in clear if part.intent == topic) for topic in topics] or [whole]

    def _ranking(self, text: str) -> tuple[tuple[str, float], ...]:
        """Return what is to be done about a text: a topic or small talk, ask back, or decline; with the runners-up."""
        (ranked,) = self.classifier.rank([self.names.masked(text)])
        (best, chance), topics = ranked[0], [one for one in ranked if one[0].startswith(TOPIC_PREFIX)]
        if best == OUT_OF_SCOPE or chance < LEAST_LIKELY:
            return ((OUT_OF_SCOPE, max(chance, 1.0 - chance)), *topics)
        if chance >= LEAST_SHARE:
            return ((best, chance), *(one for one in topics if one[0] != best))
        return ((UNCLEAR, 1.0 - chance), *topics)

    def _beside(self, text: str, sightings: Sequence[Sighting]) -> list[AskedQuestion]:
        """Return the clear questions in what is left of a message without the sentences that hold a sign."""
        left = without_sentences(text, [(one.start, one.end) for one in sightings])
        if len(re.findall(r"\w", left)) < LEAST_CHARACTERS:
            return []
        return [
            question
            for question in self._questions(left)
            if question.intent.startswith(TOPIC_PREFIX)
            and question.intent.removeprefix(TOPIC_PREFIX) not in self.soothing
        ]


def _whole(text: str, ranking: tuple[tuple[str, float], ...]) -> AskedQuestion:
    return AskedQuestion(0, len(text), text, ranking)


def train_chinese_reader(knowledge: Knowledge, clinic: Clinic, folder: Path) -> None:
    """Learn from the Chinese sentences, and write what was learnt into a folder."""
    names = build_chinese_names(read_names(), read_wording_in("zh", knowledge, clinic))
    questions, signs = read_questions(), read_labelled_signs()
    asked = [(text, f"{TOPIC_PREFIX}{topic}") for topic, texts in questions.topics.items() for text in texts]
    asked += [(text, intent) for intent, texts in questions.others.items() for text in texts]
    train_chinese(
        [(names.masked(fold(text)), intent) for text, intent in asked],
        [(fold(text), sign) for sign, texts in signs.urgent.items() for text in texts],
        [fold(text) for text in signs.not_urgent],
    ).save(folder / FILE)


def load_chinese_reader(knowledge: Knowledge, clinic: Clinic, folder: Path) -> ChineseReader:
    """Return the reader that `train_chinese_reader` wrote into a folder."""
    wording = read_wording_in("zh", knowledge, clinic)
    return ChineseReader(
        names=build_chinese_names(read_names(), wording),
        classifier=load_chinese(folder / FILE),
        finder=build_chinese_finder(),
        known=_known_sentences(wording),
        soothing=frozenset(topic.id for topic in knowledge.topics if topic.soothes),
    )


def _known_sentences(wording: Wording) -> dict[str, str]:
    """Return the sentences of buttons and a few short wishes, folded, with their intents."""
    procedures = [*(wording.procedure_name(procedure) for procedure in Procedure), ANY_PROCEDURE]
    known = {
        topic.ask.format(procedure=name): f"{TOPIC_PREFIX}{topic.id}"
        for topic in wording.topics.values()
        for name in procedures
    }
    known |= {wording.say("utter_other_procedure_button", procedure=name): FOLLOW_UP for name in procedures}
    known |= {entry.label: FOLLOW_UP for entry in wording.conditions.values()}
    known |= dict.fromkeys((wording.say("utter_more_button"), *MORE), "tell_more")
    known[wording.say("utter_person_button")] = "request_human"
    return {fold(sentence).strip().strip("?!. "): intent for sentence, intent in known.items()}
