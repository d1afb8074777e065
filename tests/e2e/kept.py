"""What a cluster has kept of conversations: in PostgreSQL, and in RabbitMQ's queue."""

import json
from dataclasses import dataclass, field

import aio_pika
from aio_pika.exceptions import QueueEmpty
from sqlalchemy import create_engine, select

from bot.records.tables import EventRecord

QUEUE = "conversations"


@dataclass
class Kept:
    """A message as it is kept, and the texts that stand directly after it."""

    id: str
    texts: list[str] = field(default_factory=list)


def stored(database_url: str) -> dict[str, list[Kept]]:
    """Return the messages of each conversation in their order, each with its answers."""
    engine = create_engine(database_url)
    found: dict[str, list[Kept]] = {}
    columns = (EventRecord.sender_id, EventRecord.type, EventRecord.message_id, EventRecord.data)
    with engine.connect() as connection:
        for sender, kind, message_id, data in connection.execute(select(*columns).order_by(EventRecord.id)):
            messages = found.setdefault(sender, [])
            if kind == "user":
                messages.append(Kept(message_id))
            elif kind == "bot":
                event = json.loads(data)
                custom = (event.get("data") or {}).get("custom") or {}
                messages[-1].texts.append(custom.get("text") or event.get("text"))
    engine.dispose()
    return found


async def published(broker_url: str) -> dict[tuple[str, str], int]:
    """Take every event from the queue; return how often each message (conversation, id) came."""
    times: dict[tuple[str, str], int] = {}
    connection = await aio_pika.connect(broker_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.get_queue(QUEUE)
        while True:
            try:
                event = await queue.get(timeout=5)
            except QueueEmpty:
                return times
            body = json.loads(event.body)
            await event.ack()
            if body["event"] == "user":
                key = (body["sender_id"], body["message_id"])
                times[key] = times.get(key, 0) + 1
