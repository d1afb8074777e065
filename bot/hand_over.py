"""The way to a person: a conversation is put into the queue of the desk, and she is told, by the hour, what comes next.

No channel and no Rasa is known here; the moment at the clinic is passed in.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.database import open_engine
from bot.dates.ask import day_in_words
from bot.opening import Opening, opening_of
from bot.records.conversations import now_utc
from bot.records.hand_offs import HandOff, HandOffs, HandOffsAway
from bot.records.tally import HAND_OFFS, OPENED, SECONDS, TAKEN, TIMES, WAITING, Tally
from bot.reply import Level, Reply
from bot.settings import Settings
from bot.wording import Wording

DOOR = "door"
OF_THE_DESK = "desk-"  # ids of its own questions, which never wait for a person
log = logging.getLogger("bot.hand_over")


@dataclass(frozen=True)
class HandOver:
    """Puts conversations into the queue. `tally` counts them by day of the clinic."""

    hand_offs: HandOffs
    tally: Tally
    opening: Opening

    def ask(
        self, sender_id: str, channel: str, moment: datetime, wording: Wording, sign_level: Level | None = None
    ) -> Reply | None:
        """Put a conversation into the queue and return what she is told; null where no person can take it over here."""
        if not channel or sender_id.startswith(OF_THE_DESK):
            return None
        is_open = self.opening.is_open_at(moment)
        try:
            hand_off, is_new = self.hand_offs.begin(
                sender_id, channel, now_utc(), out_of_hours=not is_open, sign_level=sign_level
            )
            place = self.hand_offs.place(hand_off)
        except (HandOffsAway, SQLAlchemyError) as error:
            log.error("a patient who asks for a person cannot be put into the queue: %s", type(error).__name__)
            return None
        if is_new:
            count(self.tally, self.opening, OPENED)
        return tell_queue(wording, self.opening, moment, place, has_form=channel == DOOR)


def tell_queue(wording: Wording, opening: Opening, moment: datetime, place: int, *, has_form: bool) -> Reply:
    """Return what she is told who asks for a person; `has_form`: she can leave a number where she writes."""
    if opening.is_open_at(moment):
        text = wording.say("utter_hand_off_open", place=str(place), phones_now=phones_now(wording, opening, moment))
    else:
        text = tell_closed(wording, opening, moment)
        if has_form:
            text = f"{text} {wording.say('utter_hand_off_leave_number')}"
    return Reply(text=text, kind="handoff")


def tell_closed(wording: Wording, opening: Opening, moment: datetime) -> str:
    """Return when the clinic opens again, and the phones that answer until then."""
    day, time = opens_in_words(wording, opening, moment)
    phones = phones_now(wording, opening, moment)
    if not phones:
        return wording.say("utter_hand_off_closed_and_no_phone", day=day, time=time)
    return wording.say("utter_hand_off_closed", day=day, time=time, phones_now=phones)


def opens_in_words(wording: Wording, opening: Opening, moment: datetime) -> tuple[str, str]:
    """Return the day and the time at which the clinic opens next."""
    opens = opening.opens_at(moment)
    return day_in_words(opens.date(), wording.clinic.locale), f"{opens:%H:%M}"


def phones_now(wording: Wording, opening: Opening, moment: datetime) -> str:
    """Return the phones that answer at a moment, in one line; empty where none does."""
    answering = {phone.number for phone in opening.phones_at(moment)}
    return ", ".join(f"{one.label} {one.number}" for one in wording.clinic.phones if one.number in answering)


def count(tally: Tally, opening: Opening, what: str, hand_off: HandOff | None = None) -> None:
    """Count a hand-off that was opened, taken or closed, and how long a taken one has waited in opening hours.

    What cannot be counted is left out: a count never stops anything.
    """
    now = now_utc().replace(tzinfo=UTC)
    day = opening.today(now)
    counts = {(day, HAND_OFFS, what): 1}
    if what == TAKEN and hand_off is not None:
        waited = opening.open_time(hand_off.opened_at.replace(tzinfo=UTC), now)
        counts |= {(day, WAITING, SECONDS): int(waited.total_seconds()), (day, WAITING, TIMES): 1}
    try:
        tally.add_all(counts)
    except SQLAlchemyError as error:
        log.error("a hand-off was not counted: %s", type(error).__name__)


def open_hand_over(settings: Settings) -> HandOver:
    """Return the way to a person over the records of the settings; it connects when it is first asked."""
    engine = open_engine(settings.records_url, settings.deadlines.sql)
    return HandOver(HandOffs(engine), Tally(engine), opening_of(settings.clinic))
