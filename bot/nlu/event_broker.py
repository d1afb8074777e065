"""Rasa's own RabbitMQ event broker, which here never holds up a start or an answer.

Rasa's ends the process when RabbitMQ is away at the start. This one connects in the background, and keeps a bounded
number of events until it is there.
"""

import asyncio
import logging
from collections import deque
from typing import Any

from rasa.core.brokers.pika import PikaEventBroker
from rasa.utils.endpoints import EndpointConfig

MOST_KEPT = 100_000
RETRY_SECONDS = 2.0
log = logging.getLogger("bot.nlu.event_broker")


class PatientEventBroker(PikaEventBroker):
    """Publishes the events of conversations to RabbitMQ, now or later."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, connection_attempts=1, **settings)
        self._unpublished_events: deque[dict[str, Any]] = deque(maxlen=MOST_KEPT)

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig | None, event_loop: asyncio.AbstractEventLoop | None = None
    ) -> "PatientEventBroker | None":
        """Return a broker that is still connecting."""
        if broker_config is None:
            return None
        broker = cls(broker_config.url, **broker_config.kwargs, event_loop=event_loop)
        task = asyncio.get_running_loop().create_task(broker._keep_connecting())
        broker._background_tasks.add(task)
        task.add_done_callback(broker._background_tasks.discard)
        return broker

    def publish(self, event: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Publish an event, or keep it until RabbitMQ is there."""
        if self._exchange is None or not self.is_ready():
            self._unpublished_events.append(event)
            return
        super().publish(event, headers)

    def _publish_unpublished_messages(self, *_arguments: Any, **_named: Any) -> None:
        """Publish what was kept, each event once: one that cannot be published is kept again, at the end."""
        for _ in range(len(self._unpublished_events)):
            self.publish(self._unpublished_events.popleft())

    async def _keep_connecting(self) -> None:
        while True:
            try:
                await self.connect()
            except Exception as error:  # whatever the client raises while RabbitMQ is away
                log.warning("the event broker cannot be reached: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._publish_unpublished_messages()
                return
