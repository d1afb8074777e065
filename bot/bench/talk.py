"""How each side is spoken to: what is sent for a message, and whether an answer came back.

The load is sent from an environment of its own (`bench/locustfile.py`), so that nothing but Python's own is imported.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

Way = Literal["stock", "door", "rasa"]
PATHS: dict[Way, str] = {"stock": "/webhooks/rest/webhook", "door": "/api/chat", "rasa": "/webhooks/door/webhook"}


@dataclass
class Conversation:
    """One patient's conversation; the session is the door's."""

    name: str
    session: str | None = None
    sent: int = 0


def body_of(way: Way, conversation: Conversation, text: str) -> dict[str, Any]:
    """Return what is sent for the next message of a conversation."""
    conversation.sent += 1
    if way == "door":
        return {"message": text, "session": conversation.session}
    body: dict[str, Any] = {"sender": conversation.name, "message": text}
    if way == "rasa":
        body |= {"message_id": f"{conversation.name}-{conversation.sent}", "channel": "door", "metadata": {}}
    return body


def fault_of(way: Way, conversation: Conversation, status: int, content: bytes) -> str | None:
    """Return why a response is no answer, null where it is one. The door's session is kept for the next message."""
    if status != 200:
        return f"status {status}"
    try:
        found = json.loads(content)
        texts = [_text(one) for one in (found["replies"] if way == "door" else found)]
        if way == "door":
            conversation.session = found["session"]
    except (ValueError, KeyError, TypeError):
        return "of another shape"
    if not texts:
        return "no reply"
    return None if all(isinstance(text, str) and text.strip() for text in texts) else "empty text"


def _text(reply: dict[str, Any]) -> Any:
    return reply["custom"]["text"] if "custom" in reply else reply["text"]
