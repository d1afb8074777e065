"""A person answers through a messenger: her texts come in order and are tried again; "passed on" is told once."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from messenger_calls import ADDRESSES, body_of, credentials, signed_call
from recording_api import Api
from records_of_messengers import empty_records
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import bot.records.inbox as inbox_module
from bot.knowledge.shapes import Knowledge
from bot.messengers.build import Messengers, build_messengers
from bot.messengers.courier import Ask
from bot.messengers.credentials import Credentials
from bot.messengers.outgoing import parts_of
from bot.records.addresses import build_addresses
from bot.records.conversations import Conversations, now_utc
from bot.records.hand_offs import HandOff, HandOffs
from bot.records.tables import HandOffRecord
from bot.reply import Reply
from bot.settings import Clinic
from bot.wording import Wording, read_wording_in

SECRET = "a secret of the tests, long enough to be one"
IN_THE_QUEUE = Reply(text="You are in the queue.", kind="handoff")
PASSED_ON = Reply(text="Passed on.", kind="handoff")
URGENT = Reply(text="Call now.", kind="urgent", level="emergency")
WITHIN_SECONDS = 12.0


@pytest.fixture(params=["sqlite", "postgresql"])
def records(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Empty records."""
    with empty_records(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bursts are over sooner than in life."""
    monkeypatch.setattr(inbox_module, "QUIET", timedelta(seconds=0.3))


class Conversation:
    """A patient at a messenger, what answers her, and the door between."""

    def __init__(self, api: Api, records: Engine, words: dict[str, Wording]) -> None:
        self.api, self.records = api, records
        self.hand_offs = HandOffs(records)
        self.written = 0
        self.replies: list[Reply] = [IN_THE_QUEUE]
        self.door: Messengers = build_messengers(
            Credentials(**credentials(api.url)),
            "https://chat.clinic.example",
            30,
            SECRET,
            records,
            words,  # type: ignore[arg-type]
            lambda text: text,
            lambda text: text,
            lambda _text: None,
            self.answer,
        )
        self.sender = build_addresses(SECRET).sender_id("facebook", ADDRESSES["facebook"])

    async def answer(self, ask: Ask) -> list[Reply]:
        """Answer as Rasa does: what she wrote is kept, and who asks for a person waits."""
        moment = now_utc().replace(tzinfo=UTC).timestamp()
        event = {"event": "user", "timestamp": moment, "message_id": ask.message_id, "text": ask.text}
        Conversations(self.records).add(ask.conversation, [event], 0)
        if IN_THE_QUEUE in self.replies:
            self.hand_offs.begin(ask.conversation, ask.channel, now_utc(), out_of_hours=False)
        return self.replies

    async def writes(self, text: str) -> None:
        """Let her write, and wait until she has her answer."""
        self.written += 1
        call = signed_call("facebook", body_of("facebook", text, f"m{self.written}"), datetime.now().timestamp())
        await self.door.reception.take(self.door.reception.messengers["facebook"], call)
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing waits any more."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while True:
                with self.records.connect() as connection:
                    left = connection.exec_driver_sql(
                        "SELECT count(*) FROM inbox_message WHERE state != 'done'"
                    ).scalar()
                if not left:
                    return
                await asyncio.sleep(0.02)

    def taken(self) -> HandOff:
        """Let a clerk take it."""
        one = self.hand_offs.of(self.sender)
        assert one is not None
        return self.hand_offs.take(one.id, "mei", now_utc(), "Mei is here.", parts_of("facebook", "Mei is here."))

    def says(self, one: HandOff, text: str) -> None:
        """Let the clerk write."""
        self.hand_offs.say(one.id, "mei", text, parts_of("facebook", text), now_utc())

    @property
    def texts(self) -> list[str]:
        """What reached her, without the line about what is kept."""
        return [text for text in self.api.texts if "you agree" not in text]


@pytest.fixture
def talk(api: Api, records: Engine, knowledge: Knowledge, clinic: Clinic, wording: Wording) -> Conversation:
    """A conversation at a door."""
    return Conversation(api, records, {"en": wording, "zh": read_wording_in("zh", knowledge, clinic)})


def lives(talk: Conversation, story) -> None:  # type: ignore[no-untyped-def]
    async def run() -> None:
        await talk.door.start()
        try:
            await story()
        finally:
            await talk.door.stop()

    asyncio.run(run())


def test_what_a_person_writes_reaches_her_in_order(talk: Conversation) -> None:
    async def story() -> None:
        await talk.writes("a person please")
        one = talk.taken()
        talk.says(one, "First.")
        talk.says(one, "Second.")
        await talk.settled()

    lives(talk, story)
    assert talk.texts == ["You are in the queue.", "Mei is here.", "First.", "Second."]


def test_text_that_the_provider_does_not_take_is_tried_again_before_the_next(talk: Conversation) -> None:
    async def story() -> None:
        await talk.writes("a person please")
        one = talk.taken()
        await talk.settled()
        talk.api.statuses = [503]
        talk.says(one, "First.")
        talk.says(one, "Second.")
        await talk.settled()

    lives(talk, story)
    assert talk.texts[2:] == ["First.", "Second."]


def test_she_is_told_once_that_her_messages_are_passed_on(talk: Conversation) -> None:
    async def story() -> None:
        await talk.writes("a person please")
        talk.says(talk.taken(), "Hello.")
        await talk.settled()
        talk.replies = [PASSED_ON]
        for text in ("one", "two", "three"):
            await talk.writes(text)
        talk.replies = [URGENT, PASSED_ON]
        await talk.writes("I faint")

    lives(talk, story)
    assert talk.texts[3:] == ["Passed on.", "Call now."]


def test_address_goes_when_it_is_handed_back(talk: Conversation) -> None:
    async def story() -> None:
        await talk.writes("a person please")
        one = talk.taken()
        with Session(talk.records) as session:
            assert session.get_one(HandOffRecord, one.id).address is not None
        talk.hand_offs.hand_back(one.id, "mei", "The assistant is back.", parts_of("facebook", "Back."), now_utc())
        await talk.settled()

    lives(talk, story)
    assert talk.texts[-1] == "Back."
    with Session(talk.records) as session:
        assert session.get_one(HandOffRecord, 1).address is None


@pytest.mark.parametrize(
    ("channel", "most"), [("twilio", 1600), ("telegram", 4096), ("facebook", 2000), ("slack", 3000)]
)
def test_long_text_is_cut_into_parts_that_the_messenger_takes(channel: str, most: int) -> None:
    parts = parts_of(channel, "kite " * 1500)
    assert len(parts) > 1
    assert max(len(part["text"]) for part in parts) <= most
    assert "".join(part["text"].replace(" ", "") for part in parts) == "kite" * 1500


def test_page_of_the_door_needs_no_parts() -> None:
    assert parts_of("door", "Hello") == []
