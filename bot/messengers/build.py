"""Build the messengers that the settings name, and what serves them at a door."""

import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
from slack_sdk.signature import Clock
from sqlalchemy import Engine

from bot.messengers.api import open_client
from bot.messengers.courier import Answer, Courier
from bot.messengers.credentials import Credentials
from bot.messengers.facebook import Facebook
from bot.messengers.reception import Reception
from bot.messengers.render import Renderer
from bot.messengers.shapes import Messenger
from bot.messengers.slack import Slack
from bot.messengers.telegram import Telegram
from bot.messengers.twilio import Twilio
from bot.question import Language
from bot.records.addresses import build_addresses
from bot.records.hand_offs import HandOffs
from bot.records.inbox import Inbox
from bot.reply import Reply
from bot.wording import Wording


@dataclass(frozen=True)
class Messengers:
    """What a door needs for its messengers: the reception for its webhooks, the courier for its event loop."""

    reception: Reception
    courier: Courier
    clients: tuple[httpx.AsyncClient, ...]

    async def start(self) -> None:
        """Begin to answer; nothing where no messenger is set up."""
        if self.reception.messengers:
            self.courier.start()

    async def stop(self) -> None:
        """End what is under way, and close the connections."""
        await self.courier.stop()
        for client in self.clients:
            await client.aclose()


def build_messengers(
    credentials: Credentials,
    public_url: str,
    retention_days: int,
    secret: str,
    records: Engine,
    wordings: Mapping[Language, Wording],
    mask: Callable[[str], str],
    readable: Callable[[str], str],
    urgent: Callable[[str], Reply | None],
    answer: Answer,
) -> Messengers:
    """Return the messengers of a door, not yet started.

    `mask` takes out of a text what identifies a person, `readable` what cannot be read; `urgent` is the door's own
    watch; `answer` answers a question, never raises and never returns an empty list.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes whole addresses, and Telegram's holds the token
    messengers, clients = _open(credentials, public_url)
    inbox = Inbox(records, build_addresses(secret), mask)
    renderer = Renderer(wordings, public_url, retention_days)
    door = f"{socket.gethostname()[:24]}:{os.getpid()}"
    return Messengers(
        reception=Reception(messengers, inbox, renderer, urgent, readable),
        courier=Courier(inbox, messengers, answer, renderer, door, keep_address=HandOffs(records).keep_address),
        clients=clients,
    )


def _open(credentials: Credentials, public_url: str) -> tuple[dict[str, Messenger], tuple[httpx.AsyncClient, ...]]:
    """Return the messengers that have credentials, by name, and their connections."""
    clients: list[httpx.AsyncClient] = []

    def client(api_url: str) -> httpx.AsyncClient:
        clients.append(open_client(api_url))
        return clients[-1]

    found: list[Messenger] = []
    if (twilio := credentials.twilio) is not None:
        found.append(Twilio(twilio, public_url, client(twilio.api_url)))
    if (telegram := credentials.telegram) is not None:
        found.append(Telegram(telegram, client(telegram.api_url)))
    if (facebook := credentials.facebook) is not None:
        found.append(Facebook(facebook, client(facebook.api_url)))
    if (slack := credentials.slack) is not None:
        found.append(Slack(slack, client(slack.api_url), Clock()))
    return {messenger.name: messenger for messenger in found}, tuple(clients)
