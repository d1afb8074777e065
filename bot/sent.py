"""A message as it stands before the door, whichever way it came. Shape only."""

from dataclasses import dataclass
from datetime import date

from bot.question import Language

DOOR = "door"


@dataclass(frozen=True)
class Sent:
    """One message of a conversation. `address` is counted for the limits and never kept.

    `has_person` tells that a person answers the conversation: then the assistant stays silent.
    """

    conversation: str
    address: str
    text: str
    message_id: str
    channel: str = DOOR
    language: Language | None = None
    today: date | None = None
    has_person: bool = False

    @property
    def metadata(self) -> dict[str, str]:
        """What goes to Rasa beside the text."""
        told = {"today": self.today.isoformat()} if self.today else {}
        told |= {"language": self.language} if self.language else {}
        return told | ({"person": "1"} if self.has_person else {})
