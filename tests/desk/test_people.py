"""The queue and one conversation: who may see it, one clerk wins, what is said arrives, what is closed is gone."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from visits import ComesIn, send

from bot.records.addresses import build_addresses, build_phones
from bot.records.audit import Audit
from bot.records.conversations import Conversations, now_utc
from bot.records.hand_offs import HandOff, HandOffs
from bot.records.tables import ClerkMessageRecord, HandOffRecord, InboxRecord
from bot.records.tally import Tally
from bot.records.users import ROLES
from bot.secret import read_secret
from bot.settings import Settings

SENDER = "p" * 22
PATHS = ("/desk/people", "/desk/people/list", "/desk/people/count", "/desk/people/1", "/desk/people/1/more")
DOINGS = ("take", "say", "hand-back", "close", "number")


@pytest.fixture
def hand_offs(records: Engine) -> HandOffs:
    """The hand-offs behind the desk."""
    return HandOffs(records)


@pytest.fixture
def one(hand_offs: HandOffs, records: Engine) -> HandOff:
    """A conversation of the web chat that waits."""
    events = [
        {"event": "user", "timestamp": 1.0e9, "message_id": "m1", "text": "Does <it> hurt?"},
        {"event": "bot", "timestamp": 1.0e9 + 1, "data": {"custom": {"text": "A little.", "kind": "answer"}}},
    ]
    Conversations(records).add(SENDER, events, 0)
    return hand_offs.begin(SENDER, "door", now_utc(), out_of_hours=False)[0]


def waits_on(channel: str, hand_offs: HandOffs, settings: Settings) -> HandOff:
    """A conversation of a messenger that waits, with its address."""
    found, _ = hand_offs.begin("m" * 32, channel, now_utc(), out_of_hours=False)
    hand_offs.keep_address(found.sender_id, build_addresses(read_secret(settings.secret_file)).seal("+15005550006"))
    return found


def taken(browser: TestClient, one: HandOff) -> TestClient:
    assert send(browser, f"/desk/people/{one.id}/take").status_code == 303
    return browser


# Who may come


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("path", PATHS)
def test_signed_out_goes_to_the_login(comes_in: ComesIn, path: str) -> None:
    assert comes_in().get(path).headers["location"].startswith("/desk/login")
    assert comes_in().get(path, headers={"HX-Request": "true"}).headers["hx-redirect"] == "/desk/login"


@pytest.mark.parametrize("doing", DOINGS)
def test_signed_out_or_without_the_token_does_nothing(
    comes_in: ComesIn, one: HandOff, hand_offs: HandOffs, doing: str
) -> None:
    path = f"/desk/people/{one.id}/{doing}"
    assert comes_in().post(path, data={"text": "x"}).status_code == 303
    assert comes_in("clerk").post(path, data={"text": "x"}).status_code == 403
    assert hand_offs.get(one.id).state == "waiting"


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_who_waits(comes_in: ComesIn, role: str) -> None:
    browser = comes_in(role)
    assert "Conversation 1" in browser.get("/desk/people").text
    assert browser.get("/desk/people/1").status_code == 200


@pytest.mark.parametrize("path", ["/desk/people/99", "/desk/people/0", "/desk/people/x", f"/desk/people/{2**70}"])
def test_conversation_that_is_not_there_is_said_so(comes_in: ComesIn, path: str) -> None:
    answer = comes_in("clerk").get(path)
    assert answer.status_code == (404 if path.endswith("99") else 400)
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("doing", DOINGS)
def test_doing_something_with_what_is_not_there_is_a_404(comes_in: ComesIn, doing: str) -> None:
    assert send(comes_in("clerk"), f"/desk/people/99/{doing}", text="x").status_code == 404


# Looking


@pytest.mark.usefixtures("one")
def test_queue_shows_the_oldest_first_with_marks_and_what_was_written(comes_in: ComesIn, hand_offs: HandOffs) -> None:
    hand_offs.begin("q" * 22, "telegram", now_utc(), out_of_hours=True, sign_level="emergency")
    page = comes_in("clerk").get("/desk/people").text
    assert page.index("Conversation 1") < page.index("Conversation 2")
    for words in ("web chat", "Telegram", "Does &lt;it&gt; hurt?", "Warning sign: emergency", "Asked out of hours"):
        assert words in page


def test_nobody_waits(comes_in: ComesIn) -> None:
    assert "Nobody waits for a person." in comes_in("clerk").get("/desk/people").text
    assert 'data-count="0"' in comes_in("clerk").get("/desk/people/count").text


def test_count_is_of_those_who_wait_and_of_ones_own_that_wrote(
    comes_in: ComesIn, one: HandOff, hand_offs: HandOffs
) -> None:
    hand_offs.begin("q" * 22, "door", now_utc(), out_of_hours=False, sign_level="clinic_now")
    browser = comes_in("clerk")
    assert 'data-count="2" data-signs="1"' in browser.get("/desk/people/count").text
    taken(browser, one)
    assert 'data-count="2"' in browser.get("/desk/people/count").text  # taken, and nothing said yet
    assert 'data-count="1"' in comes_in("editor").get("/desk/people/count").text
    send(browser, "/desk/people/1/say", text="Hello")
    assert 'data-count="1"' in browser.get("/desk/people/count").text


def test_conversation_is_read_in_the_order_of_its_time(comes_in: ComesIn, one: HandOff) -> None:
    browser = taken(comes_in("clerk"), one)
    send(browser, "/desk/people/1/say", text="I am <here>.")
    page = browser.get("/desk/people/1").text
    places = [page.index(words) for words in ("Does &lt;it&gt; hurt?", "A little.", "I am &lt;here&gt;.")]
    assert places == sorted(places)


def test_page_that_asks_by_itself_gets_what_is_new_alone(comes_in: ComesIn, one: HandOff, records: Engine) -> None:
    browser = taken(comes_in("clerk"), one)
    page = browser.get("/desk/people/1").text
    link = page.partition('hx-get="/desk/people/1/more')[2].partition('"')[0].replace("&amp;", "&")
    path = "/desk/people/1/more" + link
    assert browser.get(path).status_code == 204
    Conversations(records).add(SENDER, [{"event": "user", "timestamp": 2.0e9, "message_id": "m2", "text": "Thanks"}], 0)
    answer = browser.get(path)
    assert "Thanks" in answer.text
    assert "Does &lt;it&gt; hurt?" not in answer.text
    assert 'hx-swap-oob="true"' not in answer.text


def test_page_is_told_when_the_conversation_stands_otherwise(
    comes_in: ComesIn, one: HandOff, hand_offs: HandOffs
) -> None:
    browser = comes_in("editor")
    page = browser.get("/desk/people/1").text
    path = "/desk/people/1/more" + page.partition('hx-get="/desk/people/1/more')[2].partition('"')[0].replace(
        "&amp;", "&"
    )
    taken(comes_in("clerk"), one)
    answer = browser.get(path).text
    assert 'hx-swap-oob="true"' in answer
    assert "Any Clerk is answering." in answer
    hand_offs.flag(SENDER, "emergency")
    assert "Warning sign: emergency" in browser.get(path).text


def test_page_says_that_a_patient_had_everything_deleted(comes_in: ComesIn, one: HandOff, records: Engine) -> None:
    browser = taken(comes_in("clerk"), one)
    Conversations(records).forget(SENDER)
    assert "had everything deleted" in browser.get("/desk/people/1/more").text


# Taking, writing, handing back


def test_one_clerk_wins_and_the_other_is_told_who(comes_in: ComesIn, one: HandOff, hand_offs: HandOffs) -> None:
    taken(comes_in("clerk"), one)
    answer = send(comes_in("editor"), "/desk/people/1/take")
    assert answer.status_code == 409
    assert "Any Clerk was first and is answering already." in answer.text
    assert hand_offs.get(1).taken_by == "clerk"


def test_colleague_takes_over_from_who_has_it(comes_in: ComesIn, one: HandOff, hand_offs: HandOffs) -> None:
    taken(comes_in("clerk"), one)
    assert send(comes_in("editor"), "/desk/people/1/take", over="clerk").status_code == 303
    assert hand_offs.get(1).taken_by == "editor"
    assert send(comes_in("admin"), "/desk/people/1/take", over="clerk").status_code == 409


@pytest.mark.parametrize("words", ["", "   ", "\0", "x" * 2001])
def test_empty_or_long_text_is_refused(comes_in: ComesIn, one: HandOff, words: str) -> None:
    assert send(taken(comes_in("clerk"), one), "/desk/people/1/say", text=words).status_code == 400


def test_who_has_not_taken_it_cannot_write(comes_in: ComesIn, one: HandOff, hand_offs: HandOffs) -> None:
    answer = send(comes_in("editor"), "/desk/people/1/say", text="Hello")
    assert (answer.status_code, "take the conversation first" in answer.text) == (409, True)
    taken(comes_in("clerk"), one)
    answer = send(comes_in("editor"), "/desk/people/1/say", text="Hello")
    assert (answer.status_code, "Any Clerk is answering" in answer.text) == (409, True)
    assert "Hello" not in [told.text for told in hand_offs.told(SENDER, 0)]


def test_written_text_is_told_with_the_full_name(comes_in: ComesIn, one: HandOff, hand_offs: HandOffs) -> None:
    browser = taken(comes_in("clerk"), one)
    assert send(browser, "/desk/people/1/say", text=" Good\r\nmorning ").status_code == 303
    notice, told = hand_offs.told(SENDER, 0)
    assert (notice.by, "Any Clerk" in notice.text) == (None, True)
    assert (told.by, told.text) == ("Any Clerk", "Good\nmorning")


def test_written_from_another_page_is_answered_with_a_part(comes_in: ComesIn, one: HandOff) -> None:
    browser = taken(comes_in("clerk"), one)
    csrf = browser.get("/desk/").text.partition('name="csrf" value="')[2].partition('"')[0]
    headers = {"HX-Request": "true", "X-CSRF-Token": csrf}
    answer = browser.post("/desk/people/1/say", data={"text": "Hello"}, headers=headers)
    assert (answer.status_code, answer.headers["hx-trigger"]) == (200, "said")
    assert 'role="status"' in answer.text


def test_handed_back_is_the_assistants_again_and_nothing_sealed_is_left(
    comes_in: ComesIn, hand_offs: HandOffs, settings: Settings, records: Engine
) -> None:
    one = waits_on("telegram", hand_offs, settings)
    hand_offs.wish(one.sender_id, "sealed", now_utc())
    browser = taken(comes_in("clerk"), one)
    assert send(comes_in("editor"), "/desk/people/1/hand-back").status_code == 409
    assert send(browser, "/desk/people/1/hand-back").status_code == 303
    assert hand_offs.of(one.sender_id) is None
    with Session(records) as session:
        record = session.get_one(HandOffRecord, 1)
        assert (record.state, record.address, record.wish_phone) == ("closed", None, None)
    assert send(browser, "/desk/people/1/say", text="x").status_code == 409
    assert send(browser, "/desk/people/1/take").status_code == 409


def test_what_waits_can_be_closed_and_what_another_has_not(
    comes_in: ComesIn, one: HandOff, hand_offs: HandOffs
) -> None:
    taken(comes_in("clerk"), one)
    assert send(comes_in("editor"), "/desk/people/1/close").status_code == 409
    again, _ = hand_offs.begin("q" * 22, "door", now_utc(), out_of_hours=True)
    assert send(comes_in("editor"), f"/desk/people/{again.id}/close").status_code == 303
    assert hand_offs.get(again.id).state == "closed"


def test_messengers_patient_gets_each_text_in_parts_that_fit(
    comes_in: ComesIn, hand_offs: HandOffs, settings: Settings, records: Engine
) -> None:
    browser = taken(comes_in("clerk"), waits_on("twilio", hand_offs, settings))
    send(browser, "/desk/people/1/say", text=f"{'kite ' * 390}end")
    with Session(records) as session:
        notice, said = session.scalars(select(InboxRecord).order_by(InboxRecord.id)).all()
    assert "Any Clerk" in notice.parts[0]["text"]
    assert [len(part["text"]) <= 1600 for part in said.parts] == [True, True]
    assert (said.state, said.text, said.address is not None) == ("answered", None, True)


def test_messengers_patient_who_cannot_be_reached_yet_is_said_so(
    comes_in: ComesIn, hand_offs: HandOffs, records: Engine
) -> None:
    one, _ = hand_offs.begin("m" * 32, "telegram", now_utc(), out_of_hours=False)
    browser = taken(comes_in("clerk"), one)
    assert send(browser, "/desk/people/1/say", text="Hello").status_code == 409
    with Session(records) as session:
        assert [row.by for row in session.scalars(select(ClerkMessageRecord))] == [None]


def test_chinese_patient_is_told_in_chinese(
    comes_in: ComesIn, one: HandOff, records: Engine, hand_offs: HandOffs
) -> None:
    custom = {"text": "\u597d", "kind": "answer", "language": "zh"}
    Conversations(records).add(SENDER, [{"event": "bot", "timestamp": 2.0e9, "data": {"custom": custom}}], 0)
    taken(comes_in("clerk"), one)
    assert "\u6b63\u5728\u56de\u590d\u60a8" in hand_offs.told(SENDER, 0)[0].text


# The number to call


@pytest.mark.usefixtures("one")
def test_number_is_hidden_until_it_is_asked_for_and_that_is_noted(
    comes_in: ComesIn, hand_offs: HandOffs, settings: Settings, records: Engine
) -> None:
    hand_offs.wish(SENDER, build_phones(read_secret(settings.secret_file)).seal("+862155500123"), now_utc())
    browser = comes_in("clerk")
    page = browser.get("/desk/people/1").text
    assert "ends in 0123" in page
    assert "+862155500123" not in page + browser.get("/desk/people").text
    assert "+862155500123" in send(browser, "/desk/people/1/number").text
    (noted,) = Audit(records).latest(1)
    assert (noted.by, noted.what, noted.subject, noted.details) == (
        "clerk",
        "saw a number to call",
        "conversation 1",
        {},
    )
    with records.connect() as connection:
        assert "5550" not in str(connection.execute(text("SELECT * FROM hand_off")).all())


@pytest.mark.usefixtures("one")
def test_number_that_was_never_left_is_a_404(comes_in: ComesIn) -> None:
    assert send(comes_in("clerk"), "/desk/people/1/number").status_code == 404


# What is noted


def test_everything_is_noted_and_counted_without_a_word_of_anyone(
    comes_in: ComesIn, one: HandOff, records: Engine
) -> None:
    browser = taken(comes_in("clerk"), one)
    send(browser, "/desk/people/1/say", text="Your test is on Monday.")
    send(browser, "/desk/people/1/hand-back")
    noted = [entry for entry in Audit(records).latest(10) if entry.subject == "conversation 1"]
    assert [entry.what for entry in reversed(noted)] == [
        "took a conversation",
        "wrote to a patient",
        "handed a conversation back",
    ]
    assert "Monday" not in str(noted)
    today = now_utc().date()
    counted = {
        (one.what, one.key): one.count for one in Tally(records).between(today - timedelta(1), today + timedelta(1))
    }
    assert counted.pop(("waiting", "seconds"), 0) < 60
    assert counted == {("hand_offs", "taken"): 1, ("hand_offs", "closed"): 1, ("waiting", "times"): 1}
