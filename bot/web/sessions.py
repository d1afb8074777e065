"""Sessions of the door: a random id in a signed token that expires. Nothing is stored.

Nothing in the token can be guessed or changed.
"""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from bot.secret import read_secret

SESSION_ID = re.compile(r"[A-Za-z0-9_-]{22}")


class BadSession(Exception):
    """A session token that is not ours, was changed, or has expired."""


@dataclass(frozen=True)
class Sessions:
    """Mints and opens session tokens. Units: seconds."""

    serializer: URLSafeTimedSerializer
    max_age_seconds: int

    def new(self) -> str:
        """Return the id of a new session."""
        return secrets.token_urlsafe(16)

    def seal(self, session_id: str) -> str:
        """Return the token of a session, valid from now on."""
        return str(self.serializer.dumps(session_id))

    def open(self, token: str) -> str:
        """Return the session id in a token.

        Raises:
            BadSession: the token is not ours, was changed, or has expired.
        """
        try:
            session_id = self.serializer.loads(token, max_age=self.max_age_seconds)
        except SignatureExpired as error:
            raise BadSession("the session has expired") from error
        except BadSignature as error:
            raise BadSession("the session is not valid") from error
        if not isinstance(session_id, str) or not SESSION_ID.fullmatch(session_id):
            raise BadSession("the session is not valid")
        return session_id


def open_sessions(secret_file: Path, hours: int) -> Sessions:
    """Return the sessions signed with the secret in a file.

    Raises:
        ValueError: the file holds no secret.
    """
    return Sessions(URLSafeTimedSerializer(read_secret(secret_file), salt="session"), hours * 3600)
