"""The locks of conversations: one at a time, in the order of coming."""

import asyncio
import uuid
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from bot.settings import read_settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from bot.nlu.lock_store import FairLockStore
    from bot.nlu.turn import StoreAway

OpenStore = Callable[[str], FairLockStore]


@pytest.fixture
def open_store(monkeypatch: pytest.MonkeyPatch) -> OpenStore:
    """Open a store on a Redis, or in this process where the address is empty."""

    def open_one(url: str) -> FairLockStore:
        environ = {"BOT_REDIS_URL": url, "BOT_REPLY_TIMEOUT_SECONDS": "2"}
        monkeypatch.setattr("bot.nlu.lock_store.read_settings", lambda: read_settings(environ))
        return FairLockStore()

    return open_one


@pytest.fixture
def url() -> str:
    """Where the locks are: in this process. In Redis: test_lock_store_in_redis.py."""
    return ""


async def work_in_order(stores: list[FairLockStore], rounds: int) -> tuple[list[int], int]:
    """Let many take one lock, each a moment after the one before; return their order, and the most at once."""
    order: list[int] = []
    inside, most = 0, 0
    conversation = uuid.uuid4().hex

    async def one(number: int) -> None:
        nonlocal inside, most
        async with stores[number % len(stores)].lock(conversation):
            inside += 1
            most = max(most, inside)
            order.append(number)
            await asyncio.sleep(0.001)
            inside -= 1

    tasks = []
    for number in range(rounds):
        tasks.append(asyncio.create_task(one(number)))
        await asyncio.sleep(0.005)
    await asyncio.gather(*tasks)
    return order, most


def test_lock_is_held_by_one_and_given_in_the_order_of_coming(open_store: OpenStore, url: str) -> None:
    async def run() -> tuple[list[int], int]:
        one = open_store(url)
        return await work_in_order([one, one if not url else open_store(url)], 50)

    order, most = asyncio.run(run())
    assert most == 1
    assert order == list(range(50))


def test_lock_is_free_after_a_holder_that_failed(open_store: OpenStore, url: str) -> None:
    async def run() -> bool:
        store = open_store(url)
        conversation = uuid.uuid4().hex
        with pytest.raises(ValueError, match="broken"):
            async with store.lock(conversation):
                raise ValueError("broken")
        async with asyncio.timeout(1), store.lock(conversation):
            return True

    assert asyncio.run(run())


def test_redis_that_is_away_ends_the_turn_at_once(open_store: OpenStore) -> None:
    async def run() -> Any:
        async with asyncio.timeout(3), open_store("redis://127.0.0.1:9/0").lock("one"):
            return "locked"

    with pytest.raises(StoreAway):
        asyncio.run(run())


def test_conversations_do_not_wait_for_one_another(open_store: OpenStore, url: str) -> None:
    async def run() -> str:
        store = open_store(url)
        async with asyncio.timeout(1), store.lock("one"), store.lock("two"):
            return "both"

    assert asyncio.run(run()) == "both"


def test_who_gives_up_waiting_does_not_stop_the_next(open_store: OpenStore, url: str) -> None:
    async def run() -> str:
        store = open_store(url)
        async with store.lock("one"):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05), store.lock("one"):
                    pass
        async with asyncio.timeout(1), store.lock("one"):
            return "next"

    assert asyncio.run(run()) == "next"


def test_nothing_is_left_of_the_locks_that_were_released(open_store: OpenStore) -> None:
    async def run() -> int:
        store = open_store("")
        for number in range(100):
            async with store.lock(str(number)):
                pass
        return len(store._own)

    assert asyncio.run(run()) == 0


@pytest.mark.parametrize(("where", "is_up"), [("", True), ("redis://127.0.0.1:9/0", False)])
def test_locks_are_up_where_they_can_be_taken(open_store: OpenStore, where: str, is_up: bool) -> None:
    async def run() -> bool:
        return await open_store(where).is_up()

    assert asyncio.run(run()) is is_up
