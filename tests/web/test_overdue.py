"""Who waits too long: only opening hours count, one door alerts, she is told, the address of the settings is called."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import Engine

from bot.opening import opening_of
from bot.records.conversations import Conversations
from bot.records.hand_offs import HandOffs
from bot.records.tables import InboxRecord, open_records
from bot.records.transcripts import Transcripts
from bot.settings import Clinic
from bot.web import overdue
from bot.web.metrics import HAND_OFFS, OVERDUE
from bot.web.overdue import LONGEST, Overdue
from bot.wording import Wording

HERS, ANOTHERS = "p" * 22, "q" * 22
SECOND = timedelta(seconds=1)
Watch = Callable[..., Overdue]


def shanghai(written: str) -> datetime:
    """Return a moment of the clinic's clock as the records write it."""
    local = datetime.fromisoformat(written).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return local.astimezone(UTC).replace(tzinfo=None)


TUESDAY = shanghai("2026-03-03T10:00")  # the clinic is open from 8 to 17


@pytest.fixture
def records(tmp_path: Path) -> Engine:
    """Empty records."""
    return open_records(f"sqlite:///{tmp_path / 'records.db'}")


@pytest.fixture
def watch(records: Engine, clinic: Clinic, wording: Wording) -> Watch:
    """Return the watch of one more door."""

    def build(**settings: object) -> Overdue:
        wordings = {"en": wording, "zh": wording}
        found = HandOffs(records), Transcripts(records), opening_of(clinic), wordings
        return Overdue(*found, **settings)  # type: ignore[arg-type]

    return build


def begun(records: Engine, at: datetime, sender: str = HERS, channel: str = "door") -> HandOffs:
    hand_offs = HandOffs(records)
    hand_offs.begin(sender, channel, at, out_of_hours=False)
    return hand_offs


@pytest.mark.parametrize(
    ("opened", "late_from"),
    [
        pytest.param("2026-03-03T10:00", "2026-03-03T10:05", id="within opening hours"),
        pytest.param("2026-03-03T06:00", "2026-03-03T08:05", id="before the clinic opens"),
        pytest.param("2026-03-03T16:58", "2026-03-04T08:03", id="two minutes before it closes"),
        pytest.param("2026-03-03T20:00", "2026-03-04T08:05", id="in the evening"),
        pytest.param("2026-03-07T12:00", "2026-03-09T08:05", id="on a Saturday"),
        pytest.param("2026-09-30T18:00", "2026-10-08T08:05", id="before a public holiday"),
    ],
)
def test_five_minutes_of_opening_hours_are_too_long(watch: Watch, records: Engine, opened: str, late_from: str) -> None:
    begun(records, shanghai(opened))
    assert watch().look(shanghai(late_from) - SECOND) == []
    assert len(watch().look(shanghai(late_from))) == 1


def test_alert_is_given_once_and_she_is_told_the_phones(
    watch: Watch, records: Engine, caplog: pytest.LogCaptureFixture, clinic: Clinic
) -> None:
    hand_offs = begun(records, TUESDAY)
    doors = [watch(), watch()]
    late = TUESDAY + LONGEST
    assert [len(door.look(late)) for door in (*doors, *doors)] == [1, 0, 0, 0]
    assert "hand-off 1 has waited for a person for 5 minutes" in caplog.text
    (told,) = hand_offs.told(HERS, 0)
    assert told.by is None
    assert "nobody is free yet" in told.text
    assert clinic.phones[0].number in told.text


def test_figures_tell_who_waits_who_has_a_person_and_who_is_late(watch: Watch, records: Engine) -> None:
    hand_offs = begun(records, TUESDAY)
    begun(records, TUESDAY + LONGEST, ANOTHERS)
    hand_offs.begin("r" * 22, "door", TUESDAY, out_of_hours=False)
    hand_offs.take(3, "mei", TUESDAY, "taken", [])
    hand_offs.say(3, "mei", "Hello", [], TUESDAY)
    watch().look(TUESDAY + LONGEST)
    figures = [HAND_OFFS.labels(state)._value.get() for state in ("waiting", "taken")]
    assert [*figures, OVERDUE._value.get()] == [2, 1, 1]


def test_who_was_answered_or_closed_is_not_alerted_about(watch: Watch, records: Engine) -> None:
    hand_offs = begun(records, TUESDAY)
    hand_offs.take(1, "mei", TUESDAY, "taken", [])
    hand_offs.say(1, "mei", "Hello", [], TUESDAY + SECOND)
    begun(records, TUESDAY, ANOTHERS)
    hand_offs.close(2, "mei", "closed", [], TUESDAY)
    assert watch().look(TUESDAY + LONGEST) == []


def test_message_to_a_person_that_is_not_answered_is_alerted_about_and_she_is_left_alone(
    watch: Watch, records: Engine
) -> None:
    hand_offs = begun(records, TUESDAY)
    hand_offs.take(1, "mei", TUESDAY, "taken", [])
    hand_offs.say(1, "mei", "Hello", [], TUESDAY)
    wrote = TUESDAY + 60 * SECOND
    event = {"event": "user", "timestamp": wrote.replace(tzinfo=UTC).timestamp(), "message_id": "1", "text": "kites"}
    Conversations(records).add(HERS, [event], 0)
    assert watch().look(wrote + LONGEST - SECOND) == []
    assert len(watch().look(wrote + LONGEST)) == 1
    assert [told.text for told in hand_offs.told(HERS, 0)] == ["taken", "Hello"]


def test_messengers_patient_is_told_through_her_messenger(watch: Watch, records: Engine) -> None:
    hand_offs = begun(records, TUESDAY, channel="twilio")
    hand_offs.keep_address(HERS, "sealed")
    watch().look(TUESDAY + LONGEST)
    with records.connect() as connection:
        (row,) = connection.execute(InboxRecord.__table__.select()).mappings().all()  # type: ignore[attr-defined]
    assert (row["state"], row["address"]) == ("answered", "sealed")
    assert "nobody is free yet" in row["parts"][0]["text"]


@pytest.mark.parametrize("statuses", [[200], [503, 200], [503, 503, 503]])
def test_address_of_the_settings_is_called_without_a_word_of_hers(
    watch: Watch, records: Engine, monkeypatch: pytest.MonkeyPatch, statuses: list[int]
) -> None:
    called: list[httpx.Request] = []
    left = list(statuses)

    def answer(request: httpx.Request) -> httpx.Response:
        called.append(request)
        return httpx.Response(left.pop(0))

    async def none(_seconds: float) -> None:
        if not left and called:
            raise asyncio.CancelledError
        return

    monkeypatch.setattr(overdue, "now_utc", lambda: TUESDAY + LONGEST)
    monkeypatch.setattr(overdue.asyncio, "sleep", none)
    begun(records, TUESDAY)
    door = watch(alert_url="https://alerts.example/x", transport=httpx.MockTransport(answer))
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(door.run())
    assert len(called) == len(statuses)
    body = json.loads(called[0].content)
    assert body.keys() == {"text"}
    assert "waited 5 minutes" in body["text"]
    assert HERS not in body["text"]


def test_watch_outlives_records_that_are_away(watch: Watch, monkeypatch: pytest.MonkeyPatch, records: Engine) -> None:
    turns: list[float] = []

    async def count(seconds: float) -> None:
        turns.append(seconds)
        if len(turns) == 3:
            raise asyncio.CancelledError

    with records.begin() as connection:
        connection.exec_driver_sql("DROP TABLE clerk_message")
        connection.exec_driver_sql("DROP TABLE hand_off")
    monkeypatch.setattr(overdue.asyncio, "sleep", count)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(watch().run())
    assert len(turns) == 3
