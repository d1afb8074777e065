"""The order of messages at the door: one of a conversation at a time, first come first served, not too many."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.web.turns import MOST_OF_ALL, MOST_OF_ONE, TooManyWaiting, Turns


def run(work: Callable[[Turns], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        async with asyncio.timeout(5):
            return await work(Turns())

    return asyncio.run(inside())


async def hold(turns: Turns, conversation: str, until: asyncio.Event) -> None:
    async with turns.take(conversation):
        await until.wait()


async def held(turns: Turns, conversations: list[str], until: asyncio.Event) -> list[asyncio.Task[None]]:
    """Return a task for each conversation; each holds or waits for its turn."""
    tasks = [asyncio.create_task(hold(turns, conversation, until)) for conversation in conversations]
    await asyncio.sleep(0)
    return tasks


def test_messages_of_a_conversation_are_served_one_by_one_in_their_order() -> None:
    async def work(turns: Turns) -> tuple[list[int], int]:
        order: list[int] = []
        inside, most = 0, 0

        async def one(number: int) -> None:
            nonlocal inside, most
            async with turns.take("one"):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.001)
                order.append(number)
                inside -= 1

        await asyncio.gather(*(one(number) for number in range(MOST_OF_ONE)))
        return order, most

    assert run(work) == ([*range(MOST_OF_ONE)], 1)


def test_conversations_do_not_wait_for_one_another() -> None:
    async def work(turns: Turns) -> str:
        async with turns.take("one"), turns.take("two"):
            return "both"

    assert run(work) == "both"


@pytest.mark.parametrize(
    ("waiting", "refused"),
    [
        (["one"] * MOST_OF_ONE, "one"),
        ([str(number) for number in range(MOST_OF_ALL)], "another"),
    ],
    ids=["of one conversation", "of all"],
)
def test_message_beyond_what_the_door_holds_is_refused(waiting: list[str], refused: str) -> None:
    async def work(turns: Turns) -> None:
        until = asyncio.Event()
        tasks = await held(turns, waiting, until)
        with pytest.raises(TooManyWaiting):
            async with turns.take(refused):
                pass
        until.set()
        await asyncio.gather(*tasks)

    run(work)


def test_full_conversation_stops_no_other() -> None:
    async def work(turns: Turns) -> str:
        until = asyncio.Event()
        tasks = await held(turns, ["one"] * MOST_OF_ONE, until)
        async with turns.take("two"):
            until.set()
        await asyncio.gather(*tasks)
        return "served"

    assert run(work) == "served"


def test_nothing_is_left_of_turns_that_are_over() -> None:
    async def work(turns: Turns) -> Turns:
        until = asyncio.Event()
        tasks = await held(turns, ["one", "one", "two"], until)
        with pytest.raises(ValueError, match="broken"):
            async with turns.take("three"):
                raise ValueError("broken")
        until.set()
        await asyncio.gather(*tasks)
        return turns

    assert run(work) == Turns()


def test_who_gives_up_waiting_leaves_its_place() -> None:
    async def work(turns: Turns) -> tuple[dict[str, int], int]:
        until = asyncio.Event()
        tasks = await held(turns, ["one", "one"], until)
        tasks[1].cancel()
        await asyncio.gather(tasks[1], return_exceptions=True)
        left = dict(turns.counts), turns.under_way
        until.set()
        await tasks[0]
        return left

    assert run(work) == ({"one": 1}, 1)
