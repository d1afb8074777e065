"""The reception: takes a provider's call in, so that it can be acknowledged at once.

Where the records are away a warning sign is answered even so; everything else the provider is asked to send again.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from bot.messengers.metrics import MESSAGES
from bot.messengers.render import Renderer
from bot.messengers.shapes import Acknowledgement, Call, Incoming, Messenger, NotDelivered
from bot.records.conversations import now_utc
from bot.records.inbox import Inbox
from bot.reply import Reply

MOST_REMEMBERED = 4096
log = logging.getLogger(__name__)


class RecordsAway(Exception):
    """Messages that could not be stored: the provider must send them again."""


@dataclass(frozen=True)
class Reception:
    """Takes calls in. `urgent` gives the urgent reply to a text where a warning sign is sure."""

    messengers: Mapping[str, Messenger]
    inbox: Inbox
    renderer: Renderer
    urgent: Callable[[str], Reply | None]
    readable: Callable[[str], str]
    answered_at_once: "OrderedDict[tuple[str, str], None]" = field(default_factory=OrderedDict)

    async def take(self, messenger: Messenger, call: Call) -> Acknowledgement:
        """Verify, read and store a call; return what the provider wants to hear.

        Raises:
            Forged: the signature or secret is missing, wrong or too old.
            Unreadable: the body is not what the provider sends.
            RecordsAway: not everything could be stored, nor answered at once.
        """
        messenger.verify(call)
        acknowledgement = messenger.acknowledgement(call)
        stored = [await self._store(messenger, message) for message in messenger.read(call)]
        if not all(stored):
            raise RecordsAway(messenger.name)
        return acknowledgement

    async def _store(self, messenger: Messenger, message: Incoming) -> bool:
        """Store a message; tell whether the provider may forget it."""
        name = messenger.name
        if (name, message.message_id) in self.answered_at_once:
            MESSAGES.labels(name, "repeated").inc()
            return True
        text = self.readable(message.text).strip() if message.text else None
        try:
            new = await asyncio.to_thread(
                self.inbox.take, name, message.message_id, message.address, text or None, now_utc()
            )
        except SQLAlchemyError as error:
            log.error("the records are away: channel=%s %s", name, type(error).__name__)
            return await self._answered_at_once(messenger, message, text or "")
        MESSAGES.labels(name, "new" if new else "repeated").inc()
        return True

    async def _answered_at_once(self, messenger: Messenger, message: Incoming, text: str) -> bool:
        """Deliver the urgent reply to a message that cannot be stored; tell whether one got through."""
        reply = self.urgent(text)
        if reply is not None:
            shown = self.renderer.render([reply], messenger.limits, with_consent=False)
            try:
                for part in shown.parts:
                    await messenger.deliver(message.address, part)
            except NotDelivered as error:
                log.error("urgent reply not delivered: channel=%s why=%s", messenger.name, error)
            else:
                self._remember(messenger.name, message.message_id)
                MESSAGES.labels(messenger.name, "urgent_at_once").inc()
                return True
        MESSAGES.labels(messenger.name, "sent_back").inc()
        return False

    def _remember(self, channel: str, message_id: str) -> None:
        self.answered_at_once[channel, message_id] = None
        if len(self.answered_at_once) > MOST_REMEMBERED:
            self.answered_at_once.popitem(last=False)
