"""Asking Rasa: what it is sent, what is made of its messages, and what counts as away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TypeVar

import httpx
import pytest
from stand_in import FULL_REPLY, Answer, fails, sends
from stand_in import Rasa as StandIn

from bot.reply import Reply
from bot.web.rasa import Rasa, RasaAway

T = TypeVar("T")


def with_rasa(answer: Callable[[httpx.Request], httpx.Response], use: Callable[[Rasa], Awaitable[T]]) -> T:
    async def run() -> T:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(base_url="http://rasa.invalid", transport=transport) as client:
            return await use(Rasa(client))

    return asyncio.run(run())


def ask(answer: Answer) -> list[Reply]:
    return with_rasa(answer, lambda rasa: rasa.ask("someone", "hello"))


def test_ask_sends_sender_text_and_day() -> None:
    rasa = StandIn()
    with_rasa(rasa, lambda client: client.ask("someone", "hello", date(2026, 3, 10)))
    assert rasa.asked == [{"sender": "someone", "message": "hello", "metadata": {"today": "2026-03-10"}}]


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
    ("answer", "ready"),
    [
        (lambda _request: httpx.Response(200), True),
        (lambda _request: httpx.Response(404), False),
        (lambda _request: httpx.Response(503), False),
        (fails(httpx.ConnectError("refused")), False),
        (fails(httpx.ReadTimeout("late")), False),
    ],
    ids=["HTTP 200", "HTTP 404", "HTTP 503", "refused", "late"],
)
def test_rasa_is_ready_when_it_answers_well(answer: Answer, ready: bool) -> None:
    assert with_rasa(answer, lambda rasa: rasa.is_ready()) is ready
