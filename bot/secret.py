"""The secret that sessions and calendar files are signed with: made once, read by every process."""

import os
import secrets
import tempfile
from pathlib import Path

LEAST_SECRET_CHARACTERS = 32


def read_secret(secret_file: Path) -> str:
    """Return the secret in a file; a first start writes a new one that only we may read.

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
    return secret


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
