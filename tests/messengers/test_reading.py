"""Reading: the documented payloads of each provider, and what among them is no patient's message."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from messenger_calls import (
    ADDRESSES,
    NAMES,
    as_json,
    body_of,
    call,
    facebook_batch,
    messenger,
    signed_call,
    slack_event,
    telegram_update,
)

from bot.messengers.shapes import Incoming, Unreadable


def texts(name: str, body: bytes) -> list[str | None]:
    return [found.text for found in messenger(name).read(signed_call(name, body))]


@pytest.mark.parametrize("name", NAMES)
def test_message_is_read(name: str) -> None:
    expected = [Incoming("m1", ADDRESSES[name], "When is the test?")]
    assert messenger(name).read(signed_call(name, body_of(name))) == expected


@pytest.mark.parametrize("name", NAMES)
def test_picture_is_read_as_something_unreadable(name: str) -> None:
    found = messenger(name).read(signed_call(name, body_of(name, None)))
    assert found == [Incoming("m1:attached", ADDRESSES[name], None)]


@pytest.mark.parametrize("name", ["telegram", "facebook", "slack"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_body_that_is_no_json_is_unreadable(name: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        messenger(name).read(call(name, body, {}))


@pytest.mark.parametrize("name", ["telegram", "facebook", "slack"])
@pytest.mark.parametrize("found", [None, [], {}, 1, "x", {"entry": 1}, {"message": []}, {"event": "x", "type": 3}])
def test_json_of_another_shape_holds_no_message(name: str, found: Any) -> None:
    assert texts(name, as_json(found)) == []


def test_sms_is_read_with_its_number() -> None:
    body = urlencode({"MessageSid": "SM1", "From": "+15005550006", "Body": "Hello", "NumMedia": "0"}).encode()
    assert messenger("twilio").read(signed_call("twilio", body)) == [Incoming("SM1", "+15005550006", "Hello")]


def test_words_of_a_picture_are_read_beside_it() -> None:
    body = as_json(telegram_update("7", {"photo": [{"file_id": "x"}], "caption": "Is this normal?"}))
    assert texts("telegram", body) == ["Is this normal?", None]


@pytest.mark.parametrize("kind", ["voice", "sticker", "video_note", "document", "location"])
def test_telegram_message_without_words_is_unreadable(kind: str) -> None:
    assert texts("telegram", as_json(telegram_update("7", {kind: {"file_id": "x"}}))) == [None]


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
def test_telegram_groups_are_not_read(kind: str) -> None:
    assert texts("telegram", as_json(telegram_update("7", {"text": "Hello"}, kind))) == []


def test_telegram_edits_are_not_read() -> None:
    update = telegram_update("7", {"text": "Hello"})
    assert texts("telegram", as_json({"update_id": 7, "edited_message": update["message"]})) == []


@pytest.mark.parametrize("start", ["/start", "/start from-the-site"])
def test_telegram_start_is_a_greeting(start: str) -> None:
    assert texts("telegram", as_json(telegram_update("7", {"text": start}))) == ["Hello"]


def pressed(data: str, *titles: str) -> dict[str, Any]:
    keyboard = [[{"text": title, "callback_data": f"#{number}"}] for number, title in enumerate(titles, start=1)]
    message = telegram_update("7", {"text": "x", "reply_markup": {"inline_keyboard": keyboard}})["message"]
    return {"update_id": 8, "callback_query": {"id": "4382bfdwdsb323b2d9", "data": data, "message": message}}


def test_telegram_button_is_read_as_the_words_on_it() -> None:
    assert texts("telegram", as_json(pressed("#2", "Tell me more", "And for hysteroscopy?"))) == [
        "And for hysteroscopy?"
    ]


def test_telegram_button_without_its_keyboard_is_read_as_its_number() -> None:
    assert texts("telegram", as_json(pressed("#2"))) == ["#2"]


def test_telegram_is_told_that_the_press_was_seen() -> None:
    answer = messenger("telegram").acknowledgement(signed_call("telegram", as_json(pressed("#1", "More"))))
    assert json.loads(answer.body) == {
        "method": "answerCallbackQuery",
        "callback_query_id": "4382bfdwdsb323b2d9",
    }


def test_facebook_batch_is_read_in_order() -> None:
    batch = facebook_batch({"mid": "m1", "text": "one"}, {"mid": "m2", "text": "two"})
    batch["entry"] += facebook_batch({"mid": "m3", "text": "three"})["entry"]
    assert texts("facebook", as_json(batch)) == ["one", "two", "three"]


def test_facebook_quick_reply_is_read_as_what_it_asks() -> None:
    message = {"mid": "m1", "text": "More", "quick_reply": {"payload": "Tell me more"}}
    assert texts("facebook", as_json(facebook_batch(message))) == ["Tell me more"]


@pytest.mark.parametrize(
    "event",
    [
        {"message": {"mid": "m1", "text": "ours", "is_echo": True, "app_id": 1517776481860111}},
        {"delivery": {"mids": ["mid.1458668856218:ed81099e15d3f4f233"], "watermark": 1458668856253}},
        {"read": {"watermark": 1458668856253}},
        {"reaction": {"reaction": "smile", "emoji": "x", "action": "react", "mid": "m1"}},
    ],
)
def test_facebook_events_that_are_no_message_are_not_read(event: dict[str, Any]) -> None:
    batch = facebook_batch({})
    batch["entry"][0]["messaging"] = [{"sender": {"id": "2468"}, "recipient": {"id": "1357"}, "timestamp": 1, **event}]
    assert texts("facebook", as_json(batch)) == []


def test_facebook_postback_is_read_as_its_payload() -> None:
    batch = facebook_batch({})
    postback = {"mid": "m9", "title": "Get started", "payload": "Hello"}
    batch["entry"][0]["messaging"] = [{"sender": {"id": "2468"}, "timestamp": 1458692752478, "postback": postback}]
    assert messenger("facebook").read(signed_call("facebook", as_json(batch))) == [Incoming("m9", "2468", "Hello")]


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B1", "text": "ours"},
        {"subtype": "bot_message", "text": "ours"},
        {"subtype": "message_changed", "message": {"text": "x"}},
        {"subtype": "message_deleted"},
        {"channel_type": "channel", "text": "not to us"},
        {"type": "reaction_added"},
        {"user": None, "text": "nobody"},
    ],
)
def test_slack_events_that_are_no_patients_message_are_not_read(event: dict[str, Any]) -> None:
    assert texts("slack", as_json(slack_event(event))) == []


def test_slack_mention_is_read_without_the_name_and_answered_to_the_writer_alone() -> None:
    event = {"type": "app_mention", "channel": "C0LAN2Q65", "channel_type": None, "text": "<@U0LAN0Z89> is it &lt; 3?"}
    found = messenger("slack").read(signed_call("slack", as_json(slack_event(event))))
    assert found == [Incoming("m1", "U2CERLKJA", "is it < 3?")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("see <https://example.com|example.com>", "see example.com"),
        ("see <https://example.com>", "see https://example.com"),
        ("a &amp; b &gt; c", "a & b > c"),
    ],
)
def test_slack_marks_are_taken_out(written: str, read: str) -> None:
    assert texts("slack", as_json(slack_event({"text": written}))) == [read]


def test_slack_repeats_keep_the_id_of_the_message() -> None:
    first, again = slack_event({"text": "x"}), slack_event({"text": "x"})
    del first["event"]["client_msg_id"], again["event"]["client_msg_id"]
    ids = [messenger("slack").read(signed_call("slack", as_json(one)))[0].message_id for one in (first, again)]
    assert ids == ["Ev-m1", "Ev-m1"]


def test_slack_button_is_read_as_what_it_asks() -> None:
    action = {"type": "button", "action_id": "choice_1", "value": "Tell me more", "action_ts": "1548426417.840180"}
    payload = {"type": "block_actions", "user": {"id": "U2CERLKJA"}, "actions": [action]}
    body = urlencode({"payload": json.dumps(payload)}).encode()
    assert messenger("slack").read(signed_call("slack", body)) == [
        Incoming("U2CERLKJA:1548426417.840180", "U2CERLKJA", "Tell me more")
    ]


def test_slack_test_of_the_address_is_answered_with_its_challenge() -> None:
    challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
    body = as_json({"token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "challenge": challenge, "type": "url_verification"})
    answer = messenger("slack").acknowledgement(signed_call("slack", body))
    assert json.loads(answer.body) == {"challenge": challenge}


def test_twilio_is_acknowledged_with_twiml_that_says_nothing() -> None:
    answer = messenger("twilio").acknowledgement(signed_call("twilio", body_of("twilio")))
    assert (answer.media_type, "<Message>" in answer.body) == ("text/xml", False)
