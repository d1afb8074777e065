"""Facebook Messenger: the handshake, X-Hub-Signature-256, batches of events, the Send API with quick replies.

Source: https://developers.facebook.com/docs/messenger-platform/webhooks, /send-messages, /send-messages/quick-replies
"""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx

from bot.messengers.api import post
from bot.messengers.credentials import FacebookCredentials
from bot.messengers.payload import inside, items, read_json, same, word
from bot.messengers.shapes import Acknowledgement, Call, Forged, Incoming, Limits, Part, incoming

VERSION = "v19.0"
SIGNED_WITH = "sha256="


class Facebook:
    """A page of Facebook."""

    name = "facebook"
    limits = Limits(characters=2000, choices=13, title=20)

    def __init__(self, credentials: FacebookCredentials, client: httpx.AsyncClient) -> None:
        self._credentials = credentials
        self._client = client

    def verify(self, call: Call) -> None:
        """Check the signature over the body as it came."""
        signature = call.headers.get("x-hub-signature-256")
        if not signature:
            raise Forged("missing")
        expected = hmac.new(self._credentials.secret.encode(), call.body, sha256).hexdigest()
        if not same(signature, SIGNED_WITH + expected):
            raise Forged("wrong")

    def handshake(self, call: Call) -> Acknowledgement:
        """Return the challenge to who knows the word."""
        token = call.query.get("hub.verify_token")
        if not token:
            raise Forged("missing")
        if call.query.get("hub.mode") != "subscribe" or not same(token, self._credentials.verify):
            raise Forged("wrong")
        return Acknowledgement(call.query.get("hub.challenge", ""))

    def read(self, call: Call) -> list[Incoming]:
        """Return the messages and presses of buttons in a batch, in order."""
        batch = read_json(call.body)
        return [
            found for entry in items(batch, "entry") for event in items(entry, "messaging") for found in _read(event)
        ]

    def acknowledgement(self, call: Call) -> Acknowledgement:  # noqa: ARG002  (the signature is Messenger's)
        """Return what Meta's guides return."""
        return Acknowledgement("EVENT_RECEIVED")

    async def deliver(self, address: str, part: Part) -> None:
        """Send one part."""
        message: dict[str, Any] = {"text": part.text}
        if part.choices:
            message["quick_replies"] = [
                {"content_type": "text", "title": choice.title, "payload": choice.message} for choice in part.choices
            ]
        await post(
            self._client,
            f"/{VERSION}/me/messages",
            params={"access_token": self._credentials.page_access_token},
            json={"recipient": {"id": address}, "messaging_type": "RESPONSE", "message": message},
        )


def _read(event: Any) -> Iterator[Incoming]:
    address = word(event, "sender", "id")
    message, postback = inside(event, "message"), inside(event, "postback")
    if not address or inside(message, "is_echo"):
        return
    if message_id := word(message, "mid"):
        text = word(message, "quick_reply", "payload") or word(message, "text")
        yield from incoming(message_id, address, text, attached=bool(inside(message, "attachments")))
    elif postback:
        message_id = word(postback, "mid") or f"{address}:{word(event, 'timestamp')}"
        text = word(postback, "payload") or word(postback, "title")
        yield from incoming(message_id, address, text, attached=False)
