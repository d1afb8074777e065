"""WhatsApp and SMS through Twilio: X-Twilio-Signature, the form of an incoming message, the Messages resource.

Neither has buttons without a template that Meta approves first: choices are numbered.
Source: https://www.twilio.com/docs/usage/security, https://www.twilio.com/docs/messaging/api/message-resource
"""

import httpx
from starlette.datastructures import QueryParams
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.messengers.api import post
from bot.messengers.credentials import TwilioCredentials
from bot.messengers.shapes import Acknowledgement, Call, Forged, Incoming, Limits, Part, Unreadable, incoming

WHATSAPP = "whatsapp:"
NO_ANSWER_YET = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


class Twilio:
    """A number of Twilio."""

    name = "twilio"
    limits = Limits(characters=1600, choices=0, title=0)

    def __init__(self, credentials: TwilioCredentials, public_url: str, client: httpx.AsyncClient) -> None:
        self._account = credentials.account_sid
        self._token = credentials.auth_token
        self._number = credentials.number.removeprefix(WHATSAPP)
        self._public_url = public_url
        self._client = client

    def verify(self, call: Call) -> None:
        """Check the signature over the public address and the form."""
        signature = call.headers.get("x-twilio-signature")
        if not signature:
            raise Forged("missing")
        try:
            form = _form(call)
        except Unreadable as error:
            raise Forged("wrong") from error
        if not RequestValidator(self._token).validate(self._public_url + call.path, form, signature):
            raise Forged("wrong")

    def handshake(self, call: Call) -> None:
        """Return null: Twilio makes none."""

    def read(self, call: Call) -> list[Incoming]:
        """Return the message in a form."""
        form = _form(call)
        message_id, address = form.get("MessageSid"), form.get("From")
        if not message_id or not address:
            return []
        return incoming(message_id, address, form.get("Body"), attached=form.get("NumMedia", "0") != "0")

    def acknowledgement(self, call: Call) -> Acknowledgement:  # noqa: ARG002
        """Return TwiML without a message."""
        return Acknowledgement(NO_ANSWER_YET, "text/xml")

    async def deliver(self, address: str, part: Part) -> None:
        """Send one part, from WhatsApp to WhatsApp and from SMS to SMS."""
        number = WHATSAPP + self._number if address.startswith(WHATSAPP) else self._number
        await post(
            self._client,
            f"/2010-04-01/Accounts/{self._account}/Messages.json",
            data={"From": number, "To": address, "Body": part.text},
            auth=(self._account, self._token),
        )


def _form(call: Call) -> QueryParams:
    try:
        return QueryParams(call.body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable("the body is no form") from error
