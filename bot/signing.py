"""Who checked what a patient is told: the clinician's name and the day, or that nobody has signed it yet."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from bot.dates.ask import day_in_words
from bot.wording import Wording


class Signable(Protocol):
    """What a clinician may have signed; null and null where nobody has."""

    @property
    def reviewer(self) -> str | None:
        """The full name of who signed."""

    @property
    def reviewed_on(self) -> date | None:
        """The day at the clinic on which it was signed."""


def sign_off(told: Sequence[Signable], words: Wording) -> Iterable[str]:
    """Yield who signed what is told, and when, where all of it is signed; else that it is not.

    A clinic that tells signed rows alone says nothing where there is nothing to sign.
    """
    signed = [(one.reviewer, one.reviewed_on) for one in told if one.reviewer and one.reviewed_on]
    if told and len(signed) == len(told):
        yield " ".join(
            words.say("utter_signed", reviewer=reviewer, day=day_in_words(day, words.clinic.locale))
            for reviewer, day in dict.fromkeys(signed)
        )
    elif not words.clinic.require_sign_off:
        yield words.say("utter_unsigned")
