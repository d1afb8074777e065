"""The job that deletes conversations in which nothing was said for long: once an hour in every door, and by hand."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.records.conversations import Conversations, now_utc

EVERY_SECONDS = 3600
log = logging.getLogger("bot.records.retention")


@dataclass(frozen=True)
class Retention:
    """Deletes what is older than so many days."""

    conversations: Conversations
    days: int

    def run_once(self) -> int:
        """Delete what is too old; return how many events went."""
        gone = self.conversations.forget_older_than(now_utc() - timedelta(days=self.days))
        log.info("events deleted after %d days: %d", self.days, gone)
        return gone

    async def run(self) -> None:
        """Delete what is too old every hour, until cancelled; where the database is away, at the next hour."""
        while True:
            try:
                await asyncio.to_thread(self.run_once)
            except SQLAlchemyError as error:
                log.error("nothing was deleted: %s", type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)
