"""The clerk's talks with the assistant: one for each caller, under a random id that only its own page can name.

The id stands signed in the page, with whose it is; nothing is stored. It never looks like a patient's.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.records.users import LONGEST
from bot.secret import read_secret

PREFIX = "desk-"  # of the ids of all that the desk asks
CHANNEL = "desk"


class BadTalk(Exception):
    """A token that is not ours, is somebody else's, or is too old."""


@dataclass(frozen=True)
class Talks:
    """Mints and opens the tokens of talks."""

    serializer: URLSafeTimedSerializer

    def new(self, user: str) -> str:
        """Return the token of a new talk of a member of the staff."""
        return str(self.serializer.dumps([PREFIX + secrets.token_urlsafe(16), user]))

    def open(self, token: str, user: str) -> str:
        """Return the id of the talk in a token.

        Raises:
            BadTalk: the token is not ours, is somebody else's, or is too old.
        """
        try:
            talk, whose = self.serializer.loads(token, max_age=int(LONGEST.total_seconds()))
        except (BadSignature, ValueError, TypeError) as error:
            raise BadTalk from error
        if whose != user or not isinstance(talk, str) or not talk.startswith(PREFIX):
            raise BadTalk
        return talk


def open_talks(secret_file: Path) -> Talks:
    """Return the talks signed with the secret in a file.

    Raises:
        ValueError: the file holds no secret.
    """
    return Talks(URLSafeTimedSerializer(read_secret(secret_file), salt="desk-talk"))
