"""The clinic as the desk last wrote it: what was made of it follows, and stays while the database is away."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, text

from bot.clinic_now import LiveClinic, live_clinic, read_clinic_now, watch_clinic
from bot.clock import moment_at
from bot.database import open_engine
from bot.knowledge.clinic_versions import ClinicVersions, StaleClinic
from bot.knowledge.load import migrate
from bot.knowledge.shapes import Knowledge
from bot.opening import opening_of
from bot.privacy.mask import build_masker
from bot.safety.lone_watch import build_lone_watch
from bot.settings import Clinic, Phone
from bot.wording import read_wording

NOW = datetime(2026, 3, 1, 9)
SATURDAY = datetime.fromisoformat("2026-03-07T10:00:00+08:00")


@pytest.fixture
def database(empty_database: str) -> Iterator[Engine]:
    """A database, on either server, with the present schema."""
    engine = open_engine(empty_database)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def changed(clinic: Clinic) -> Clinic:
    """The clinic with other phones and hours."""
    phones = (Phone(label="New desk", number="+86 21 7777 0000", hours="always"), clinic.phones[1])
    hours = {**clinic.opening_hours, "saturday": ("09:00", "12:00")}
    return clinic.model_copy(update={"phones": phones, "opening_hours": hours})


def test_first_version_is_the_clinic_file(database: Engine, clinic: Clinic) -> None:
    assert [(one.number, one.clinic) for one in ClinicVersions(database, clinic).history(9)] == [(0, clinic)]


def test_versions_are_kept_the_latest_first(database: Engine, clinic: Clinic, changed: Clinic) -> None:
    versions = ClinicVersions(database, clinic)
    versions.write(changed, 0, "max", NOW)
    versions.write(clinic, 1, "anna", NOW)
    history = [(one.number, one.author, one.clinic) for one in versions.history(9)]
    assert history == [(2, "anna", clinic), (1, "max", changed), (0, "", clinic)]
    assert versions.latest().clinic == clinic


def test_who_saw_an_older_version_is_told_of_the_newer_one(database: Engine, clinic: Clinic, changed: Clinic) -> None:
    versions = ClinicVersions(database, clinic)
    versions.write(changed, 0, "max", NOW)
    with pytest.raises(StaleClinic) as caught:
        versions.write(clinic, 0, "anna", NOW)
    assert (caught.value.newest.author, caught.value.newest.number) == ("max", 1)


def test_of_two_who_save_at_once_one_is_told(database: Engine, clinic: Clinic, changed: Clinic) -> None:
    barrier = Barrier(2)

    def save(author: str) -> str:
        barrier.wait()
        try:
            ClinicVersions(database, clinic).write(changed, 0, author, NOW)
        except StaleClinic as error:
            return f"stale: {error.newest.author}"
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(save, ("anna", "max")))
    assert outcomes == ["saved", f"stale: {ClinicVersions(database, clinic).latest().author}"]


def test_what_is_the_machines_stays_that_of_the_file(database: Engine, clinic: Clinic, changed: Clinic) -> None:
    ClinicVersions(database, clinic).write(changed, 0, "max", NOW)
    moved = clinic.model_copy(update={"embed_origins": ("https://new.example",), "time_zone": "Asia/Hong_Kong"})
    latest = ClinicVersions(database, moved).latest().clinic
    assert (latest.embed_origins, latest.time_zone) == (moved.embed_origins, "Asia/Hong_Kong")
    assert latest.phones == changed.phones


def test_version_that_cannot_be_read_is_passed_over(database: Engine, clinic: Clinic, changed: Clinic) -> None:
    versions = ClinicVersions(database, clinic)
    versions.write(changed, 0, "max", NOW)
    versions.write(clinic, 1, "max", NOW)
    with database.begin() as connection:
        connection.execute(text('UPDATE clinic_version SET body = \'{"name": ""}\' WHERE number = 2'))
    assert versions.latest().clinic == changed
    versions.write(clinic, 2, "anna", NOW)
    assert versions.number() == 3


def test_everything_made_of_the_clinic_follows_it(
    database: Engine, clinic: Clinic, changed: Clinic, knowledge: Knowledge
) -> None:
    live = live_clinic(clinic)
    wording, opening = read_wording(knowledge, live), opening_of(live)
    watch, mask = build_lone_watch(knowledge, wording), build_masker(live)
    new = "Please ring +86 21 7777 0000."
    before = watch.urgent("I have a fever of 39", moment_at(live))
    assert before is not None
    assert "7777" not in before.text
    assert opening.is_open_at(SATURDAY) is False
    assert "7777" not in mask.mask(new)
    ClinicVersions(database, clinic).write(changed, 0, "max", NOW)
    read_clinic_now(live, database)
    assert wording.clinic.hours_line == changed.hours_line
    assert "+86 21 7777 0000" in wording.say("utter_request_human")
    assert opening.is_open_at(SATURDAY) is True
    assert opening.phones_at(SATURDAY)[0].label == "New desk"
    after = watch.urgent("I have a fever of 39", moment_at(live))
    assert after is not None
    assert "+86 21 7777 0000" in after.text
    chinese = watch.tellers["zh"].wording
    assert (chinese.clinic.name, "7777" in chinese.clinic.phone_line) == (clinic.told_in("zh").name, True)
    assert mask.mask(new) == new


def test_change_holds_in_another_process_within_seconds(
    database: Engine, empty_database: str, clinic: Clinic, changed: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clinic_now.READ_EVERY_SECONDS", 0.05)
    other = open_engine(empty_database)
    live = live_clinic(clinic)
    watch_clinic(live, other)
    ClinicVersions(database, clinic).write(changed, 0, "max", NOW)
    until = time.monotonic() + 5
    while live.phone_line != changed.phone_line and time.monotonic() < until:
        time.sleep(0.02)
    assert live.phone_line == changed.phone_line
    assert isinstance(live, LiveClinic)
    live.stop()
    other.dispose()


def test_last_clinic_holds_while_the_database_is_away(
    database: Engine, clinic: Clinic, changed: Clinic, tmp_path: Path
) -> None:
    live = live_clinic(clinic)
    away = open_engine(f"sqlite:///{tmp_path / 'no' / 'such.db'}")
    read_clinic_now(live, away)
    assert live.phone_line == clinic.phone_line
    ClinicVersions(database, clinic).write(changed, 0, "max", NOW)
    read_clinic_now(live, database)
    read_clinic_now(live, away)
    assert live.phone_line == changed.phone_line
    away.dispose()


def test_clinic_that_is_not_live_stays_as_it_is(database: Engine, clinic: Clinic) -> None:
    watch_clinic(clinic, database)
    read_clinic_now(clinic, database)
    assert opening_of(clinic) == opening_of(clinic)
