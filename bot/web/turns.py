"""One message of a conversation at a time at this door, in the order of their coming, and not too many at once.

Across doors the lock store of Rasa keeps the same order (`bot/nlu/lock_store.py`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

MOST_OF_ONE = 8
MOST_OF_ALL = 256


class TooManyWaiting(Exception):
    """More messages wait for their turn than the door holds."""


@dataclass
class Turns:
    """The conversations that have a message under way, and how many each."""

    locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    under_way: int = 0

    @asynccontextmanager
    async def take(self, conversation: str) -> AsyncIterator[None]:
        """Wait for the conversation's turn and hold it.

        Raises:
            TooManyWaiting: too many messages wait, of this conversation or of all.
        """
        if self.counts.get(conversation, 0) >= MOST_OF_ONE or self.under_way >= MOST_OF_ALL:
            raise TooManyWaiting
        self.counts[conversation] = self.counts.get(conversation, 0) + 1
        self.under_way += 1
        lock = self.locks.setdefault(conversation, asyncio.Lock())
        try:
            async with lock:  # asyncio's lock serves who came first
                yield
        finally:
            self.under_way -= 1
            self.counts[conversation] -= 1
            if not self.counts[conversation]:
                del self.counts[conversation], self.locks[conversation]
