"""Nothing waits unseen: five minutes of opening hours without an answer by a person are alerted about, by one door.

She is told honestly, the error log and the figures say it, and the address of the settings is called, without a word
of hers. The watch runs in every door, as long as the door does.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy.exc import SQLAlchemyError

from bot.hand_over import phones_now, tell_closed
from bot.messengers.outgoing import parts_of
from bot.opening import Opening
from bot.question import Language
from bot.records.conversations import now_utc
from bot.records.hand_offs import TAKEN, WAITING, HandOff, HandOffs
from bot.records.transcripts import Transcripts
from bot.web.metrics import HAND_OFFS, OVERDUE
from bot.wording import Wording

EVERY_SECONDS = 10.0
LONGEST = timedelta(minutes=5)  # of opening hours
ALERT_WITHIN_SECONDS = 5.0
TRIES = 3
log = logging.getLogger("bot.web.overdue")


@dataclass(frozen=True)
class Overdue:
    """Watches the hand-offs. `alert_url` is called where there is one; `transport` stands in for the network to it."""

    hand_offs: HandOffs
    transcripts: Transcripts
    opening: Opening
    wordings: Mapping[Language, Wording]
    alert_url: str = ""
    transport: httpx.AsyncBaseTransport | None = None

    async def run(self) -> None:
        """Watch until cancelled; where the database is away, the next time."""
        while True:
            try:
                alerted = await asyncio.to_thread(self.look, now_utc())
                for _ in alerted:
                    await self._call()
            except SQLAlchemyError as error:
                log.error("nobody knows who waits for a person: %s", type(error).__name__)
            except Exception as error:  # the watch must outlive any mistake
                log.error("the watch over who waits failed: %s", type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    def look(self, now: datetime) -> list[HandOff]:
        """Count the hand-offs, and alert about those that wait too long; return those that this door was first at."""
        found = self.hand_offs.open_ones()
        late = [one for one in found if is_late(one, self.opening, now)]
        HAND_OFFS.labels(WAITING).set(sum(one.state == WAITING for one in found))
        HAND_OFFS.labels(TAKEN).set(sum(one.state == TAKEN for one in found))
        OVERDUE.set(len(late))
        return [one for one in late if one.alerted_at is None and self._alert(one, now)]

    def _alert(self, one: HandOff, now: datetime) -> bool:
        """Note it, and tell her who waits in the queue; tell whether no other door was first.

        Whom a person has taken is not told: she may have written no more than her thanks.
        """
        notice = self._notice(one.sender_id, now.replace(tzinfo=UTC)) if one.state == WAITING else None
        if not self.hand_offs.alert(one, notice, parts_of(one.channel, notice) if notice else [], now):
            return False
        log.error("hand-off %d has waited for a person for %d minutes", one.id, _minutes())
        return True

    def _notice(self, sender_id: str, moment: datetime) -> str:
        wording = self.wordings["zh" if self.transcripts.language(sender_id) == "zh" else "en"]
        if not self.opening.is_open_at(moment):  # it closed while she waited
            return tell_closed(wording, self.opening, moment)
        return wording.say("utter_hand_off_late", phones_now=phones_now(wording, self.opening, moment))

    async def _call(self) -> None:
        """Call the address of the settings; what does not get through is tried again and then left to the log."""
        if not self.alert_url:
            return
        text = self.wordings["en"].say("utter_hand_off_alert", count=str(_minutes()))
        async with httpx.AsyncClient(timeout=ALERT_WITHIN_SECONDS, transport=self.transport, trust_env=False) as client:
            for _ in range(TRIES):
                try:
                    (await client.post(self.alert_url, json={"text": text})).raise_for_status()
                except httpx.HTTPError as error:
                    log.error("the alert did not get through: %s", type(error).__name__)
                    await asyncio.sleep(1)
                else:
                    return


def is_late(one: HandOff, opening: Opening, now: datetime) -> bool:
    """Tell whether nobody has answered for too long; hours in which the clinic is closed do not count."""
    since = one.unanswered_since
    if since is None:
        return False
    return opening.open_time(since.replace(tzinfo=UTC), now.replace(tzinfo=UTC)) >= LONGEST


def _minutes() -> int:
    return int(LONGEST.total_seconds()) // 60
