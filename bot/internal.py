"""The token with which door, Rasa and action server know one another, made from the secret that they share.

Who has no secret cannot talk to Rasa or to the actions, even from the same machine.
"""

import hmac
from hashlib import sha256

HEADER = "X-Internal-Token"
REQUEST_ID_HEADER = "X-Request-Id"


def internal_token(secret: str) -> str:
    """Return the token that belongs to a secret."""
    return hmac.new(secret.encode(), b"internal", sha256).hexdigest()


def is_internal(secret: str, token: str | None) -> bool:
    """Tell whether a token is ours, in the same time whatever it is."""
    return hmac.compare_digest(internal_token(secret).encode(), (token or "").encode())
