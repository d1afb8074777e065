"""Watch for warning signs with the finders alone: without a model, a database or a network, as the door does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.chinese.data import fold
from bot.chinese.signs import build_chinese_finder
from bot.knowledge.shapes import Knowledge
from bot.opening import opening_of
from bot.question import Language
from bot.reply import Reply
from bot.safety.find import SignFinder, build_sign_finder, excerpt
from bot.safety.signs import read_signs
from bot.safety.urgent import UrgentTeller, alarm_of
from bot.understanding.language import is_chinese
from bot.understanding.spelling import Speller, build_speller
from bot.wording import Wording, read_wording_in


@dataclass(frozen=True)
class LoneWatch:
    """Gives the urgent reply where the finder of a language is sure of a sign."""

    finders: Mapping[Language, SignFinder]
    speller: Speller
    tellers: Mapping[Language, UrgentTeller]

    def urgent(self, text: str, now: datetime) -> Reply | None:
        """Return the urgent reply to a message, in its language; null where no sign is sure."""
        text = excerpt(text)
        language: Language = "zh" if is_chinese(text) else "en"
        sightings = self.finders["en"].find(self.speller.correct(text))
        if language == "zh":
            sightings += self.finders["zh"].find(fold(text))
        teller = self.tellers[language]
        alarm = alarm_of((one.sign for one in sightings if not one.doubts), teller.signs)
        return teller.tell(alarm, now) if alarm else None


def build_lone_watch(knowledge: Knowledge, wording: Wording) -> LoneWatch:
    """Return the watch over the shipped signs."""
    signs, opening = read_signs(), opening_of(wording.clinic)
    words: dict[Language, Wording] = {"en": wording, "zh": read_wording_in("zh", knowledge, wording.clinic)}
    return LoneWatch(
        finders={"en": build_sign_finder(signs), "zh": build_chinese_finder()},
        speller=build_speller(knowledge),
        tellers={language: UrgentTeller(signs, said, opening) for language, said in words.items()},
    )
