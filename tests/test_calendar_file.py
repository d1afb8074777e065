"""Calendar files: what their addresses hold and refuse, and what a calendar reads in them."""

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from bot.calendar_file import (
    REMINDED,
    VALID_FOR_DAYS,
    BadToken,
    CalendarFiles,
    ExpiredToken,
    calendar,
    open_calendar_files,
)
from bot.dates.shapes import Event, EventName
from bot.knowledge.row_texts import RowText
from bot.question import Procedure
from bot.wording import Wording

HSG, HYSTEROSCOPY = Procedure.HSG, Procedure.HYSTEROSCOPY
NOW = 1_800_000_000
MADE_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 7)
WINDOW = Event("window", FIRST, LAST, ("hsg-kites-clinic",))
PREPARE = Event("prepare", date(2026, 3, 2), date(2026, 3, 2), ("hsg-lanterns-clinic", "hsg-kites-clinic"))
ROWS = {
    "hsg-kites-clinic": RowText("Kites fly; on windy, clear days\\only.", (("Book of kites", "Page 1"),)),
    "hsg-lanterns-clinic": RowText("Lanterns burn at night.", (("Book of lanterns", "Page 2"),)),
}
EVENTS = st.builds(
    Event,
    name=st.sampled_from(get_args(EventName)),
    first=st.dates(),
    last=st.dates(),
    rows=st.lists(st.sampled_from(sorted(ROWS)), max_size=3).map(tuple),
)
Read = Callable[..., icalendar.Calendar]


@pytest.fixture
def files(tmp_path: Path) -> CalendarFiles:
    return open_calendar_files(tmp_path / "secret", "")


@pytest.fixture
def read(wording: Wording) -> Read:
    """Make a calendar file of events, and read it as a calendar does; the arguments change the clinic."""

    def read(*events: Event, procedure: Procedure = HSG, **changes: Any) -> icalendar.Calendar:
        words = replace(wording, clinic=wording.clinic.model_copy(update=changes))
        parsed = icalendar.Calendar.from_ical(calendar(events, procedure, ROWS, words, MADE_AT))
        assert isinstance(parsed, icalendar.Calendar)
        return parsed

    return read


def only(file: icalendar.Calendar) -> icalendar.Event:
    (event,) = file.events
    return event


def token_of(files: CalendarFiles, wording: Wording, *events: Event) -> str:
    return files.file(events, HSG, wording).url.removeprefix("/calendar/").removesuffix(".ics")


# Addresses


@pytest.mark.parametrize("procedure", [HSG, HYSTEROSCOPY])
def test_file_is_a_calendar_named_after_the_procedure(
    files: CalendarFiles, wording: Wording, procedure: Procedure
) -> None:
    file = files.file([WINDOW], procedure, wording)
    assert (file.title, file.type) == (
        f"My dates for the {wording.procedure_name(procedure)} (calendar)",
        "text/calendar",
    )


@pytest.mark.parametrize(
    ("base_url", "start"),
    [("", "/calendar/"), ("https://chat.clinic.example", "https://chat.clinic.example/calendar/")],
)
def test_address_begins_with_the_public_one_or_is_relative(
    tmp_path: Path, wording: Wording, base_url: str, start: str
) -> None:
    url = open_calendar_files(tmp_path / "secret", base_url).file([WINDOW], HSG, wording).url
    assert re.fullmatch(rf"{re.escape(start)}[\w.-]+\.ics", url)


def test_open_returns_what_the_token_was_made_of(files: CalendarFiles, wording: Wording) -> None:
    assert files.open(token_of(files, wording, WINDOW, PREPARE)) == ((WINDOW, PREPARE), HSG)


def test_any_events_come_out_as_they_went_in(tmp_path_factory: pytest.TempPathFactory, wording: Wording) -> None:
    files = open_calendar_files(tmp_path_factory.mktemp("any") / "secret", "")

    @given(events=st.lists(EVENTS, max_size=8))
    def comes_out(events: list[Event]) -> None:
        assert files.open(token_of(files, wording, *events)) == (tuple(events), HSG)

    comes_out()


def test_token_holds_nothing_but_procedure_and_events(files: CalendarFiles, wording: Wording) -> None:
    held = files.serializer.loads(token_of(files, wording, WINDOW))
    assert held == {
        "procedure": "hsg",
        "events": [{"name": "window", "first": "2026-03-03", "last": "2026-03-07", "rows": ["hsg-kites-clinic"]}],
    }


def test_address_of_every_event_is_short_enough_for_a_messenger(files: CalendarFiles, wording: Wording) -> None:
    every = [
        Event(name, FIRST, LAST + timedelta(days=at), (f"hsg-{name.replace('_', '-')}-clinic",))
        for at, name in enumerate(get_args(EventName))
    ]
    assert len(files.file(every, HSG, wording).url) < 800


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "\u00e9.\u00e9.\u00e9"])
def test_open_refuses_what_is_no_token(files: CalendarFiles, token: str) -> None:
    with pytest.raises(BadToken, match="not valid"):
        files.open(token)


@pytest.mark.parametrize("part", [-3, -2, -1], ids=["events", "time", "signature"])
def test_open_refuses_a_changed_token(files: CalendarFiles, wording: Wording, part: int) -> None:
    parts = token_of(files, wording, WINDOW).split(".")
    parts[part] = ("B" if parts[part][0] != "B" else "C") + parts[part][1:]
    with pytest.raises(BadToken, match="not valid"):
        files.open(".".join(parts))


@pytest.mark.parametrize(
    "content",
    [
        None,
        7,
        "A" * 22,
        [],
        {},
        {"procedure": "hsg"},
        {"procedure": "kite", "events": []},
        {"procedure": "hsg", "events": [], "name": "Ann"},
        {"procedure": "hsg", "events": [{"name": "window"}]},
        {
            "procedure": "hsg",
            "events": [asdict(WINDOW) | {"name": "kite", "first": "2026-03-03", "last": "2026-03-07"}],
        },
        {"procedure": "hsg", "events": [asdict(WINDOW) | {"first": "2026-02-30", "last": "2026-03-07"}]},
    ],
    ids=str,
)
def test_open_refuses_a_signed_token_of_an_unknown_shape(files: CalendarFiles, content: object) -> None:
    with pytest.raises(BadToken, match="not valid"):
        files.open(str(files.serializer.dumps(content)))


def test_open_refuses_the_token_of_another_secret(files: CalendarFiles, wording: Wording, tmp_path: Path) -> None:
    others = open_calendar_files(tmp_path / "another", "")
    with pytest.raises(BadToken, match="not valid"):
        files.open(token_of(others, wording, WINDOW))


@pytest.mark.parametrize(
    ("seconds", "valid"), [(0, True), (VALID_FOR_DAYS * 86400, True), (VALID_FOR_DAYS * 86400 + 1, False)]
)
def test_token_is_valid_for_its_days(
    files: CalendarFiles, wording: Wording, monkeypatch: pytest.MonkeyPatch, seconds: int, valid: bool
) -> None:
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: NOW)
    token = token_of(files, wording, WINDOW)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: NOW + seconds)
    if valid:
        assert files.open(token) == ((WINDOW,), HSG)
    else:
        with pytest.raises(ExpiredToken):
            files.open(token)


# The file


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("PRODID", "-//fertility-workup-assistant//calendar//EN"),
        ("VERSION", "2.0"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", "My dates for the HSG"),
    ],
)
def test_calendar_says_what_it_is(read: Read, key: str, expected: str) -> None:
    assert read(WINDOW)[key] == expected


def test_calendar_holds_every_event_in_the_order_given(read: Read) -> None:
    assert [str(event["SUMMARY"]) for event in read(PREPARE, WINDOW).events] == [
        "Prepare for your HSG",
        "Days for your HSG",
    ]


@pytest.mark.parametrize(
    ("event", "first", "after"),
    [(WINDOW, "20260303", "20260308"), (PREPARE, "20260302", "20260303")],
    ids=["five days", "one day"],
)
def test_event_is_whole_days_and_ends_before_the_next_one(
    wording: Wording, event: Event, first: str, after: str
) -> None:
    lines = calendar([event], HSG, ROWS, wording, MADE_AT).decode().splitlines()
    assert {f"DTSTART;VALUE=DATE:{first}", f"DTEND;VALUE=DATE:{after}"} <= {*lines}


@pytest.mark.parametrize(
    ("key", "expected"), [("TRANSP", "TRANSPARENT"), ("CLASS", "PRIVATE"), ("SUMMARY", "Days for your HSG")]
)
def test_event_takes_up_no_time_and_is_hers_alone(read: Read, key: str, expected: str) -> None:
    assert only(read(WINDOW))[key] == expected


def test_event_stands_under_its_procedure(read: Read) -> None:
    assert only(read(WINDOW)).categories == ["HSG"]


@pytest.mark.parametrize("made_at", [MADE_AT, MADE_AT.astimezone(timezone(timedelta(hours=8)))], ids=["UTC", "local"])
def test_stamp_is_the_moment_of_making_in_universal_time(wording: Wording, made_at: datetime) -> None:
    assert b"DTSTAMP:20260301T093000Z" in calendar([WINDOW], HSG, ROWS, wording, made_at)


def test_description_gives_texts_sources_sign_off_and_phones(read: Read, wording: Wording) -> None:
    *told, contact = str(only(read(PREPARE)).get("DESCRIPTION")).split("\n\n")
    assert told == [
        "Lanterns burn at night.",
        "Kites fly; on windy, clear days\\only.",
        "Source: Book of lanterns, Page 2",
        "Source: Book of kites, Page 1",
        wording.say("utter_unsigned"),
    ]
    assert wording.clinic.phone_line in contact


def test_clinic_that_tells_signed_rows_alone_does_not_say_unsigned(read: Read, wording: Wording) -> None:
    assert wording.say("utter_unsigned") not in only(read(WINDOW, require_sign_off=True))["DESCRIPTION"]


@pytest.mark.parametrize("name", get_args(EventName))
def test_reminder_comes_on_the_evening_before_what_must_not_be_forgotten(read: Read, name: EventName) -> None:
    event = only(read(replace(WINDOW, name=name)))
    reminders = [(alarm["ACTION"], alarm["TRIGGER"].dt, alarm["DESCRIPTION"]) for alarm in event.walk("VALARM")]
    expected = [("DISPLAY", timedelta(hours=-6), event["SUMMARY"])]
    assert reminders == (expected if name in REMINDED else [])


def test_reminded_events_are_those_on_which_she_does_something() -> None:
    assert {"prepare", "window", "report_ready", "second_film"} == REMINDED


def test_same_event_has_the_same_id_whenever_it_is_made(wording: Wording) -> None:
    texts = {name: replace(row, text="Another text.") for name, row in ROWS.items()}
    later = calendar([replace(WINDOW, rows=("hsg-lanterns-clinic",))], HSG, texts, wording, datetime.now(UTC))
    ids = re.compile(rb"UID:(.+)\r\n")
    assert ids.findall(later) == ids.findall(calendar([WINDOW], HSG, ROWS, wording, MADE_AT)) != []


@pytest.mark.parametrize(
    ("event", "procedure"),
    [
        (replace(WINDOW, name="prepare"), HSG),
        (replace(WINDOW, first=date(2026, 3, 4)), HSG),
        (replace(WINDOW, last=date(2026, 3, 8)), HSG),
        (WINDOW, HYSTEROSCOPY),
    ],
    ids=["name", "first day", "last day", "procedure"],
)
def test_another_event_has_another_id(read: Read, event: Event, procedure: Procedure) -> None:
    assert only(read(event, procedure=procedure))["UID"] != only(read(WINDOW))["UID"]


@pytest.mark.parametrize("name", ["上海生殖医学诊所", "Clínica São José", "Kite, Lantern; & \\ Co"])
def test_name_of_the_clinic_is_read_as_written(read: Read, name: str) -> None:
    assert name in only(read(WINDOW, name=name))["DESCRIPTION"]


def test_lines_are_folded_and_end_as_the_format_wants(wording: Wording) -> None:
    words = replace(wording, clinic=wording.clinic.model_copy(update={"name": "诊所" * 60}))
    lines = calendar([WINDOW, PREPARE], HSG, ROWS, words, MADE_AT).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not [line for line in lines if b"\n" in line]
