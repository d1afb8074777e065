"""Calls as the providers document them, signed as they sign; and what a messenger is set up with in tests."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import Clock, SignatureVerifier
from twilio.request_validator import RequestValidator

from bot.messengers.credentials import (
    FacebookCredentials,
    SlackCredentials,
    TelegramCredentials,
    TwilioCredentials,
)
from bot.messengers.facebook import Facebook
from bot.messengers.shapes import Call, Messenger
from bot.messengers.slack import Slack
from bot.messengers.telegram import Telegram
from bot.messengers.twilio import Twilio

PUBLIC_URL = "https://chat.clinic.example"
NOW = 1_800_000_000
NAMES = ("twilio", "telegram", "facebook", "slack")
TWILIO_TOKEN, TELEGRAM_SECRET, FACEBOOK_SECRET, FACEBOOK_VERIFY = "12345", "kites-and_tails", "app-secret", "a-word"
SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # the one of Slack's documentation
ADDRESSES = {"twilio": "whatsapp:+15005550006", "telegram": "1111", "facebook": "2468", "slack": "U2CERLKJA"}


class StoppedClock(Clock):
    """A clock to be set by hand."""

    def __init__(self, moment: float = NOW) -> None:
        self.moment = moment

    def now(self) -> float:
        """Return the moment that was set."""
        return self.moment


def credentials(api_url: str) -> dict[str, Any]:
    """Return made-up credentials of each messenger."""
    return {
        "twilio": TwilioCredentials("AC00", TWILIO_TOKEN, "+15005550001", api_url),
        "telegram": TelegramCredentials("123:abc", TELEGRAM_SECRET, api_url),
        "facebook": FacebookCredentials("page-token", FACEBOOK_SECRET, FACEBOOK_VERIFY, api_url),
        "slack": SlackCredentials("xoxb-1", SLACK_SECRET, api_url),
    }


def messenger(name: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None) -> Messenger:
    """Return a messenger whose API is at the other end of a client."""
    given, client = credentials("http://api.test")[name], client or httpx.AsyncClient(base_url="http://api.test")
    if name == "twilio":
        return Twilio(given, PUBLIC_URL, client)
    if name == "slack":
        return Slack(given, client, clock or StoppedClock())
    return {"telegram": Telegram, "facebook": Facebook}[name](given, client)


def call(name: str, body: bytes, headers: dict[str, str], query: dict[str, str] | None = None) -> Call:
    """Return a call of a webhook."""
    return Call(f"/webhooks/{name}", headers, query or {}, body)


def body_of(name: str, text: str | None = "When is the test?", message_id: str = "m1") -> bytes:
    """Return the documented body of a message; null stands for a picture."""
    address = ADDRESSES[name]
    if name == "twilio":
        media = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}
        form = {
            "ToCountry": "US",
            "SmsMessageSid": message_id,
            "NumMedia": "0",
            "ProfileName": "Someone",
            "SmsSid": message_id,
            "WaId": "15005550006",
            "SmsStatus": "received",
            "Body": text or "",
            "To": "whatsapp:+15005550001",
            "NumSegments": "1",
            "MessageSid": message_id,
            "AccountSid": "AC00",
            "From": address,
            "ApiVersion": "2010-04-01",
        } | ({} if text else media)
        return urlencode(form).encode()
    if name == "telegram":
        content = {"text": text} if text else {"photo": [{"file_id": "x", "width": 1, "height": 1}]}
        return as_json(telegram_update(message_id, content))
    if name == "facebook":
        attachment = {"attachments": [{"type": "image", "payload": {"url": "https://cdn.example/x.png"}}]}
        return as_json(facebook_batch({"mid": message_id, **({"text": text} if text else attachment)}))
    files = {"subtype": "file_share", "files": [{"id": "F1"}]}
    return as_json(slack_event({"text": text or "", **({} if text else files)}, message_id))


def telegram_update(update_id: str, content: dict[str, Any], kind: str = "private") -> dict[str, Any]:
    """Return an update of https://core.telegram.org/bots/webhooks#testing-your-bot-with-updates."""
    chat = {"last_name": "Test Lastname", "id": 1111, "type": kind, "first_name": "Test", "username": "Testusername"}
    sender = {"last_name": "Test Lastname", "id": 1111, "first_name": "Test", "username": "Testusername"}
    message = {"date": 1441645532, "chat": chat, "message_id": 1365, "from": sender, **content}
    return {"update_id": update_id, "message": message}


def facebook_batch(*messages: dict[str, Any]) -> dict[str, Any]:
    """Return a batch of https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages."""
    events = [
        {"sender": {"id": "2468"}, "recipient": {"id": "1357"}, "timestamp": 1458692752478, "message": message}
        for message in messages
    ]
    return {"object": "page", "entry": [{"id": "1357", "time": 1458692752478, "messaging": events}]}


def slack_event(event: dict[str, Any], message_id: str = "m1") -> dict[str, Any]:
    """Return an event of https://docs.slack.dev/reference/events/message.im."""
    direct = {"type": "message", "channel": "D024BE91L", "channel_type": "im", "ts": "1355517523.000005"}
    return {
        "token": "one-long-verification-token",
        "team_id": "T061EG9R6",
        "api_app_id": "A0PNCHHK2",
        "event": {**direct, "user": "U2CERLKJA", "client_msg_id": message_id, **event},
        "type": "event_callback",
        "authed_teams": ["T061EG9R6"],
        "event_id": f"Ev-{message_id}",
        "event_time": 1355517523,
    }


def as_json(found: Any) -> bytes:
    """Return the JSON of what is found."""
    return json.dumps(found).encode()


def signed(name: str, body: bytes, moment: float = NOW) -> dict[str, str]:
    """Return the headers with which the provider sends a body."""
    if name == "twilio":
        form = dict(httpx.QueryParams(body.decode()))
        signature = RequestValidator(TWILIO_TOKEN).compute_signature(f"{PUBLIC_URL}/webhooks/twilio", form)
        return {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    if name == "telegram":
        return {"content-type": "application/json", "x-telegram-bot-api-secret-token": TELEGRAM_SECRET}
    if name == "facebook":
        code = hmac.new(FACEBOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return {"content-type": "application/json", "x-hub-signature-256": f"sha256={code}"}
    kind = "application/x-www-form-urlencoded" if body.startswith(b"payload=") else "application/json"
    signature = SignatureVerifier(SLACK_SECRET).generate_signature(timestamp=str(int(moment)), body=body)
    return {
        "content-type": kind,
        "x-slack-request-timestamp": str(int(moment)),
        "x-slack-signature": signature or "",
    }


def signed_call(name: str, body: bytes, moment: float = NOW) -> Call:
    """Return a call that the provider itself makes."""
    return call(name, body, signed(name, body, moment))
