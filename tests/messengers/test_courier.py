"""The courier over a real socket: bursts, order, several doors, doors that die, providers and records that are away."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from messenger_calls import ADDRESSES, NAMES, body_of, credentials, signed_call
from recording_api import Api
from records_of_messengers import empty_records
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

import bot.messengers.courier as courier_module
import bot.records.inbox as inbox_module
from bot.knowledge.shapes import Knowledge
from bot.messengers.build import Messengers, build_messengers
from bot.messengers.courier import Ask, meant
from bot.messengers.credentials import Credentials
from bot.messengers.reception import RecordsAway
from bot.records.addresses import build_addresses
from bot.records.conversations import now_utc
from bot.records.inbox import LEASE, Inbox
from bot.reply import Button, Reply
from bot.settings import Clinic
from bot.wording import Wording, read_wording_in

SECRET = "a secret of the tests, long enough to be one"
URGENT = Reply(text="Call now.", kind="urgent", level="emergency")
BUTTONS = (Button(title="And lanterns?", message="What about lanterns?"),)
WITHIN_SECONDS = 12.0
on_both = pytest.mark.parametrize("records", ["sqlite", "postgresql"], indirect=True)


@dataclass
class Answers:
    """Stands in for what answers; keeps what it was asked."""

    reply: Callable[[Ask], list[Reply]] = lambda ask: [Reply(text=f"On {ask.text}", kind="answer")]
    takes_seconds: float = 0.0
    asked: list[Ask] = field(default_factory=list)

    async def __call__(self, ask: Ask) -> list[Reply]:
        """Answer a question."""
        self.asked.append(ask)
        await asyncio.sleep(self.takes_seconds)
        return self.reply(ask)

    @property
    def texts(self) -> list[str]:
        """What was asked, in order."""
        return [ask.text for ask in self.asked]


Open = Callable[..., Messengers]


@pytest.fixture
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Empty records, on SQLite unless a test asks for more."""
    with empty_records(getattr(request, "param", "sqlite"), tmp_path) as engine:
        yield engine


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bursts are over sooner than in life."""
    monkeypatch.setattr(inbox_module, "QUIET", timedelta(seconds=0.3))


@pytest.fixture
def answers() -> Answers:
    """What answers."""
    return Answers()


@pytest.fixture
def open_door(
    api: Api, records: Engine, answers: Answers, knowledge: Knowledge, clinic: Clinic, wording: Wording
) -> Open:
    """Open a door's messengers; each call is another door on the same records."""

    def build(answer: Answers = answers, engine: Engine = records) -> Messengers:
        return build_messengers(
            Credentials(**credentials(api.url)),
            public_url="https://chat.clinic.example",
            retention_days=30,
            secret=SECRET,
            records=engine,
            wordings={"en": wording, "zh": read_wording_in("zh", knowledge, clinic)},
            mask=lambda text: text,
            readable=lambda text: text.replace("\0", ""),
            urgent=lambda text: URGENT if "faint" in text else None,
            answer=answer,
        )

    return build


@asynccontextmanager
async def running(*doors: Messengers) -> Any:
    for door in doors:
        await door.start()
    try:
        yield
    finally:
        for door in doors:
            await door.stop()


async def write(door: Messengers, *texts: str | None, name: str = "facebook", first: int = 1) -> None:
    for number, text in enumerate(texts, start=first):
        provider = door.reception.messengers[name]
        call = signed_call(name, body_of(name, text, f"m{number}"), datetime.now().timestamp())
        await door.reception.take(provider, call)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_SECONDS):
        while not is_so():
            await asyncio.sleep(0.02)


async def settled(door: Messengers) -> None:
    """Wait until nothing waits any more."""
    inbox = door.reception.inbox

    def waits() -> int:
        with inbox.engine.connect() as connection:
            return int(
                connection.exec_driver_sql("SELECT count(*) FROM inbox_message WHERE state != 'done'").scalar() or 0
            )

    await until(lambda: not waits())


def told_consent(api: Api) -> list[str]:
    """Return the texts that were sent, without the line about what is kept."""
    return [text for text in api.texts if "you agree" not in text]


@pytest.mark.parametrize("name", NAMES)
def test_message_is_answered_once_though_the_provider_repeats_it(
    open_door: Open, api: Api, answers: Answers, name: str
) -> None:
    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, "kites?", name=name)
            await write(door, "kites?", name=name)
            await until(lambda: "On kites?" in api.texts)
            await write(door, "kites?", name=name)
            await settled(door)
            await asyncio.sleep(0.5)

    asyncio.run(story())
    assert answers.texts == ["kites?"]
    assert told_consent(api) == ["On kites?"]


@on_both
def test_burst_is_one_question(open_door: Open, api: Api, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "QUIET", timedelta(seconds=1))

    async def story() -> None:
        door = open_door()
        async with running(door):
            for number, text in enumerate(("hi", "I have a question", "about kites", "do they fly?"), start=1):
                await write(door, text, first=number)
                await asyncio.sleep(0.1)
            await settled(door)

    asyncio.run(story())
    assert answers.texts == ["hi\nI have a question\nabout kites\ndo they fly?"]
    assert told_consent(api) == ["On hi\nI have a question\nabout kites\ndo they fly?"]


@on_both
def test_second_message_is_answered_after_the_first(open_door: Open, api: Api, answers: Answers) -> None:
    answers.takes_seconds = 1.5

    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, "first")
            await until(lambda: answers.texts == ["first"])
            await write(door, "second", first=2)
            await settled(door)

    asyncio.run(story())
    assert told_consent(api) == ["On first", "On second"]


@on_both
def test_two_doors_answer_each_message_once(open_door: Open, api: Api, answers: Answers) -> None:
    def as_another(number: int) -> bytes:
        return body_of("facebook", f"kites {number}", f"m{number}").replace(b'"2468"', f'"24{number:02}"'.encode())

    async def story() -> None:
        doors = [open_door(), open_door()]
        provider = doors[0].reception.messengers["facebook"]
        async with running(*doors):
            for number in range(24):
                await doors[number % 2].reception.take(provider, signed_call("facebook", as_another(number)))
            await settled(doors[0])

    asyncio.run(story())
    expected = [f"kites {number}" for number in range(24)]
    assert sorted(answers.texts) == sorted(expected)
    assert sorted(told_consent(api)) == sorted(f"On {text}" for text in expected)


@on_both
def test_door_that_dies_after_its_claim_is_followed_by_another(open_door: Open, api: Api, records: Engine) -> None:
    async def story() -> None:
        door = open_door()
        await write(door, "kites?")
        long_ago = now_utc() + timedelta(seconds=2) - LEASE
        inbox = door.reception.inbox
        with records.begin() as connection:
            connection.exec_driver_sql("UPDATE inbox_message SET received_at = '2020-01-01 00:00:00'")
        assert inbox.claim("dies", long_ago, ("facebook",)) is not None
        async with running(door):
            await settled(door)

    asyncio.run(story())
    assert told_consent(api) == ["On kites?"]


@on_both
def test_question_of_a_door_that_died_is_asked_again_under_the_same_id(open_door: Open, answers: Answers) -> None:
    hanging = Answers(takes_seconds=3600)

    async def story() -> None:
        first, second = open_door(hanging), open_door()
        async with running(first):
            await write(first, "kites?")
            await until(lambda: bool(hanging.asked))
        with second.reception.inbox.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE inbox_message SET claimed_until = '2020-01-01 00:00:00'")
        async with running(second):
            await settled(second)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(courier_module, "STOP_WITHIN_SECONDS", 0.1)
        asyncio.run(story())
    assert answers.asked == hanging.asked


def test_provider_that_is_away_for_a_moment_gets_the_rest_in_order(open_door: Open, api: Api, answers: Answers) -> None:
    answers.reply = lambda _ask: [Reply(text=text, kind="answer") for text in ("one", "two", "three")]
    api.statuses += [200, 200, 503, 503]

    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, "kites?")
            await settled(door)

    asyncio.run(story())
    assert told_consent(api) == ["one", "two", "three"]
    assert len(answers.asked) == 1


def test_answer_that_is_refused_for_good_blocks_nothing(open_door: Open, api: Api) -> None:
    api.statuses.append(400)

    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, "first")
            await settled(door)
            await write(door, "second", first=2)
            await settled(door)

    asyncio.run(story())
    assert told_consent(api) == ["On second"]


def test_consent_is_told_before_the_first_answer_alone(open_door: Open, api: Api) -> None:
    async def story() -> None:
        door = open_door()
        async with running(door):
            for number in (1, 2):
                await write(door, f"kites {number}", first=number)
                await settled(door)

    asyncio.run(story())
    assert ["you agree" in text for text in api.texts] == [True, False, False]


def test_urgent_reply_comes_before_the_consent(open_door: Open, api: Api, answers: Answers) -> None:
    answers.reply = lambda _ask: [URGENT]

    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, "I faint")
            await settled(door)

    asyncio.run(story())
    assert api.texts[0] == "Call now."
    assert "you agree" in api.texts[1]


@on_both
def test_number_of_a_choice_asks_what_it_stands_for(open_door: Open, api: Api, answers: Answers) -> None:
    answers.reply = lambda _ask: [Reply(text="Kites.", more="Tails.", kind="answer", buttons=BUTTONS)]

    async def story() -> None:
        door = open_door()
        async with running(door):
            for number, text in enumerate(("kites?", "2", "two"), start=1):
                await write(door, text, name="twilio", first=number)
                await settled(door)

    asyncio.run(story())
    assert answers.texts == ["kites?", "What about lanterns?", "two"]
    assert api.texts[-1] == "Kites.\n\nReply with a number:\n1: Tell me more\n2: And lanterns?"


def test_picture_is_told_to_be_unreadable_and_not_asked(open_door: Open, api: Api, answers: Answers) -> None:
    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, None)
            await settled(door)

    asyncio.run(story())
    assert answers.asked == []
    assert [text for text in told_consent(api) if "only read text" in text] == told_consent(api) != []


def test_picture_beside_a_question_does_not_hide_it(open_door: Open, api: Api) -> None:
    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, None, "is this normal?")
            await settled(door)

    asyncio.run(story())
    assert told_consent(api)[0] == "On is this normal?"
    assert "only read text" in told_consent(api)[1]


def test_question_tells_channel_and_conversation_and_no_address(open_door: Open, answers: Answers) -> None:
    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, "kites?", name="twilio")
            await settled(door)

    asyncio.run(story())
    [ask] = answers.asked
    assert (ask.channel, len(ask.conversation), len(ask.message_id)) == ("twilio", 32, 32)
    assert not any(ADDRESSES["twilio"][-8:] in part for part in (ask.conversation, ask.address_key, ask.message_id))


def test_mistake_in_one_answer_does_not_end_the_courier(open_door: Open, api: Api, answers: Answers) -> None:
    def reply(ask: Ask) -> list[Reply]:
        if ask.text == "breaks" and len(answers.asked) == 1:
            raise ZeroDivisionError
        return [Reply(text=f"On {ask.text}", kind="answer")]

    answers.reply = reply

    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, "breaks")
            await settled(door)

    asyncio.run(story())
    assert told_consent(api) == ["On breaks"]


def test_address_that_cannot_be_opened_any_more_blocks_nothing(open_door: Open, api: Api, records: Engine) -> None:
    async def story() -> None:
        door = open_door()
        other = Inbox(records, build_addresses("another secret, which is long enough too"), str)
        other.take("facebook", "m0", "2468", "kites?", now_utc())
        async with running(door):
            await write(door, "kites?")
            await settled(door)

    asyncio.run(story())
    assert told_consent(api) == ["On kites?"]


def test_records_that_are_away_while_it_delivers_do_not_make_it_say_things_twice(
    open_door: Open, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([True] * 3)
    delivered = Inbox.delivered

    def fails_at_first(self: Inbox, *given: Any) -> Any:
        if next(failures, False):
            raise OperationalError("update", {}, Exception("away"))
        return delivered(self, *given)

    monkeypatch.setattr(Inbox, "delivered", fails_at_first)

    async def story() -> None:
        door = open_door()
        async with running(door):
            await write(door, "kites?")
            await settled(door)

    asyncio.run(story())
    assert len(api.texts) == len(set(api.texts)) == 2


@pytest.fixture
def records_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The records cannot be written."""

    def away(*_given: Any) -> bool:
        raise OperationalError("insert", {}, Exception("away"))

    monkeypatch.setattr(Inbox, "take", away)


@pytest.mark.usefixtures("records_away")
@pytest.mark.parametrize("name", NAMES)
def test_warning_sign_is_answered_once_while_the_records_are_away(open_door: Open, api: Api, name: str) -> None:
    async def story() -> None:
        door = open_door()
        await write(door, "I faint", name=name)
        await write(door, "I faint", name=name)
        await door.stop()

    asyncio.run(story())
    assert api.texts == ["Call now."]


@pytest.mark.usefixtures("records_away")
def test_other_messages_are_sent_back_while_the_records_are_away(open_door: Open, api: Api) -> None:
    async def story() -> None:
        door = open_door()
        with pytest.raises(RecordsAway):
            await write(door, "kites?")
        await door.stop()

    asyncio.run(story())
    assert api.texts == []


@pytest.mark.usefixtures("records_away")
def test_warning_sign_that_does_not_get_through_is_sent_back(open_door: Open, api: Api) -> None:
    api.statuses.append(503)

    async def story() -> None:
        door = open_door()
        with pytest.raises(RecordsAway):
            await write(door, "I faint")
        await write(door, "I faint")
        await door.stop()

    asyncio.run(story())
    assert api.texts == ["Call now."]


OFFERED = ({"title": "Tell me more", "message": "MORE"}, {"title": "And lanterns?", "message": "LANTERNS"})
NUMBERED = tuple({**choice, "number": str(number)} for number, choice in enumerate(OFFERED, start=1))


@pytest.mark.parametrize(
    ("text", "choices", "asks"),
    [
        ("2", NUMBERED, "LANTERNS"),
        (" 2. ", NUMBERED, "LANTERNS"),
        ("(2)", NUMBERED, "LANTERNS"),
        ("\uff12", NUMBERED, "LANTERNS"),
        ("#2", OFFERED, "LANTERNS"),
        ("tell me more", OFFERED, "MORE"),
        ("And lanterns", NUMBERED, "LANTERNS"),
        ("2", OFFERED, "2"),
        ("3", NUMBERED, "3"),
        ("0", NUMBERED, "0"),
        ("two", NUMBERED, "two"),
        ("2 days", NUMBERED, "2 days"),
        ("12", NUMBERED, "12"),
        ("2", (), "2"),
        ("更多", ({"title": "更多", "message": "MORE"},), "MORE"),
        ("?", ({"title": "!", "message": "MORE"},), "?"),
    ],
)
def test_text_is_a_choice_where_it_is_its_number_or_its_title(
    text: str, choices: tuple[dict[str, str], ...], asks: str
) -> None:
    assert meant(text, choices) == asks
