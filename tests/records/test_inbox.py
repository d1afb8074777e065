"""The inbox: taken once, claimed by one, in order, given over when a door dies, nothing readable left behind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from records_of_messengers import empty_records
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from bot.records.addresses import BadAddress, build_addresses
from bot.records.conversations import Conversations
from bot.records.inbox import LEASE, LONGEST_WAIT, MOST_CHARACTERS, QUIET, Claimed, Inbox, LostClaim, Memory
from bot.records.tables import InboxRecord, MessengerRecord

NOON = datetime(2030, 1, 1, 12)
LATER = NOON + QUIET
SECOND = timedelta(seconds=1)
SECRET = "a secret of the tests, long enough to be one"
HERS, ANOTHER = "+15005550006", "+15005550009"
CHANNELS = ("twilio", "telegram")
PARTS = ({"text": "Kites.", "choices": []}, {"text": "Tails.", "choices": []})


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Empty records."""
    with empty_records(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def inbox(engine: Engine) -> Inbox:
    """An inbox that masks one name."""
    return Inbox(engine, build_addresses(SECRET), lambda text: text.replace("Ada", "<name>"))


def take(inbox: Inbox, *texts: str | None, address: str = HERS, at: datetime = NOON, first: int = 1) -> None:
    for number, words in enumerate(texts, start=first):
        assert inbox.take("twilio", f"{address}-{number}", address, words, at)


def claim(inbox: Inbox, at: datetime = LATER, door: str = "a") -> Claimed:
    claimed = inbox.claim(door, at, CHANNELS)
    assert claimed is not None
    return claimed


def rows(engine: Engine) -> list[InboxRecord]:
    with Session(engine) as session:
        return list(session.scalars(select(InboxRecord).order_by(InboxRecord.id)))


def test_message_is_taken_once(inbox: Inbox) -> None:
    assert inbox.take("twilio", "SM1", HERS, "Hello", NOON)
    assert not inbox.take("twilio", "SM1", HERS, "Hello", NOON)


def test_id_is_of_its_channel(inbox: Inbox) -> None:
    assert inbox.take("twilio", "1", HERS, "Hello", NOON)
    assert inbox.take("telegram", "1", HERS, "Hello", NOON)


def test_message_that_is_done_is_not_taken_again(inbox: Inbox) -> None:
    take(inbox, "Hello")
    inbox.done(claim(inbox))
    assert not inbox.take("twilio", f"{HERS}-1", HERS, "Hello", LATER)


def test_long_id_is_taken_once(inbox: Inbox) -> None:
    assert inbox.take("twilio", "m" * 500, HERS, "Hello", NOON)
    assert not inbox.take("twilio", "m" * 500, HERS, "Hello", NOON)


def test_one_message_taken_by_many_doors_at_once_is_taken_once(inbox: Inbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: inbox.take("twilio", "SM1", HERS, "Hello", NOON), range(16)))
    assert taken.count(True) == 1


def test_burst_is_claimed_as_one_in_its_order(inbox: Inbox) -> None:
    take(inbox, "I have", "a question", None, "about the HSG")
    assert claim(inbox).texts == ("I have", "a question", None, "about the HSG")


def test_burst_that_goes_on_is_not_claimed(inbox: Inbox) -> None:
    take(inbox, "I have")
    take(inbox, "a question", at=NOON + QUIET / 2, first=2)
    assert inbox.claim("a", LATER, CHANNELS) is None


def test_burst_that_goes_on_and_on_is_claimed_at_last(inbox: Inbox) -> None:
    take(inbox, "I have")
    take(inbox, "a question", at=NOON + LONGEST_WAIT, first=2)
    assert claim(inbox, NOON + LONGEST_WAIT).texts == ("I have", "a question")


def test_burst_is_no_longer_than_a_question(inbox: Inbox) -> None:
    take(inbox, "a" * (MOST_CHARACTERS - 10), "b" * 100, "c")
    first = claim(inbox)
    assert [len(words or "") for words in first.texts] == [MOST_CHARACTERS - 10]
    inbox.done(first)
    assert claim(inbox).texts == ("b" * 100, "c")


def test_message_that_alone_is_too_long_is_claimed(inbox: Inbox) -> None:
    take(inbox, "a" * (MOST_CHARACTERS + 1))
    assert claim(inbox).texts == ("a" * (MOST_CHARACTERS + 1),)


def test_claim_has_the_address_and_the_conversation(inbox: Inbox) -> None:
    take(inbox, "Hello")
    claimed = claim(inbox)
    assert inbox.addresses.unseal(claimed.address) == HERS
    assert claimed.sender_id == inbox.addresses.sender_id("twilio", HERS)
    assert (claimed.channel, claimed.message_id, claimed.parts) == ("twilio", f"{HERS}-1", None)


def test_second_message_waits_while_the_first_is_answered(inbox: Inbox) -> None:
    take(inbox, "first")
    claimed = claim(inbox)
    take(inbox, "second", first=2)
    assert inbox.claim("b", LATER + SECOND, CHANNELS) is None
    answered = inbox.answered(claimed, PARTS, Memory(), False, LATER)
    assert inbox.claim("b", LATER + SECOND, CHANNELS) is None
    inbox.done(answered)
    assert claim(inbox, LATER + SECOND).texts == ("second",)


def test_another_conversation_does_not_wait(inbox: Inbox) -> None:
    take(inbox, "first")
    take(inbox, "hers", address=ANOTHER)
    assert {claim(inbox).texts, claim(inbox).texts} == {("first",), ("hers",)}


def test_channel_that_is_not_asked_for_waits(inbox: Inbox) -> None:
    take(inbox, "Hello")
    assert inbox.claim("a", LATER, ("telegram",)) is None


def test_many_doors_claim_each_conversation_once(inbox: Inbox) -> None:
    for number in range(12):
        take(inbox, "one", "two", address=f"+1500555{number:04}")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda door: inbox.claim(f"door-{door}", LATER, CHANNELS), range(40)))
    while (one := inbox.claim("last", LATER, CHANNELS)) is not None:
        found.append(one)
    claimed = [one for one in found if one is not None]
    assert sorted(one.sender_id for one in claimed) == sorted({one.sender_id for one in claimed})
    assert [one.texts for one in claimed] == [("one", "two")] * 12


def test_door_that_dies_after_its_claim_is_followed_by_another(inbox: Inbox) -> None:
    take(inbox, "one", "two")
    first = claim(inbox, door="dies")
    take(inbox, "three", first=3)
    assert inbox.claim("b", LATER + LEASE, CHANNELS) is None
    second = claim(inbox, LATER + LEASE + SECOND, door="b")
    assert (second.texts, second.message_id) == (("one", "two"), first.message_id)


def test_door_that_dies_while_it_delivers_is_followed_where_it_stopped(inbox: Inbox) -> None:
    take(inbox, "one")
    inbox.delivered(inbox.answered(claim(inbox, door="dies"), PARTS, Memory(), False, LATER), 1, LATER)
    second = claim(inbox, LATER + LEASE + SECOND, door="b")
    assert (second.parts, second.delivered) == (PARTS, 1)


def test_door_that_was_only_slow_can_no_longer_report(inbox: Inbox) -> None:
    take(inbox, "one")
    slow = claim(inbox, door="slow")
    claim(inbox, LATER + LEASE + SECOND, door="b")
    with pytest.raises(LostClaim):
        inbox.answered(slow, PARTS, Memory(), False, LATER)
    with pytest.raises(LostClaim):
        inbox.done(slow)


def test_postponed_claim_comes_back_after_its_pause_and_blocks_what_follows(inbox: Inbox) -> None:
    take(inbox, "one")
    inbox.postponed(inbox.answered(claim(inbox), PARTS, Memory(), False, LATER), 10 * SECOND, LATER)
    take(inbox, "two", first=2)
    assert inbox.claim("b", LATER + 5 * SECOND, CHANNELS) is None
    again = claim(inbox, LATER + 11 * SECOND)
    assert (again.parts, again.tries, again.texts) == (PARTS, 1, ("one",))


def test_nothing_but_the_id_is_left_of_what_is_done(inbox: Inbox, engine: Engine) -> None:
    take(inbox, "one", "two")
    inbox.done(inbox.answered(claim(inbox), PARTS, Memory(), False, LATER))
    assert [(row.state, row.text, row.address, row.parts) for row in rows(engine)] == [("done", None, None, None)] * 2


def test_parts_of_what_is_done_are_null_in_the_database(inbox: Inbox, engine: Engine) -> None:
    take(inbox, "one")
    inbox.done(inbox.answered(claim(inbox), PARTS, Memory(), False, LATER))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM inbox_message WHERE parts IS NULL")).scalar() == 1


def test_no_number_and_no_name_lies_readable_in_the_database(inbox: Inbox, engine: Engine) -> None:
    inbox.take("twilio", "SM1", HERS, "I am Ada", NOON)
    inbox.answered(claim(inbox), PARTS, Memory(), True, LATER)
    with engine.connect() as connection:
        stored = [
            str(row)
            for table in ("inbox_message", "messenger_conversation")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert len(stored) == 2
    assert not any(secret in row for row in stored for secret in (HERS, HERS[1:], "Ada"))


def test_conversation_is_remembered(inbox: Inbox) -> None:
    memory = Memory(True, ({"title": "More", "message": "Tell me more", "number": "1"},), "zh")
    take(inbox, "one")
    assert claim(inbox).memory == Memory()
    inbox.done(inbox.answered(_again(inbox), PARTS, memory, True, LATER))
    take(inbox, "two", first=2)
    assert claim(inbox, LATER + LEASE + 2 * SECOND).memory == memory


def _again(inbox: Inbox) -> Claimed:
    return claim(inbox, LATER + LEASE + SECOND)


def test_consent_is_remembered_only_when_it_was_told(inbox: Inbox) -> None:
    take(inbox, "one")
    inbox.done(inbox.answered(claim(inbox), PARTS, Memory(True), False, LATER))
    take(inbox, "two", first=2)
    assert not claim(inbox).memory.consent_told


def test_forgotten_conversation_is_told_the_consent_again(inbox: Inbox, engine: Engine) -> None:
    take(inbox, "one")
    claimed = claim(inbox)
    inbox.done(inbox.answered(claimed, PARTS, Memory(True), True, LATER))
    Conversations(engine).forget(claimed.sender_id)
    take(inbox, "two", first=2)
    assert claim(inbox).memory == Memory()
    assert not inbox.take("twilio", f"{HERS}-1", HERS, "one", LATER)


def test_conversation_that_is_long_silent_is_forgotten(inbox: Inbox, engine: Engine) -> None:
    take(inbox, "one")
    inbox.done(inbox.answered(claim(inbox), PARTS, Memory(True), True, LATER))
    Conversations(engine).forget_older_than(LATER + timedelta(days=30))
    with Session(engine) as session:
        assert session.scalars(select(MessengerRecord)).all() == []
    assert rows(engine) == []


def test_address_sealed_with_another_secret_is_not_opened() -> None:
    sealed = build_addresses("another secret, which is long enough too").seal(HERS)
    with pytest.raises(BadAddress):
        build_addresses(SECRET).unseal(sealed)


def test_id_of_a_conversation_depends_on_channel_address_and_secret() -> None:
    ids = {
        build_addresses(secret).sender_id(channel, address)
        for secret in (SECRET, "another")
        for channel in ("twilio", "telegram")
        for address in (HERS, ANOTHER)
    }
    assert len(ids) == 8
    assert {len(one) for one in ids} == {32}
