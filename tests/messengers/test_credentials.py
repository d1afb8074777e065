"""Credentials: all of a messenger or none, said by name; never printed."""

import pytest

from bot.messengers.credentials import Credentials, read_credentials
from bot.settings import BadSetting, read_settings

URL = "https://chat.clinic.example"
KEYS = {
    "twilio": ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER"),
    "telegram": ("TELEGRAM_ACCESS_TOKEN", "TELEGRAM_SECRET_TOKEN"),
    "facebook": ("FACEBOOK_PAGE_ACCESS_TOKEN", "FACEBOOK_SECRET", "FACEBOOK_VERIFY"),
    "slack": ("SLACK_TOKEN", "SLACK_SIGNING_SECRET"),
}
SECRET_KEYS = [key for keys in KEYS.values() for key in keys if key not in ("TWILIO_ACCOUNT_SID", "TWILIO_NUMBER")]


def environ(name: str) -> dict[str, str]:
    return {key: f"kept-{key}" for key in KEYS[name]}


def test_without_credentials_no_messenger_is_set_up() -> None:
    assert read_settings({}).messengers == Credentials()


@pytest.mark.parametrize("name", KEYS)
def test_messenger_with_all_its_credentials_is_set_up_alone(name: str) -> None:
    found = read_settings({**environ(name), "BOT_PUBLIC_URL": URL}).messengers
    assert [other for other in KEYS if getattr(found, other) is not None] == [name]


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, keys in KEYS.items() for key in keys])
def test_messenger_with_half_its_credentials_is_refused(name: str, key: str) -> None:
    half = {other: value for other, value in environ(name).items() if other != key}
    with pytest.raises(BadSetting, match=f"^{key}: missing beside") as refused:
        read_settings({**half, "BOT_PUBLIC_URL": URL})
    assert "kept-" not in str(refused.value)


@pytest.mark.parametrize("name", KEYS)
def test_messenger_without_a_public_address_is_refused(name: str) -> None:
    with pytest.raises(BadSetting, match=r"^BOT_PUBLIC_URL: missing"):
        read_settings(environ(name))


@pytest.mark.parametrize("secret", ["with space", "é", "a" * 257])
def test_secret_that_telegram_would_not_take_is_refused(secret: str) -> None:
    with pytest.raises(BadSetting, match="TELEGRAM_SECRET_TOKEN"):
        read_settings({**environ("telegram"), "TELEGRAM_SECRET_TOKEN": secret, "BOT_PUBLIC_URL": URL})


@pytest.mark.parametrize("name", KEYS)
def test_address_of_an_api_can_be_changed(name: str) -> None:
    key = f"{name.upper()}_API_URL"
    found = read_credentials({**environ(name), key: "http://127.0.0.1:9"}, URL)
    assert getattr(found, name).api_url == "http://127.0.0.1:9"


def test_address_of_an_api_that_is_none_is_refused() -> None:
    with pytest.raises(BadSetting, match=r"^SLACK_API_URL=slack\.com"):
        read_settings({**environ("slack"), "SLACK_API_URL": "slack.com", "BOT_PUBLIC_URL": URL})


def test_no_secret_is_printed_with_the_settings() -> None:
    everything = {key: value for name in KEYS for key, value in environ(name).items()}
    printed = repr(read_settings({**everything, "BOT_PUBLIC_URL": URL}))
    assert "kept-TWILIO_NUMBER" in printed
    assert [key for key in SECRET_KEYS if f"kept-{key}" in printed] == []
