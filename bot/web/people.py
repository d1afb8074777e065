"""What the door asks of the hand-offs at each message: whether a person answers, and that a warning sign is flagged.

It never keeps a message from being answered: where the records are away, the assistant goes on as before.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.metrics import FAULTS
from bot.records.hand_offs import LEVELS, HandOffs
from bot.reply import Reply

Found = TypeVar("Found")
log = logging.getLogger("bot.web.people")


@dataclass(frozen=True)
class People:
    """The hand-offs as the door sees them; none where it keeps no records. Units: seconds."""

    hand_offs: HandOffs | None
    within: float

    async def have(self, conversation: str) -> bool:
        """Tell whether a person answers a conversation."""
        hand_offs = self.hand_offs
        if hand_offs is None:
            return False
        return bool(await self._look(lambda: hand_offs.is_taken(conversation)))

    async def flag(self, conversation: str, replies: Sequence[Reply]) -> None:
        """Flag the warning sign that replies answer to, where the conversation waits for a person or has one."""
        levels = [reply.level for reply in replies if reply.kind == "urgent" and reply.level is not None]
        hand_offs = self.hand_offs
        if hand_offs is None or not levels:
            return
        worst = max(levels, key=LEVELS.index)
        await self._look(lambda: hand_offs.flag(conversation, worst))

    async def _look(self, look: Callable[[], Found]) -> Found | None:
        """Ask the records in a thread; null where they do not answer in time."""
        try:
            return await asyncio.wait_for(asyncio.to_thread(look), self.within)
        except (SQLAlchemyError, TimeoutError) as error:
            FAULTS.labels("hand_offs").inc()
            log.error("the hand-offs cannot be reached: %s", type(error).__name__)
            return None


NO_PEOPLE = People(None, 0.0)
