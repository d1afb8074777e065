"""Asking Rasa: what it is sent, what is made of its messages, and what counts as away."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

import httpx
import pytest
from stand_in import FULL_REPLY, Answer, fails, sends
from stand_in import Rasa as StandIn

from bot.ask_rasa import AT_A_TIME, Rasa, RasaAway
from bot.reply import Reply
from bot.sent import Sent

T = TypeVar("T")
TOKEN = "a token"
SENT = Sent("someone", "192.0.2.1", "hello", "m1", "telegram", "zh", date(2026, 3, 10))


def with_rasa(answer: Callable[[httpx.Request], httpx.Response], use: Callable[[Rasa], Awaitable[T]]) -> T:
    async def run() -> T:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(base_url="http://rasa.invalid", transport=transport) as client:
            return await use(Rasa(client, TOKEN))

    return asyncio.run(run())


def ask(answer: Answer) -> list[Reply]:
    return with_rasa(answer, lambda rasa: rasa.ask(SENT, "hello"))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ask_rasa.PAUSES_SECONDS", (0.0, 0.0))


def test_ask_sends_the_masked_text_with_everything_that_belongs_to_it() -> None:
    rasa = StandIn()
    with_rasa(rasa, lambda client: client.ask(SENT, "hello"))
    metadata = {"today": "2026-03-10", "language": "zh", "request": ""}
    assert rasa.asked == [
        {"sender": "someone", "message": "hello", "message_id": "m1", "channel": "telegram", "metadata": metadata}
    ]
    assert rasa.requests[0].headers["X-Internal-Token"] == TOKEN


@pytest.mark.parametrize("status", [502, 503, 504])
def test_message_that_did_not_get_through_is_sent_again_with_its_id(status: int) -> None:
    answers = iter([httpx.Response(status), httpx.Response(200, json=[{"text": "Hello."}])])
    rasa = StandIn(lambda _request: next(answers))
    replies = with_rasa(rasa, lambda client: client.ask(SENT, "hello"))
    assert [reply.text for reply in replies] == ["Hello."]
    assert [asked["message_id"] for asked in rasa.asked] == ["m1", "m1"]


def test_message_that_was_refused_is_not_sent_again() -> None:
    rasa = StandIn(lambda _request: httpx.Response(400))
    with pytest.raises(RasaAway):
        with_rasa(rasa, lambda client: client.ask(SENT, "hello"))
    assert len(rasa.asked) == 1


def test_trying_ends() -> None:
    rasa = StandIn(lambda _request: httpx.Response(503, json={"error": "StoreAway"}))
    with pytest.raises(RasaAway, match="StoreAway"):
        with_rasa(rasa, lambda client: client.ask(SENT, "hello"))
    assert len(rasa.asked) == 3


def test_ask_returns_the_replies_in_their_order() -> None:
    replies = ask(sends({"custom": FULL_REPLY}, {"text": "Hello."}))
    assert replies == [Reply.model_validate(FULL_REPLY), Reply(text="Hello.", kind="notice")]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (fails(httpx.ConnectError("refused")), "ConnectError"),
        (fails(httpx.ReadTimeout("late")), "ReadTimeout"),
        (lambda _request: httpx.Response(500), "HTTPStatusError"),
        (lambda _request: httpx.Response(200, text="<html>"), "JSONDecodeError"),
        (sends({"custom": {"words": "hello"}}), "ValueError"),
        (sends({"image": "kite.png"}), "KeyError"),
        (sends(), "no reply"),
    ],
    ids=["refused", "late", "HTTP 500", "no JSON", "unknown reply", "no text", "no reply"],
)
def test_ask_tells_why_rasa_is_away(answer: Answer, why: str) -> None:
    with pytest.raises(RasaAway, match=why):
        ask(answer)


@pytest.mark.parametrize(
    ("answer", "parts"),
    [
        (lambda _request: httpx.Response(200, json={"model": True}), {"rasa": True, "model": True}),
        (lambda _request: httpx.Response(503, json={"model": False}), {"rasa": False, "model": False}),
        (lambda _request: httpx.Response(404, text="no channel"), {"rasa": False}),
        (lambda _request: httpx.Response(200, json=["odd"]), {"rasa": False}),
        (fails(httpx.ConnectError("refused")), {"rasa": False}),
        (fails(httpx.ReadTimeout("late")), {"rasa": False}),
    ],
    ids=["ready", "a part is away", "HTTP 404", "an odd body", "refused", "late"],
)
def test_parts_behind_the_door_are_told(answer: Answer, parts: dict[str, bool]) -> None:
    assert with_rasa(answer, lambda rasa: rasa.ready_parts()) == parts


# More than Rasa can answer


async def crowd(
    answer_seconds: float, messages: int, a_second: float, rasa: Callable[[httpx.AsyncClient], Rasa]
) -> int:
    """Return how many of a steady stream of messages are answered within 0.5 s by a Rasa that does one at a time."""
    under_way = 0

    async def slow(_request: httpx.Request) -> httpx.Response:
        """Share one core among all that are asked, as Rasa does."""
        nonlocal under_way
        under_way += 1
        try:
            left = answer_seconds
            while left > 0:
                step = 0.005
                await asyncio.sleep(step)
                left -= step / under_way
        finally:
            under_way -= 1
        return httpx.Response(200, json=[{"text": "Hello."}])

    async with httpx.AsyncClient(base_url="http://rasa.invalid", transport=httpx.MockTransport(slow)) as client:
        asked = rasa(client)

        async def one(number: int) -> bool:
            await asyncio.sleep(number / a_second)
            try:
                async with asyncio.timeout(0.5):
                    return bool(await asked.ask(SENT, "hello"))
            except (RasaAway, TimeoutError):
                return False

        return sum(await asyncio.gather(*(one(number) for number in range(messages))))


def test_more_messages_than_can_be_answered_do_not_stop_those_that_can() -> None:
    answered = asyncio.run(crowd(0.02, 150, 100, lambda client: Rasa(client, TOKEN, longest_wait=0.25)))
    assert answered >= 40  # 75 fit into the time; without a limit nearly all would be late


def test_message_that_waits_too_long_is_told_so_and_never_asked() -> None:
    rasa = StandIn()

    async def use(client: Rasa) -> None:
        for _ in range(AT_A_TIME):
            await client.places.acquire()
        with pytest.raises(RasaAway, match="busy"):
            await replace(client, longest_wait=0.01).ask(SENT, "hello")
        client.places.release()
        assert await client.ask(SENT, "hello")

    with_rasa(rasa, use)
    assert len(rasa.asked) == 1
