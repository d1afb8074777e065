"""Slack: the v0 signature with its window of time, events and presses of buttons, chat.postMessage.

Answers go to the writer alone, also where she named the app in a channel that others read.
Source: https://docs.slack.dev/authentication/verifying-requests-from-slack, /apis/events-api, /reference/block-kit
"""

import html
import json
import re
from typing import Any

import httpx
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.datastructures import QueryParams

from bot.messengers.api import post
from bot.messengers.credentials import SlackCredentials
from bot.messengers.payload import inside, items, read_json, word
from bot.messengers.shapes import Acknowledgement, Call, Forged, Incoming, Limits, NotDelivered, Part, incoming

WINDOW_SECONDS = 300
MENTION = re.compile(r"<[@!][^>]*>")
LINK = re.compile(r"<(?:[^>|]*\|)?([^>]*)>")  # <address>, or <address|what stands for it>
ADDRESS = re.compile(r"(https?://\S+)")
MAY_PASS = frozenset({"fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"})


class Slack:
    """An app of Slack."""

    name = "slack"
    limits = Limits(characters=3000, choices=25, title=75)

    def __init__(self, credentials: SlackCredentials, client: httpx.AsyncClient, clock: Clock) -> None:
        self._token = credentials.token
        self._clock = clock
        self._verifier = SignatureVerifier(credentials.signing_secret, clock)
        self._client = client

    def verify(self, call: Call) -> None:
        """Check the signature over time and body, and that the time is not long past."""
        moment, signature = call.headers.get("x-slack-request-timestamp"), call.headers.get("x-slack-signature")
        if not moment or not signature:
            raise Forged("missing")
        if not moment.isdecimal() or not signature.isascii():
            raise Forged("wrong")
        if abs(self._clock.now() - int(moment)) > WINDOW_SECONDS:
            raise Forged("old")
        try:
            valid = self._verifier.is_valid(call.body, moment, signature)
        except UnicodeDecodeError as error:
            raise Forged("wrong") from error
        if not valid:
            raise Forged("wrong")

    def handshake(self, call: Call) -> None:
        """Return null: Slack makes it by POST."""

    def read(self, call: Call) -> list[Incoming]:
        """Return the message in an event, or the button that was pressed."""
        sent = _sent(call)
        if inside(sent, "type") == "event_callback":
            return _message(sent)
        if inside(sent, "type") == "block_actions":
            return _pressed(sent)
        return []

    def acknowledgement(self, call: Call) -> Acknowledgement:
        """Return nothing or, when Slack tests the address, its challenge."""
        sent = _sent(call)
        if inside(sent, "type") != "url_verification":
            return Acknowledgement()
        return Acknowledgement(json.dumps({"challenge": word(sent, "challenge")}), "application/json")

    async def deliver(self, address: str, part: Part) -> None:
        """Send one part as a direct message, nothing in it being markup."""
        blocks: list[dict[str, Any]] = [_text_block(part.text)]
        if part.choices:
            blocks.append(_buttons_block(part))
        sent = {
            "channel": address,
            "text": html.escape(part.text, quote=False),  # for notifications; Slack wants just & < > escaped
            "mrkdwn": False,
            "blocks": blocks,
            "unfurl_links": False,  # a link to her days is for her alone
            "unfurl_media": False,
        }
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await post(self._client, "/chat.postMessage", json=sent, headers=headers)
        if not inside(answer, "ok"):
            why = word(answer, "error") or "not ok"
            raise NotDelivered(why, may_retry=why in MAY_PASS)


def _sent(call: Call) -> Any:
    """Return what is in a call: JSON, or JSON in a field of a form."""
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return read_json(QueryParams(call.body.decode("utf-8")).get("payload", ""))
    return read_json(call.body)


def _message(sent: Any) -> list[Incoming]:
    event = inside(sent, "event")
    direct = inside(event, "type") == "message" and inside(event, "channel_type") == "im"
    named = inside(event, "type") == "app_mention"
    by_a_patient = not inside(event, "bot_id") and inside(event, "subtype") in (None, "file_share")
    user, message_id = word(event, "user"), word(event, "client_msg_id") or word(sent, "event_id")
    if not (direct or named) or not by_a_patient or not user or not message_id:
        return []
    return incoming(message_id, user, _plain(word(event, "text") or ""), attached=bool(inside(event, "files")))


def _pressed(sent: Any) -> list[Incoming]:
    user = word(sent, "user", "id")
    pressed = [(word(action, "action_ts"), word(action, "value")) for action in items(sent, "actions")]
    return [
        found
        for moment, value in pressed
        if user and moment
        for found in incoming(f"{user}:{moment}", user, value, attached=False)
    ]


def _plain(text: str) -> str:
    """Return a text without Slack's marks."""
    return html.unescape(LINK.sub(r"\1", MENTION.sub("", text))).strip()


def _text_block(text: str) -> dict[str, Any]:
    """Return a text as elements in which nothing is markup and links are links."""
    pieces = (
        {"type": "link", "url": piece} if ADDRESS.fullmatch(piece) else {"type": "text", "text": piece}
        for piece in ADDRESS.split(text)
        if piece
    )
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(pieces)}]}


def _buttons_block(part: Part) -> dict[str, Any]:
    buttons = [
        {
            "type": "button",
            "action_id": f"choice_{number}",
            "text": {"type": "plain_text", "text": choice.title, "emoji": False},
            "value": choice.message,
        }
        for number, choice in enumerate(part.choices, start=1)
    ]
    return {"type": "actions", "elements": buttons}
