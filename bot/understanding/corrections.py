"""Tell whether a message takes back what was told before it. Light: the door and the actions ask it, too."""

import re

CORRECTING = frozenset(["no", "nope", "sorry", "oops", "wait", "actually", "correction", "not", "rather", "meant"])


def corrects(text: str) -> bool:
    """Tell whether a message begins like one that takes back what was told: "no, the 5th", "sorry, 6 days"."""
    first = re.findall(r"[a-z]+", text.lower())[:2]
    return not CORRECTING.isdisjoint(first)
