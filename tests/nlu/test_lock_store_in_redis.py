"""The locks of conversations in Redis, from several stores at once, as several servers have them.

`TEST_REDIS_URL` names the Redis, such as redis://127.0.0.1:6379/9; each test has conversations of its own.
"""

import asyncio
import os
import time
import uuid
import warnings
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.settings import read_settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from bot.nlu.lock_store import FairLockStore
    from bot.nlu.turn import StoreAway

Stores = list[FairLockStore]
WITHIN_SECONDS = 30


@pytest.fixture
def redis_url() -> str:
    """The address of a Redis to try the locks on."""
    url = os.environ.get("TEST_REDIS_URL")
    if not url:
        pytest.skip("TEST_REDIS_URL is not set: no Redis to run on")
    return url


@pytest.fixture
def with_stores(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Do work with so many stores on the same Redis; their connections are closed at the end."""
    environ = {"BOT_REDIS_URL": redis_url}
    monkeypatch.setattr("bot.nlu.lock_store.read_settings", lambda: read_settings(environ))

    def run(work: Callable[[Stores, str], Awaitable[Any]], count: int = 2) -> Any:
        async def inside() -> Any:
            async with AsyncExitStack() as closing, asyncio.timeout(WITHIN_SECONDS):
                stores = [FairLockStore() for _ in range(count)]
                for store in stores:
                    assert store._redis is not None
                    closing.push_async_callback(store._redis.aclose)
                return await work(stores, uuid.uuid4().hex)

        return asyncio.run(inside())

    return run


async def queue_of(store: FairLockStore, conversation: str) -> list[Any]:
    """Return who stands in the queue of a conversation."""
    assert store._redis is not None
    found: list[Any] = await store._redis.lrange(f"lock:{{{conversation}}}", 0, -1)  # type: ignore[misc]
    return found


async def until_queue_is(store: FairLockStore, conversation: str, count: int) -> None:
    while len(await queue_of(store, conversation)) != count:
        await asyncio.sleep(0.005)


def test_two_stores_never_hold_a_lock_at_once(with_stores: Callable[..., Any]) -> None:
    async def work(stores: Stores, conversation: str) -> tuple[int, int]:
        inside, most, rounds = 0, 0, 0

        async def take(store: FairLockStore) -> None:
            nonlocal inside, most, rounds
            async with store.lock(conversation):
                inside += 1
                most, rounds = max(most, inside), rounds + 1
                await asyncio.sleep(0)
                inside -= 1

        for _ in range(20):  # ten at a time, 200 in all
            await asyncio.gather(*(take(stores[number % 2]) for number in range(10)))
        return most, rounds

    assert with_stores(work) == (1, 200)


def test_lock_is_given_in_the_order_of_coming_across_stores(with_stores: Callable[..., Any]) -> None:
    async def work(stores: Stores, conversation: str) -> list[int]:
        order: list[int] = []

        async def take(number: int) -> None:
            async with stores[number % len(stores)].lock(conversation):
                order.append(number)

        async with stores[0].lock(conversation):
            tasks = []
            for number in range(12):
                tasks.append(asyncio.create_task(take(number)))
                await until_queue_is(stores[0], conversation, number + 2)
        await asyncio.gather(*tasks)
        return order

    assert with_stores(work, count=3) == [*range(12)]


def test_conversations_do_not_wait_for_one_another(with_stores: Callable[..., Any]) -> None:
    async def work(stores: Stores, conversation: str) -> str:
        async with stores[0].lock(conversation), stores[1].lock(f"{conversation}-2"):
            return "both"

    assert with_stores(work) == "both"


def test_nothing_is_left_of_a_lock_that_was_released(with_stores: Callable[..., Any]) -> None:
    async def work(stores: Stores, conversation: str) -> list[Any]:
        with pytest.raises(ValueError, match="broken"):
            async with stores[0].lock(conversation):
                raise ValueError("broken")
        assert stores[0]._redis is not None
        return [key async for key in stores[0]._redis.scan_iter(f"lock:{{{conversation}}}*")]

    assert with_stores(work) == []


def test_who_gives_up_waiting_leaves_the_queue(with_stores: Callable[..., Any]) -> None:
    async def work(stores: Stores, conversation: str) -> int:
        async with stores[0].lock(conversation):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1), stores[1].lock(conversation):
                    pass
            return len(await queue_of(stores[0], conversation))

    assert with_stores(work) == 1


def test_holder_that_vanished_is_passed_over(with_stores: Callable[..., Any]) -> None:
    async def work(stores: Stores, conversation: str) -> float:
        queue = f"lock:{{{conversation}}}"
        assert await stores[0]._stand(queue, "gone", first_time=True) == 1
        waiting = asyncio.create_task(held(stores[1], conversation))
        await until_queue_is(stores[0], conversation, 2)
        assert stores[0]._redis is not None
        await stores[0]._redis.delete(f"{queue}:alive:gone")
        return await waiting

    began = time.monotonic()
    assert with_stores(work) - began < 2


async def held(store: FairLockStore, conversation: str) -> float:
    async with store.lock(conversation):
        return time.monotonic()


def test_lock_is_kept_for_longer_than_its_holder_counts_as_alive(
    with_stores: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.nlu.lock_store.ALIVE_SECONDS", 0.6)
    monkeypatch.setattr("bot.nlu.lock_store.RENEW_SECONDS", 0.1)

    async def work(stores: Stores, conversation: str) -> float:
        async with stores[0].lock(conversation):
            waiting = asyncio.create_task(held(stores[1], conversation))
            await asyncio.sleep(1.5)
            released = time.monotonic()
        return await waiting - released

    assert with_stores(work) >= 0


def test_turn_of_a_holder_that_was_passed_over_ends(
    with_stores: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.nlu.lock_store.RENEW_SECONDS", 0.05)

    async def work(stores: Stores, conversation: str) -> str:
        assert stores[1]._redis is not None

        async def hold() -> None:
            async with stores[0].lock(conversation):
                await asyncio.sleep(5)

        holder = asyncio.create_task(hold())
        await until_queue_is(stores[1], conversation, 1)
        (ticket,) = await queue_of(stores[1], conversation)
        await stores[1]._redis.delete(f"lock:{{{conversation}}}:alive:{ticket.decode()}")
        with pytest.raises(asyncio.CancelledError):
            await holder
        return "ended"

    assert with_stores(work) == "ended"


def test_place_that_was_lost_while_waiting_ends_the_turn(with_stores: Callable[..., Any]) -> None:
    async def work(stores: Stores, conversation: str) -> str:
        assert stores[0]._redis is not None
        async with stores[0].lock(conversation):
            waiting = asyncio.create_task(held(stores[1], conversation))
            await until_queue_is(stores[0], conversation, 2)
            _, ticket = await queue_of(stores[0], conversation)
            await stores[0]._redis.delete(f"lock:{{{conversation}}}:alive:{ticket.decode()}")
            with pytest.raises(StoreAway):
                await waiting
        return "ended"

    assert with_stores(work) == "ended"


def test_redis_that_is_there_is_up(with_stores: Callable[..., Any]) -> None:
    async def work(stores: Stores, _conversation: str) -> bool:
        return await stores[0].is_up()

    assert with_stores(work) is True
