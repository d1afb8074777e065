"""Watch for warning signs with the finder alone: without a model, a database or a network, as the door does."""

from dataclasses import dataclass
from datetime import datetime

from bot.knowledge.shapes import Knowledge
from bot.opening import opening_of
from bot.reply import Reply
from bot.safety.find import SignFinder, build_sign_finder, excerpt
from bot.safety.signs import read_signs
from bot.safety.urgent import UrgentTeller, alarm_of
from bot.understanding.spelling import Speller, build_speller
from bot.wording import Wording


@dataclass(frozen=True)
class LoneWatch:
    """Gives the urgent reply where the finder is sure of a sign."""

    finder: SignFinder
    speller: Speller
    teller: UrgentTeller

    def urgent(self, text: str, now: datetime) -> Reply | None:
        """Return the urgent reply to a message; null where no sign is sure."""
        sightings = self.finder.find(self.speller.correct(excerpt(text)))
        alarm = alarm_of((one.sign for one in sightings if not one.doubts), self.teller.signs)
        return self.teller.tell(alarm, now) if alarm else None


def build_lone_watch(knowledge: Knowledge, wording: Wording) -> LoneWatch:
    """Return the watch over the shipped signs."""
    signs = read_signs()
    teller = UrgentTeller(signs, wording, opening_of(wording.clinic))
    return LoneWatch(build_sign_finder(signs), build_speller(knowledge), teller)
