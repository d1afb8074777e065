"""Signatures: the providers' own examples are accepted; what is missing, wrong, altered or old is refused."""

from dataclasses import replace

import httpx
import pytest
from messenger_calls import (
    FACEBOOK_VERIFY,
    NAMES,
    NOW,
    SLACK_SECRET,
    StoppedClock,
    body_of,
    call,
    credentials,
    messenger,
    signed,
    signed_call,
)

from bot.messengers.credentials import SlackCredentials
from bot.messengers.facebook import Facebook
from bot.messengers.shapes import Call, Forged
from bot.messengers.slack import Slack
from bot.messengers.twilio import Twilio

SIGNATURE_HEADERS = {
    "twilio": "x-twilio-signature",
    "telegram": "x-telegram-bot-api-secret-token",
    "facebook": "x-hub-signature-256",
    "slack": "x-slack-signature",
}
CLIENT = httpx.AsyncClient()


def test_twilio_example_is_accepted() -> None:
    # https://www.twilio.com/docs/usage/security#explore-the-algorithm-yourself
    body = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    example = Call("/myapp.php?foo=1&bar=2", {"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}, {}, body)
    Twilio(credentials("http://api.test")["twilio"], "https://mycompany.com", CLIENT).verify(example)


SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK_MOMENT = 1531420618
SLACK_HEADERS = {
    "x-slack-request-timestamp": str(SLACK_MOMENT),
    "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
}


def slack_at(moment: float) -> Slack:
    return Slack(SlackCredentials("xoxb-1", SLACK_SECRET, "http://api.test"), CLIENT, StoppedClock(moment))


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_slack_example_is_accepted_within_its_window(seconds: int) -> None:
    # https://docs.slack.dev/authentication/verifying-requests-from-slack
    slack_at(SLACK_MOMENT + seconds).verify(call("slack", SLACK_BODY, SLACK_HEADERS))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_slack_example_is_refused_as_old_outside_its_window(seconds: int) -> None:
    with pytest.raises(Forged) as refused:
        slack_at(SLACK_MOMENT + seconds).verify(call("slack", SLACK_BODY, SLACK_HEADERS))
    assert refused.value.reason == "old"


def test_sha256_example_of_the_header_that_meta_uses_is_accepted() -> None:
    # GitHub signs in the same way and documents a vector, which Meta does not:
    # https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    known = replace(credentials("http://api.test")["facebook"], secret="It's a Secret to Everybody")
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    Facebook(known, CLIENT).verify(call("facebook", b"Hello, World!", {"x-hub-signature-256": signature}))


@pytest.mark.parametrize("name", NAMES)
def test_valid_signature_is_accepted(name: str) -> None:
    messenger(name).verify(signed_call(name, body_of(name)))


@pytest.mark.parametrize("name", NAMES)
def test_missing_signature_is_refused(name: str) -> None:
    with pytest.raises(Forged) as refused:
        messenger(name).verify(call(name, body_of(name), {}))
    assert refused.value.reason == "missing"


@pytest.mark.parametrize("wrong", ["kites", "sha256=", "v0=", "é", "sha256=" + "0" * 64, "v0=" + "0" * 64])
@pytest.mark.parametrize("name", NAMES)
def test_wrong_signature_is_refused(name: str, wrong: str) -> None:
    body = body_of(name)
    with pytest.raises(Forged) as refused:
        messenger(name).verify(call(name, body, signed(name, body) | {SIGNATURE_HEADERS[name]: wrong}))
    assert refused.value.reason == "wrong"


@pytest.mark.parametrize("name", ["twilio", "facebook", "slack"])  # Telegram sends a secret that is not of the body
def test_altered_body_is_refused(name: str) -> None:
    body = body_of(name)
    with pytest.raises(Forged) as refused:
        messenger(name).verify(call(name, body.replace(b"test", b"tent"), signed(name, body)))
    assert refused.value.reason == "wrong"


@pytest.mark.parametrize("name", ["twilio", "facebook", "slack"])
def test_body_of_odd_bytes_is_refused(name: str) -> None:
    with pytest.raises(Forged):
        messenger(name).verify(call(name, b"\xff\xfe", signed(name, body_of(name))))


def test_twilio_signature_of_another_address_is_refused() -> None:
    body = body_of("twilio")
    with pytest.raises(Forged):
        messenger("twilio").verify(replace(signed_call("twilio", body), path="/webhooks/twilio?to=another"))


@pytest.mark.parametrize("moment", ["", "soon", "-1800000000", "18e8"])
def test_slack_time_that_is_none_is_refused(moment: str) -> None:
    body = body_of("slack")
    with pytest.raises(Forged):
        messenger("slack").verify(call("slack", body, signed("slack", body) | {"x-slack-request-timestamp": moment}))


def test_slack_time_that_was_altered_is_refused() -> None:
    body = body_of("slack")
    headers = signed("slack", body) | {"x-slack-request-timestamp": str(NOW + 1)}
    with pytest.raises(Forged) as refused:
        messenger("slack").verify(call("slack", body, headers))
    assert refused.value.reason == "wrong"


HANDSHAKE = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": FACEBOOK_VERIFY}


def test_handshake_of_meta_returns_the_challenge() -> None:
    answer = messenger("facebook").handshake(call("facebook", b"", {}, HANDSHAKE))
    assert answer is not None
    assert (answer.body, answer.media_type) == ("1158201444", "text/plain")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hub.verify_token": "another"}, "wrong"),
        ({"hub.verify_token": ""}, "missing"),
        ({"hub.mode": "unsubscribe"}, "wrong"),
    ],
)
def test_handshake_with_another_word_is_refused(change: dict[str, str], reason: str) -> None:
    with pytest.raises(Forged) as refused:
        messenger("facebook").handshake(call("facebook", b"", {}, HANDSHAKE | change))
    assert refused.value.reason == reason
