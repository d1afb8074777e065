"""No credential is in git: the shapes of keys and tokens are looked for in every tracked file."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.files import ROOT

SHAPES = {
    "private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----",
    "AWS key id": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36,}",
    "Slack token": r"\bxox[abeoprs]-[0-9]{6,}-[0-9A-Za-z-]{10,}",
    "Slack webhook": r"hooks\.slack\.com/services/T[0-9A-Z]{6,}/B[0-9A-Z]{6,}/[0-9A-Za-z]{20,}",
    "Twilio key": r"\bSK[0-9a-f]{32}\b",
    "Telegram token": r"\b[0-9]{8,10}:[A-Za-z0-9_-]{35}\b",
    "Meta token": r"\bEAA[0-9A-Za-z]{60,}",
    "Google key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "web token": r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}",
}
LOOKS = re.compile("|".join(f"({shape})" for shape in SHAPES.values()))
# Put together here, so that this file holds none.
EXAMPLES = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "AWS key id": "AKIA" + "ABCDEFGH23456789",
    "GitHub token": "ghp_" + "a1B2" * 9,
    "Slack token": "xoxb-" + "123456789012-abcdefghijkl",
    "Slack webhook": "hooks.slack.com/services/" + "T0000000/B0000000/" + "a1B2" * 6,
    "Twilio key": "SK" + "0123456789abcdef" * 2,
    "Telegram token": "123456789:" + "a1B2c" * 7,
    "Meta token": "EAA" + "a1B2" * 16,
    "Google key": "AIza" + "a1B2c" * 7,
    "web token": "eyJ" + "a1B2" * 6 + ".eyJ" + "a1B2" * 6 + "." + "a1B2" * 6,
}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def kinds(text: str) -> set[str]:
    """Return the kinds of credentials that a text holds."""
    names = list(SHAPES)
    return {names[(found.lastindex or 0) - 1] for found in LOOKS.finditer(text)}


@pytest.mark.parametrize("kind", SHAPES)
def test_credential_of_each_kind_is_seen(kind: str) -> None:
    assert kinds(f"token: '{EXAMPLES[kind]}'\n") == {kind}


def test_no_tracked_file_holds_a_credential() -> None:
    files = tracked()
    assert len(files) > 200
    held = {
        (path.relative_to(ROOT).as_posix(), kind) for path in files for kind in kinds(path.read_text("utf-8", "ignore"))
    }
    assert held == set()


def test_no_file_of_secrets_is_tracked() -> None:
    names = {path.name for path in tracked()}
    assert (
        sorted(name for name in names if re.fullmatch(r"\.env(\..+)?|id_[a-z0-9]+|.+\.(pem|key|p12|pfx)", name)) == []
    )
