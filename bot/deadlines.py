"""How long each step of answering a message may take: each ends before the one around it gives up.

The one place for these numbers; the whole is `BOT_REPLY_TIMEOUT_SECONDS`. No clock is read here.
"""

from dataclasses import dataclass

TURN, ACTION, PLACE, SQL, LOCK_STORE = 0.9, 0.7, 0.5, 0.35, 0.2  # shares of the whole


@dataclass(frozen=True)
class Deadlines:
    """The time that a step may take, from the outermost to the innermost. Units: seconds.

    `place` is how long a message waits for its place among those that Rasa answers at a time.
    """

    reply: float
    turn: float
    action: float
    place: float
    sql: float
    lock_store: float


def deadlines_within(reply_seconds: float) -> Deadlines:
    """Return the deadlines of a reply that is due in so many seconds."""
    return Deadlines(
        reply=reply_seconds,
        turn=reply_seconds * TURN,
        action=reply_seconds * ACTION,
        place=reply_seconds * PLACE,
        sql=reply_seconds * SQL,
        lock_store=reply_seconds * LOCK_STORE,
    )
