"""The hand-offs: one open at a time, one clerk wins, one door alerts, signs and wishes, nothing sealed left behind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from records_of_messengers import empty_records
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.database import open_engine
from bot.records.addresses import build_addresses, build_phones
from bot.records.conversations import Conversations
from bot.records.hand_offs import HandOff, HandOffs, HandOffsAway, NoAddress, NoHandOff, NotYours
from bot.records.inbox import Inbox
from bot.records.tables import ClerkMessageRecord, HandOffRecord, InboxRecord, UserRecord

NOON = datetime(2030, 1, 1, 12)
MINUTE = timedelta(minutes=1)
HERS, ANOTHERS = "p" * 22, "q" * 22
PARTS: list[dict[str, Any]] = [{"text": "Kites.", "choices": []}]
MORE_PARTS: list[dict[str, Any]] = [{"text": "Tails.", "choices": []}]
SECRET = "a secret of the tests, long enough to be one"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Empty records, with a clerk."""
    with empty_records(request.param, tmp_path) as engine:
        with Session(engine) as session, session.begin():
            session.add(
                UserRecord(name="mei", full_name="Mei Lin", role="clerk", password_hash="", failures=0, created_at=NOON)
            )
        yield engine


@pytest.fixture
def hand_offs(engine: Engine) -> HandOffs:
    """No hand-off yet."""
    return HandOffs(engine)


def begun(hand_offs: HandOffs, sender: str = HERS, channel: str = "door", at: datetime = NOON) -> HandOff:
    return hand_offs.begin(sender, channel, at, out_of_hours=False)[0]


def taken(hand_offs: HandOffs, one: HandOff, by: str = "mei", at: datetime = NOON) -> HandOff:
    return hand_offs.take(one.id, by, at, "taken", [])


def writes(engine: Engine, at: datetime, sender: str = HERS) -> None:
    event = {"event": "user", "timestamp": at.replace(tzinfo=UTC).timestamp(), "message_id": str(at), "text": "kites"}
    Conversations(engine).add(sender, [event], 0)


# Waiting


def test_conversation_waits_once(hand_offs: HandOffs) -> None:
    first, is_new = hand_offs.begin(HERS, "door", NOON, out_of_hours=True)
    again, is_new_again = hand_offs.begin(HERS, "door", NOON + MINUTE, out_of_hours=False)
    assert (is_new, is_new_again, first.id) == (True, False, again.id)
    assert (again.state, again.opened_at, again.out_of_hours) == ("waiting", NOON, True)


def test_conversation_that_was_closed_waits_again(hand_offs: HandOffs) -> None:
    one = begun(hand_offs)
    hand_offs.close(one.id, "mei", "closed", [], NOON)
    assert hand_offs.of(HERS) is None
    assert begun(hand_offs).id > one.id


def test_many_requests_at_once_are_one_hand_off(hand_offs: HandOffs) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: hand_offs.begin(HERS, "door", NOON, out_of_hours=False), range(8)))
    assert len({one.id for one, _ in found}) == 1
    assert [is_new for _, is_new in found].count(True) == 1


def test_place_counts_those_who_wait_before(hand_offs: HandOffs) -> None:
    first, second = begun(hand_offs), begun(hand_offs, ANOTHERS)
    assert [hand_offs.place(one) for one in (first, second)] == [1, 2]
    taken(hand_offs, first)
    assert hand_offs.place(second) == 1


def test_records_that_are_away_are_said_so(tmp_path: Path) -> None:
    hand_offs = HandOffs(open_engine(f"sqlite:///{tmp_path / 'none' / 'records.db'}"))
    with pytest.raises(HandOffsAway):
        begun(hand_offs)


def test_open_ones_come_the_oldest_first_and_are_counted(hand_offs: HandOffs) -> None:
    later, earlier = begun(hand_offs, at=NOON + MINUTE), begun(hand_offs, ANOTHERS)
    hand_offs.flag(HERS, "clinic_now")
    taken(hand_offs, earlier)
    assert [one.id for one in hand_offs.open_ones()] == [earlier.id, later.id]
    counts = hand_offs.counts()
    assert (counts.waiting, counts.taken, counts.signs) == (1, 1, 1)


# Signs, wishes, addresses


@pytest.mark.parametrize(
    ("levels", "kept"),
    [
        (["clinic_now"], "clinic_now"),
        (["before_visit", "emergency"], "emergency"),
        (["emergency", "before_visit"], "emergency"),
        (["clinic_now", "emergency", "clinic_now"], "emergency"),
    ],
)
def test_most_urgent_sign_counts(hand_offs: HandOffs, levels: list[Any], kept: str) -> None:
    begun(hand_offs)
    for level in levels:
        hand_offs.flag(HERS, level)
    found = hand_offs.of(HERS)
    assert found is not None
    assert found.sign_level == kept


def test_sign_told_before_is_flagged_when_it_begins(hand_offs: HandOffs) -> None:
    hand_offs.begin(HERS, "door", NOON, out_of_hours=False, sign_level="emergency")
    assert [one.sign_level for one in hand_offs.open_ones()] == ["emergency"]


def test_sign_of_a_conversation_that_does_not_wait_is_flagged_nowhere(hand_offs: HandOffs) -> None:
    begun(hand_offs)
    assert not hand_offs.flag(ANOTHERS, "emergency")
    assert [one.sign_level for one in hand_offs.open_ones()] == [None]


def test_wish_without_a_hand_off_is_refused(hand_offs: HandOffs) -> None:
    with pytest.raises(NoHandOff):
        hand_offs.wish(HERS, "sealed", NOON)


def test_number_is_sealed_with_a_key_of_its_own() -> None:
    phones, addresses = build_phones(SECRET), build_addresses(SECRET)
    sealed = phones.seal("+862155500123")
    assert "5550" not in sealed
    assert phones.unseal(sealed) == "+862155500123"
    with pytest.raises(Exception, match="another secret"):
        addresses.unseal(sealed)


@pytest.mark.parametrize("end", ["hand_back", "close"])
def test_end_wipes_address_and_number(hand_offs: HandOffs, engine: Engine, end: str) -> None:
    one = begun(hand_offs, channel="telegram")
    hand_offs.keep_address(HERS, "sealed address")
    hand_offs.wish(HERS, "sealed number", NOON)
    assert (hand_offs.wished_phone(one.id), hand_offs.has_address(one.id)) == ("sealed number", True)
    taken(hand_offs, one)
    getattr(hand_offs, end)(one.id, "mei", "ended", [], NOON)
    with Session(engine) as session:
        record = session.get_one(HandOffRecord, one.id)
        assert (record.state, record.address, record.wish_phone) == ("closed", None, None)
    hand_offs.keep_address(HERS, "sealed again")
    assert not hand_offs.has_address(one.id)


# Taken, said, handed back


def test_of_many_clerks_one_wins(hand_offs: HandOffs) -> None:
    one = begun(hand_offs)

    def take(by: str) -> str | None:
        try:
            hand_offs.take(one.id, by, NOON, f"taken by {by}", [])
        except NotYours as error:
            return error.by
        return None

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(take, [f"clerk{number}" for number in range(8)]))
    winner = hand_offs.get(one.id).taken_by
    assert found.count(None) == 1
    assert {by for by in found if by} == {winner}
    assert [told.text for told in hand_offs.told(HERS, 0)] == [f"taken by {winner}"]


def test_what_is_taken_has_a_person(hand_offs: HandOffs) -> None:
    one = begun(hand_offs)
    assert not hand_offs.is_taken(HERS)
    taken(hand_offs, one)
    assert hand_offs.is_taken(HERS)
    hand_offs.hand_back(one.id, "mei", "back", [], NOON)
    assert not hand_offs.is_taken(HERS)


@pytest.mark.parametrize("doing", ["say", "hand_back"])
def test_who_has_not_taken_it_does_nothing(hand_offs: HandOffs, doing: str) -> None:
    one = begun(hand_offs)
    arguments = {"say": ("tom", "x", [], NOON), "hand_back": ("tom", "x", [], NOON)}[doing]
    with pytest.raises(NotYours) as waits:
        getattr(hand_offs, doing)(one.id, *arguments)
    taken(hand_offs, one)
    with pytest.raises(NotYours) as hers:
        getattr(hand_offs, doing)(one.id, *arguments)
    assert (waits.value.by, hers.value.by) == (None, "mei")
    assert [told.text for told in hand_offs.told(HERS, 0)] == ["taken"]


@pytest.mark.parametrize("doing", ["take", "say", "hand_back", "close"])
def test_what_is_closed_or_not_there_is_left_alone(hand_offs: HandOffs, doing: str) -> None:
    one = begun(hand_offs)
    hand_offs.close(one.id, "mei", "closed", [], NOON)
    arguments: tuple[Any, ...] = ("mei", NOON, "x", []) if doing == "take" else ("mei", "x", [], NOON)
    for number in (one.id, 99):
        with pytest.raises(NoHandOff):
            getattr(hand_offs, doing)(number, *arguments)


def test_colleague_takes_over_from_who_has_it_alone(hand_offs: HandOffs) -> None:
    one = taken(hand_offs, begun(hand_offs))
    with pytest.raises(NotYours):
        hand_offs.take(one.id, "tom", NOON, "x", [], over="ann")
    assert hand_offs.take(one.id, "tom", NOON + MINUTE, "x", [], over="mei").taken_by == "tom"
    assert hand_offs.get(one.id).taken_at == NOON


def test_told_is_in_order_from_whom_and_from_where_one_has_read(hand_offs: HandOffs) -> None:
    one = taken(hand_offs, begun(hand_offs))
    for text in ("first", "second"):
        hand_offs.say(one.id, "mei", text, [], NOON)
    notice, first, second = hand_offs.told(HERS, 0)
    assert [(told.text, told.by) for told in (notice, first, second)] == [
        ("taken", None),
        ("first", "Mei Lin"),
        ("second", "Mei Lin"),
    ]
    assert [told.text for told in hand_offs.told(HERS, first.id)] == ["second"]
    assert hand_offs.told(ANOTHERS, 0) == []


# Messengers


def test_each_text_is_an_answer_of_its_own_delivered_in_order(hand_offs: HandOffs, engine: Engine) -> None:
    inbox = Inbox(engine, build_addresses(SECRET), lambda text: text)
    address = inbox.addresses.seal("+15005550006")
    one = begun(hand_offs, channel="twilio")
    hand_offs.keep_address(HERS, address)
    taken(hand_offs, one)
    hand_offs.say(one.id, "mei", "Kites.", PARTS, NOON)
    hand_offs.say(one.id, "mei", "Tails.", MORE_PARTS, NOON)
    later = NOON + MINUTE
    first = inbox.claim("a", later, ["twilio"])
    assert first is not None
    assert first.parts == tuple(PARTS)
    assert inbox.addresses.unseal(first.address) == "+15005550006"
    assert inbox.claim("b", later, ["twilio"]) is None  # nothing overtakes
    inbox.done(first)
    second = inbox.claim("b", later, ["twilio"])
    assert second is not None
    assert second.parts == tuple(MORE_PARTS)
    inbox.done(second)
    assert inbox.claim("a", later, ["twilio"]) is None


def test_text_that_was_not_delivered_is_tried_again_before_the_next(hand_offs: HandOffs, engine: Engine) -> None:
    inbox = Inbox(engine, build_addresses(SECRET), lambda text: text)
    one = begun(hand_offs, channel="twilio")
    hand_offs.keep_address(HERS, inbox.addresses.seal("+15005550006"))
    taken(hand_offs, one)
    hand_offs.say(one.id, "mei", "Kites.", PARTS, NOON)
    hand_offs.say(one.id, "mei", "Tails.", MORE_PARTS, NOON)
    claimed = inbox.claim("a", NOON + MINUTE, ["twilio"])
    assert claimed is not None
    inbox.postponed(claimed, MINUTE, NOON + MINUTE)
    assert inbox.claim("a", NOON + MINUTE, ["twilio"]) is None
    again = inbox.claim("b", NOON + 3 * MINUTE, ["twilio"])
    assert again is not None
    assert (again.parts, again.tries) == (tuple(PARTS), 1)


def test_text_to_an_address_that_is_not_known_is_refused_and_not_kept(hand_offs: HandOffs, engine: Engine) -> None:
    one = taken(hand_offs, begun(hand_offs, channel="twilio"))
    with pytest.raises(NoAddress):
        hand_offs.say(one.id, "mei", "Kites.", PARTS, NOON)
    with Session(engine) as session:
        assert [record.by for record in session.scalars(select(ClerkMessageRecord))] == [None]
        assert session.scalars(select(InboxRecord)).all() == []


# Unanswered


def test_who_waits_is_unanswered_from_the_beginning(hand_offs: HandOffs) -> None:
    begun(hand_offs)
    assert [one.unanswered_since for one in hand_offs.open_ones()] == [NOON]


def test_who_is_taken_is_unanswered_until_a_person_writes_and_from_her_next_message_on(
    hand_offs: HandOffs, engine: Engine
) -> None:
    one = begun(hand_offs)
    taken(hand_offs, one, at=NOON + MINUTE)
    assert [one.unanswered_since for one in hand_offs.open_ones()] == [NOON + MINUTE]
    hand_offs.say(one.id, "mei", "Hello", [], NOON + 2 * MINUTE)
    assert [one.unanswered_since for one in hand_offs.open_ones()] == [None]
    writes(engine, NOON + 3 * MINUTE)
    writes(engine, NOON + 4 * MINUTE)
    assert [one.unanswered_since for one in hand_offs.open_ones()] == [NOON + 3 * MINUTE]
    hand_offs.say(one.id, "mei", "Yes", [], NOON + 5 * MINUTE)
    assert [one.unanswered_since for one in hand_offs.open_ones()] == [None]


def test_of_many_doors_one_alerts(hand_offs: HandOffs) -> None:
    one = begun(hand_offs)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: hand_offs.alert(one, "late", [], NOON), range(8)))
    assert found.count(True) == 1
    assert [told.text for told in hand_offs.told(HERS, 0)] == ["late"]


def test_alert_for_what_was_taken_meanwhile_is_none(hand_offs: HandOffs) -> None:
    one = begun(hand_offs)
    taken(hand_offs, one)
    assert not hand_offs.alert(one, "late", [], NOON)


def test_answer_lets_it_be_alerted_about_again(hand_offs: HandOffs) -> None:
    one = begun(hand_offs)
    hand_offs.alert(one, "late", [], NOON)
    assert taken(hand_offs, one).alerted_at is None
    again = hand_offs.get(one.id)
    assert hand_offs.alert(again, None, [], NOON)
    assert not hand_offs.alert(again, None, [], NOON)
    assert hand_offs.say(one.id, "mei", "Hello", [], NOON).alerted_at is None


# Forgotten


def test_forgotten_conversation_leaves_nothing(hand_offs: HandOffs, engine: Engine) -> None:
    one = begun(hand_offs, channel="telegram")
    hand_offs.wish(HERS, "sealed", NOON)
    taken(hand_offs, one)
    Conversations(engine).forget(HERS)
    assert hand_offs.open_ones() == []
    assert hand_offs.told(HERS, 0) == []
    with pytest.raises(NoHandOff):
        hand_offs.say(one.id, "mei", "Hello", [], NOON)


def test_what_nobody_closed_goes_with_its_time(hand_offs: HandOffs, engine: Engine) -> None:
    begun(hand_offs)
    hand_offs.wish(HERS, "sealed", NOON)
    Conversations(engine).forget_older_than(NOON - MINUTE)
    assert len(hand_offs.open_ones()) == 1
    Conversations(engine).forget_older_than(NOON + MINUTE)
    assert hand_offs.open_ones() == []
