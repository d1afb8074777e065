"""The credentials of the messengers, read from the environment that is handed in: all of a messenger, or none.

What is secret is left out when they are printed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

API_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*")
TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # https://core.telegram.org/bots/api#setwebhook


class BadCredentials(ValueError):
    """Credentials that cannot be used; the message names the keys, never a value that is secret."""


@dataclass(frozen=True)
class TwilioCredentials:
    """An account of Twilio and the number it sends from."""

    account_sid: str
    auth_token: str = field(repr=False)
    number: str
    api_url: str


@dataclass(frozen=True)
class TelegramCredentials:
    """A bot of Telegram, and the secret that Telegram sends along."""

    access_token: str = field(repr=False)
    secret_token: str = field(repr=False)
    api_url: str


@dataclass(frozen=True)
class FacebookCredentials:
    """A page of Facebook, the app that serves it, and the word of the handshake."""

    page_access_token: str = field(repr=False)
    secret: str = field(repr=False)
    verify: str = field(repr=False)
    api_url: str


@dataclass(frozen=True)
class SlackCredentials:
    """An app of Slack."""

    token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    api_url: str


@dataclass(frozen=True)
class Credentials:
    """The messengers that are set up; null for one that is not."""

    twilio: TwilioCredentials | None = None
    telegram: TelegramCredentials | None = None
    facebook: FacebookCredentials | None = None
    slack: SlackCredentials | None = None


def read_credentials(environ: Mapping[str, str], public_url: str) -> Credentials:
    """Return the credentials in an environment.

    Raises:
        BadCredentials: a messenger is set up by halves, or without the door's public address.
    """
    reader = _Reader(environ, public_url)
    return Credentials(_twilio(reader), _telegram(reader), _facebook(reader), _slack(reader))


@dataclass(frozen=True)
class _Reader:
    """Reads the keys of one messenger at a time."""

    environ: Mapping[str, str]
    public_url: str

    def values(self, *keys: str) -> dict[str, str]:
        """Return the values of some keys; none where no key is set."""
        found = {key: value for key in keys if (value := self.environ.get(key))}
        missing = ", ".join(key for key in keys if key not in found)
        if found and missing:
            raise BadCredentials(f"{missing}: missing beside {', '.join(found)}")
        if found and not self.public_url:
            raise BadCredentials(f"BOT_PUBLIC_URL: missing beside {', '.join(found)}")
        return found

    def api_url(self, key: str, default: str) -> str:
        """Return the address of an API."""
        value = self.environ.get(key, default)
        if not API_URL.fullmatch(value):
            raise BadCredentials(f"{key}={value}: expected an address such as {default}, without a slash at the end")
        return value


def _twilio(reader: _Reader) -> TwilioCredentials | None:
    found = reader.values("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER")
    if not found:
        return None
    return TwilioCredentials(
        account_sid=found["TWILIO_ACCOUNT_SID"],
        auth_token=found["TWILIO_AUTH_TOKEN"],
        number=found["TWILIO_NUMBER"],
        api_url=reader.api_url("TWILIO_API_URL", "https://api.twilio.com"),
    )


def _telegram(reader: _Reader) -> TelegramCredentials | None:
    found = reader.values("TELEGRAM_ACCESS_TOKEN", "TELEGRAM_SECRET_TOKEN")
    if not found:
        return None
    if not TELEGRAM_SECRET.fullmatch(found["TELEGRAM_SECRET_TOKEN"]):
        raise BadCredentials("TELEGRAM_SECRET_TOKEN: expected 1 to 256 of A-Z, a-z, 0-9, _ and -")
    return TelegramCredentials(
        access_token=found["TELEGRAM_ACCESS_TOKEN"],
        secret_token=found["TELEGRAM_SECRET_TOKEN"],
        api_url=reader.api_url("TELEGRAM_API_URL", "https://api.telegram.org"),
    )


def _facebook(reader: _Reader) -> FacebookCredentials | None:
    found = reader.values("FACEBOOK_PAGE_ACCESS_TOKEN", "FACEBOOK_SECRET", "FACEBOOK_VERIFY")
    if not found:
        return None
    return FacebookCredentials(
        page_access_token=found["FACEBOOK_PAGE_ACCESS_TOKEN"],
        secret=found["FACEBOOK_SECRET"],
        verify=found["FACEBOOK_VERIFY"],
        api_url=reader.api_url("FACEBOOK_API_URL", "https://graph.facebook.com"),
    )


def _slack(reader: _Reader) -> SlackCredentials | None:
    found = reader.values("SLACK_TOKEN", "SLACK_SIGNING_SECRET")
    if not found:
        return None
    return SlackCredentials(
        token=found["SLACK_TOKEN"],
        signing_secret=found["SLACK_SIGNING_SECRET"],
        api_url=reader.api_url("SLACK_API_URL", "https://slack.com/api"),
    )
