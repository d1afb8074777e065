"""What a person writes to a messenger's patient, cut into the parts that the messenger takes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.messengers.facebook import Facebook
from bot.messengers.shapes import Limits, Part
from bot.messengers.slack import Slack
from bot.messengers.split import split
from bot.messengers.telegram import Telegram
from bot.messengers.twilio import Twilio


def parts_of(channel: str, text: str) -> list[dict[str, Any]]:
    """Return a text as the parts that are delivered; none where the channel is no messenger's."""
    limits = _limits().get(channel)
    return [asdict(Part(piece)) for piece in split(text, limits.characters)] if limits is not None else []


def _limits() -> Mapping[str, Limits]:
    return {one.name: one.limits for one in (Twilio, Telegram, Facebook, Slack)}
