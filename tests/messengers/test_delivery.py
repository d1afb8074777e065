"""Delivery over a real socket: what each provider's API is sent, and what may be tried again."""

import asyncio
import base64
from typing import Any

import httpx
import pytest
from messenger_calls import ADDRESSES, NAMES, messenger
from recording_api import Api

from bot.messengers.api import open_client
from bot.messengers.shapes import Choice, NotDelivered, Part

CHOICES = (Choice("Tell me more", "Tell me more"), Choice("And lanterns?", "What about lanterns?"))
LINK = "https://chat.clinic.example/calendar/a_b*c.ics"
PLAIN = Part("Kites <fly> & *sail*, _really_.")


def deliver(name: str, url: str, *parts: Part, address: str = "") -> None:
    async def all_of_them() -> None:
        async with open_client(url) as client:
            for part in parts:
                await messenger(name, client).deliver(address or ADDRESSES[name], part)

    asyncio.run(all_of_them())


def test_twilio_is_sent_a_form_under_the_account(api: Api) -> None:
    deliver("twilio", api.url, PLAIN)
    [sent] = api.sent
    assert sent.path == "/2010-04-01/Accounts/AC00/Messages.json"
    assert sent.body == {"From": "whatsapp:+15005550001", "To": "whatsapp:+15005550006", "Body": PLAIN.text}
    assert base64.b64decode(sent.headers["authorization"].removeprefix("Basic ")) == b"AC00:12345"


def test_sms_is_answered_by_sms(api: Api) -> None:
    deliver("twilio", api.url, PLAIN, address="+15005550006")
    assert (api.sent[0].body["From"], api.sent[0].body["To"]) == ("+15005550001", "+15005550006")


def test_telegram_is_sent_plain_text_without_a_preview(api: Api) -> None:
    deliver("telegram", api.url, PLAIN)
    [sent] = api.sent
    assert sent.path == "/bot123:abc/sendMessage"
    assert sent.body == {"chat_id": "1111", "text": PLAIN.text, "link_preview_options": {"is_disabled": True}}


def test_telegram_is_sent_a_keyboard_with_little_data(api: Api) -> None:
    deliver("telegram", api.url, Part("Kites.", CHOICES))
    assert api.sent[0].body["reply_markup"]["inline_keyboard"] == [
        [{"text": "Tell me more", "callback_data": "#1"}],
        [{"text": "And lanterns?", "callback_data": "#2"}],
    ]


def test_facebook_is_sent_a_response_with_quick_replies(api: Api) -> None:
    deliver("facebook", api.url, Part("Kites.", CHOICES))
    [sent] = api.sent
    assert (sent.path, sent.query) == ("/v19.0/me/messages", {"access_token": "page-token"})
    assert sent.body == {
        "recipient": {"id": "2468"},
        "messaging_type": "RESPONSE",
        "message": {
            "text": "Kites.",
            "quick_replies": [
                {"content_type": "text", "title": "Tell me more", "payload": "Tell me more"},
                {"content_type": "text", "title": "And lanterns?", "payload": "What about lanterns?"},
            ],
        },
    }


def test_slack_is_sent_text_in_which_nothing_is_markup_and_links_are_links(api: Api) -> None:
    deliver("slack", api.url, Part(f"{PLAIN.text}\n{LINK}"))
    [sent] = api.sent
    assert (sent.path, sent.headers["authorization"]) == ("/chat.postMessage", "Bearer xoxb-1")
    assert (sent.body["channel"], sent.body["mrkdwn"], sent.body["unfurl_links"]) == ("U2CERLKJA", False, False)
    assert sent.body["text"].startswith("Kites &lt;fly&gt; &amp; *sail*")
    assert sent.body["blocks"][0]["elements"][0]["elements"] == [
        {"type": "text", "text": f"{PLAIN.text}\n"},
        {"type": "link", "url": LINK},
    ]


def test_slack_is_sent_buttons(api: Api) -> None:
    deliver("slack", api.url, Part("Kites.", CHOICES))
    buttons = api.sent[0].body["blocks"][1]["elements"]
    assert [(button["text"]["text"], button["value"]) for button in buttons] == [
        ("Tell me more", "Tell me more"),
        ("And lanterns?", "What about lanterns?"),
    ]
    assert {button["text"]["type"] for button in buttons} == {"plain_text"}


@pytest.mark.parametrize("name", NAMES)
def test_parts_arrive_in_order(api: Api, name: str) -> None:
    deliver(name, api.url, Part("one"), Part("two"), Part("three"))
    assert api.texts == ["one", "two", "three"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("status", "may_retry"), [(500, True), (503, True), (429, True), (401, True), (400, False), (404, False)]
)
def test_refusal_tells_whether_to_try_again(api: Api, name: str, status: int, may_retry: bool) -> None:
    api.statuses.append(status)
    with pytest.raises(NotDelivered) as refused:
        deliver(name, api.url, PLAIN)
    assert (str(refused.value), refused.value.may_retry) == (f"status {status}", may_retry)


@pytest.mark.parametrize("name", NAMES)
def test_provider_that_is_away_may_be_tried_again(name: str) -> None:
    with pytest.raises(NotDelivered) as refused:
        deliver(name, "http://127.0.0.1:9", PLAIN)
    assert refused.value.may_retry
    assert ADDRESSES[name] not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "answer", "may_retry"),
    [
        ("slack", {"ok": False, "error": "ratelimited"}, True),
        ("slack", {"ok": False, "error": "channel_not_found"}, False),
        ("slack", {}, False),
        ("telegram", {"ok": False}, False),
    ],
)
def test_refusal_with_status_200_is_a_refusal(name: str, answer: dict[str, Any], may_retry: bool) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=answer))

    async def deliver_one() -> None:
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            await messenger(name, client).deliver("1", PLAIN)

    with pytest.raises(NotDelivered) as refused:
        asyncio.run(deliver_one())
    assert refused.value.may_retry is may_retry
