"""What the door counts for the desk's numbers: in memory first, written out every few seconds and when the door closes.

Counts alone: no text, no session, no address. Nothing waits for them, and none is lost while the records are away.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from bot.records import tally
from bot.records.tally import Pending, Tally
from bot.records.votes import Vote
from bot.reply import Reply

EVERY_SECONDS = 5
ASKED_ABOUT = ("answer", "dates", "not_covered", "ask")
log = logging.getLogger("bot.web.counting")


class Counting:
    """The counts of one door, by day of the clinic's time zone."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._pending = Pending()

    def answered(self, channel: str, replies: Sequence[Reply]) -> None:
        """Count a message and what was said to it."""
        self._add(tally.MESSAGES, channel)
        for reply in replies:
            self._add(tally.REPLIES, reply.kind)
            if reply.kind == "urgent":
                self._add(tally.URGENT, reply.level or "")
            if reply.kind == "not_covered" and not reply.rules:
                self._add(tally.REJECTED, reply.topic or "")
        for topic in dict.fromkeys(reply.topic for reply in replies if reply.kind in ASKED_ABOUT and reply.topic):
            self._add(tally.TOPICS, topic)

    def unanswered(self, channel: str) -> None:
        """Count a message to which nothing behind the door answered."""
        self._add(tally.MESSAGES, channel)
        self._add(tally.UNANSWERED, channel)

    def voted(self, *, helpful: bool, before: Vote | None, at: datetime) -> None:
        """Count a vote; one that is changed counts no more on its day. Times are UTC."""
        if before is not None:
            self._pending.add(self._day(before.at), tally.VOTES, _key(helpful=before.helpful), -1)
        self._pending.add(self._day(at), tally.VOTES, _key(helpful=helpful))

    async def write(self, into: Tally) -> None:
        """Write out what was counted; where that fails it is kept for the next time."""
        counts = self._pending.take()
        if not counts:
            return
        try:
            await asyncio.to_thread(into.add_all, counts)
        except SQLAlchemyError as error:
            self._pending.give_back(counts)
            log.error("the counts are kept for later: %s", type(error).__name__)

    async def run(self, into: Tally) -> None:
        """Write out every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.write(into)

    def _add(self, what: str, key: str) -> None:
        self._pending.add(self._today(), what, key)

    def _today(self) -> date:
        return datetime.now(self._zone).date()

    def _day(self, at: datetime) -> date:
        return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(self._zone).date()


def _key(*, helpful: bool) -> str:
    return tally.YES if helpful else tally.NO
