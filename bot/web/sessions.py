"""Sessions of the door: a random id in a signed token that expires. Nothing is stored.

Nothing in the token can be guessed or changed.
"""

import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

LEAST_SECRET_CHARACTERS = 32
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
    """Return the sessions signed with the secret in a file; a first start writes a new secret that only we may read.

    Raises:
        ValueError: the file holds no secret.
    """
    if not secret_file.exists():
        _write_secret(secret_file)
    secret = secret_file.read_text().strip()
    if len(secret) < LEAST_SECRET_CHARACTERS:
        raise ValueError(
            f"{secret_file}: expected at least {LEAST_SECRET_CHARACTERS} characters; delete it for a new one"
        )
    return Sessions(URLSafeTimedSerializer(secret, salt="session"), hours * 3600)


def _write_secret(secret_file: Path) -> None:
    """Write a new secret in one step, so that another process never reads half of it; the first to come wins."""
    secret_file.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=secret_file.parent)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, secret_file)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
