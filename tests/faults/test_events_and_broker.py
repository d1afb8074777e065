"""Events go to RabbitMQ: what was said while it was away comes when it is back, and nobody waited for it."""

import asyncio
import json
import time

import aio_pika
import pytest
from aio_pika.exceptions import QueueEmpty
from breakdowns import stopped
from patients import PAIN_OF_HSG, UNRELATED, Sending, send
from worlds import World

pytestmark = [pytest.mark.stack, pytest.mark.faults]

QUEUE = "conversations"
COME_WITHIN_SECONDS = 120.0
PAUSE_SECONDS = 0.5


async def wait_for(broker_url: str, message_ids: set[str]) -> dict[str, int]:
    """Take events from the queue until each message has come, or for long; return how often each came."""
    deadline = time.monotonic() + COME_WITHIN_SECONDS
    times: dict[str, int] = {}
    while not message_ids <= times.keys() and time.monotonic() < deadline:
        try:
            await take(broker_url, times)
        except (OSError, aio_pika.exceptions.AMQPError):
            await asyncio.sleep(PAUSE_SECONDS)  # it is still starting
    return {one: times.get(one, 0) for one in message_ids}


async def take(broker_url: str, times: dict[str, int]) -> None:
    """Take what there is."""
    async with await aio_pika.connect(broker_url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(QUEUE)
        while True:
            try:
                event = await queue.get(timeout=PAUSE_SECONDS)
            except QueueEmpty:
                return
            body = json.loads(event.body)
            await event.ack()
            if body["event"] == "user":
                times[body["message_id"]] = times.get(body["message_id"], 0) + 1


def test_events_of_answers_given_while_the_broker_is_away_come_once_when_it_is_back(networked: World) -> None:
    before, during, after = (Sending(UNRELATED) for _ in range(3))
    assert send(networked.stack.url, before).answers == PAIN_OF_HSG
    with stopped("rabbitmq")(networked):
        assert send(networked.stack.url, during).answers == PAIN_OF_HSG
    assert send(networked.stack.url, after).answers == PAIN_OF_HSG
    ids = {before.id, during.id, after.id}
    assert asyncio.run(wait_for(networked.broker_url, ids)) == dict.fromkeys(ids, 1)
