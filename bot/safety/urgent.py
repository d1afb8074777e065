"""What a patient is told when her message holds a warning sign: the sign, what to do, and whom to call at this hour.

Needs only words and the clinic's file, so that it is there when everything else is away. Never says that a sign is
harmless.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.opening import Opening
from bot.question import Condition, Phase, Procedure
from bot.reply import Button, Level, Reply, SourceLine
from bot.safety.shapes import Sign, WarningSigns
from bot.wording import Wording

MOST_URGENT_FIRST: tuple[Level, ...] = ("emergency", "clinic_now", "before_visit")
RULE = "warning-sign-"


@dataclass(frozen=True)
class Alarm:
    """The signs that hold, the most urgent first, and the level of the most urgent."""

    level: Level
    signs: tuple[Sign, ...]

    @property
    def may_wait(self) -> bool:
        """Whether it is enough to tell the clinic before the appointment."""
        return self.level == "before_visit"

    @property
    def conditions(self) -> frozenset[Condition]:
        """What the signs say of her."""
        return frozenset(sign.condition for sign in self.signs if sign.condition)


def alarm_of(names: Iterable[str], signs: WarningSigns, phase: Phase | None = None) -> Alarm | None:
    """Return the alarm that signs give, none where there are no signs; names that are no signs are passed over.

    `phase` is where she stands: before her procedure some signs are told to the clinic before she comes.
    """
    named = set(names)

    def level(sign: Sign) -> Level:
        return (sign.level_before or sign.level) if phase is Phase.BEFORE else sign.level

    held = sorted(
        (sign for sign in signs.signs if sign.id in named), key=lambda one: MOST_URGENT_FIRST.index(level(one))
    )
    return Alarm(level(held[0]), tuple(held)) if held else None


@dataclass(frozen=True)
class UrgentTeller:
    """What an urgent reply is made of."""

    signs: WarningSigns
    wording: Wording
    opening: Opening

    def tell(self, alarm: Alarm, now: datetime, procedure: Procedure | None = None) -> Reply:
        """Return the urgent reply, with the numbers that answer now."""
        say = self.wording.say
        is_open = self.opening.is_open_at(now)
        names = self.names(alarm)
        person = say("utter_person_button")
        return Reply(
            text="\n\n".join(
                (
                    say("utter_urgent_sign", signs=names),
                    self._what_to_do(alarm.level, now),
                    say("utter_urgent_open") if is_open else say("utter_urgent_closed"),
                    say("utter_urgent_guidance"),
                )
            ),
            kind="urgent",
            language=self.wording.language,
            procedure=procedure,
            level=alarm.level,
            rules=tuple(f"{RULE}{sign.id.replace('_', '-')}" for sign in alarm.signs),
            sources=tuple(dict.fromkeys(line for sign in alarm.signs for line in self._sources(sign))),
            buttons=() if alarm.level == "emergency" else (Button(title=person, message=person),),
        )

    def names(self, alarm: Alarm) -> str:
        """Return the names of the signs, to stand in a sentence."""
        names = [self.wording.signs.get(sign.id, sign.name) for sign in alarm.signs]
        return _listed(names, self.wording.say("utter_and"))

    def _what_to_do(self, level: Level, now: datetime) -> str:
        clinic = self.wording.clinic
        answering = {phone.number for phone in self.opening.phones_at(now)}
        named = [f"{phone.label} {phone.number}" for phone in clinic.phones if phone.number in answering]
        phones = ", ".join(named) or clinic.phone_line
        match level:
            case "emergency":
                return self.wording.say("utter_urgent_emergency", phones_now=phones)
            case "clinic_now":
                return self.wording.say("utter_urgent_clinic_now", phones_now=phones)
            case "before_visit":
                return self.wording.say("utter_urgent_before_visit", phones_now=phones)

    def _sources(self, sign: Sign) -> Iterable[SourceLine]:
        for source in sign.sources:
            told = self.wording.sources[source.id]
            yield SourceLine(id=told.id, title=told.title, section=source.section, url=told.url)


def _listed(names: Sequence[str], word_for_and: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word_for_and} {names[-1]}"
