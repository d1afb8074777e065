"""What the messengers count for Prometheus. Channels and closed lists of words only: no text, no address."""

from prometheus_client import Counter

MESSAGES = Counter(
    "bot_messenger_messages",
    "Messages of messengers: new, repeated, urgent_at_once, sent_back.",
    ["channel", "outcome"],
)
REFUSED = Counter(
    "bot_webhook_refused",
    "Calls of a webhook refused: missing, wrong, old, unreadable, too_large.",
    ["channel", "reason"],
)
PARTS = Counter(
    "bot_messenger_parts", "Parts of answers: delivered, postponed, refused, given_up.", ["channel", "outcome"]
)
COURIER_FAULTS = Counter("bot_courier_faults", "Rounds of the courier that failed, by the kind of error.", ["error"])
