"""Telegram: the secret token, updates of private chats, sendMessage with an inline keyboard.

Source: https://core.telegram.org/bots/api
"""

import json
from typing import Any

import httpx

from bot.messengers.api import post
from bot.messengers.credentials import TelegramCredentials
from bot.messengers.payload import inside, items, read_json, same, word
from bot.messengers.shapes import Acknowledgement, Call, Forged, Incoming, Limits, NotDelivered, Part, incoming

ATTACHED = frozenset(
    (
        "animation",
        "audio",
        "contact",
        "document",
        "location",
        "photo",
        "sticker",
        "story",
        "video",
        "video_note",
        "voice",
    )
)
STARTS, GREETING = "/start", "Hello"  # the button with which every chat with a bot begins; what is asked then


class Telegram:
    """A bot of Telegram."""

    name = "telegram"
    limits = Limits(characters=4096, choices=20, title=64)

    def __init__(self, credentials: TelegramCredentials, client: httpx.AsyncClient) -> None:
        self._credentials = credentials
        self._client = client

    def verify(self, call: Call) -> None:
        """Check the secret that was given to Telegram with the webhook's address."""
        token = call.headers.get("x-telegram-bot-api-secret-token")
        if not token:
            raise Forged("missing")
        if not same(token, self._credentials.secret_token):
            raise Forged("wrong")

    def handshake(self, call: Call) -> None:
        """Return null: Telegram makes none."""

    def read(self, call: Call) -> list[Incoming]:
        """Return the message or the press of a button in an update."""
        update = read_json(call.body)
        update_id = word(update, "update_id")
        pressed = inside(update, "callback_query")
        message = inside(pressed, "message") if pressed else inside(update, "message")
        address = word(message, "chat", "id")
        if not update_id or not address or inside(message, "chat", "type") != "private":
            return []
        if pressed:
            return incoming(update_id, address, _pressed(pressed), attached=False)
        text = word(message, "text") or word(message, "caption")
        if text and text.split()[:1] == [STARTS]:
            text = GREETING
        return incoming(update_id, address, text, attached=not ATTACHED.isdisjoint(message))

    def acknowledgement(self, call: Call) -> Acknowledgement:
        """Return nothing or, so that a pressed button stops waiting, the order that ends it."""
        pressed = word(read_json(call.body), "callback_query", "id")
        if not pressed:
            return Acknowledgement()
        order = {"method": "answerCallbackQuery", "callback_query_id": pressed}
        return Acknowledgement(json.dumps(order), "application/json")

    async def deliver(self, address: str, part: Part) -> None:
        """Send one part: plain text, no preview of what a link leads to."""
        sent: dict[str, Any] = {"chat_id": address, "text": part.text, "link_preview_options": {"is_disabled": True}}
        if part.choices:
            sent["reply_markup"] = {
                "inline_keyboard": [
                    [{"text": choice.title, "callback_data": f"#{number}"}]
                    for number, choice in enumerate(part.choices, start=1)
                ]
            }
        answer = await post(self._client, f"/bot{self._credentials.access_token}/sendMessage", json=sent)
        if not inside(answer, "ok"):
            raise NotDelivered("not ok", may_retry=False)


def _pressed(pressed: Any) -> str | None:
    """Return the words on a button: those of its own message, as choices may have been offered since."""
    data = word(pressed, "data")
    rows = items(pressed, "message", "reply_markup", "inline_keyboard")
    buttons = (button for row in rows if isinstance(row, list) for button in row)
    titles = [word(button, "text") for button in buttons if word(button, "callback_data") == data]
    return titles[0] if titles else data
