"""Settings: what each key sets, and that a value that cannot be used is refused by its name."""

import ipaddress
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import write_yaml
from pydantic import ValidationError

from bot.deadlines import deadlines_within
from bot.files import ROOT, UnreadableFile
from bot.messengers.credentials import Credentials
from bot.settings import BadSetting, Clinic, Settings, is_loopback, read_clinic, read_settings

CLINIC: dict[str, Any] = {
    "name": "Kite Clinic",
    "address": "1 Kite Road",
    "time_zone": "Europe/London",
    "locale": "en-GB",
    "phones": [
        {"label": "Desk", "number": "+44 1632 960001", "hours": "clinic"},
        {"label": "Nurse", "number": "+44 1632 960002", "hours": "out_of_hours"},
    ],
    "emergency_number": "999",
    "opening_hours": {"monday": ["08:00", "17:00"]},
    "holidays": "GB",
    "day_counting": "period_start",
    "contrast": "oil",
    "require_sign_off": True,
    "embed_origins": ["https://kites.example"],
}
WriteClinic = Callable[..., Path]


@pytest.fixture
def write_clinic(tmp_path: Path) -> WriteClinic:
    def write(**changes: Any) -> Path:
        path = tmp_path / "kite_clinic.yml"
        write_yaml(path, {"clinic": CLINIC | changes})
        return path

    return write


def clinic_with(**changes: Any) -> Clinic:
    return Clinic.model_validate(CLINIC | changes)


def test_settings_without_an_environment_are_those_of_one_machine() -> None:
    settings = read_settings({})
    assert settings == Settings(
        clinic=read_clinic(),
        host="127.0.0.1",
        port=8080,
        public_url="",
        rasa_url="http://127.0.0.1:5005",
        rasa_host="127.0.0.1",
        rasa_port=5005,
        model=None,
        database_url=f"sqlite:///{ROOT}/var/knowledge.db",
        secret_file=ROOT / "var" / "secret",
        encoder_folder=None,
        read_cache=2048,
        test_clock=False,
        rate_limit="40/minute",
        deadlines=deadlines_within(4.5),
        session_hours=12,
        actions_url="http://127.0.0.1:5055",
        actions_host="127.0.0.1",
        records_url=f"sqlite:///{ROOT}/var/conversations.db",
        redis_url="",
        broker_url="",
        trusted_proxies="",
        retention_days=30,
        messengers=Credentials(),
    )


SETTABLE = [
    ("BOT_HOST", "0.0.0.0", "host", "0.0.0.0"),
    ("PORT", "8081", "port", 8081),
    ("BOT_PUBLIC_URL", "https://chat.clinic.example", "public_url", "https://chat.clinic.example"),
    ("BOT_PUBLIC_URL", "http://10.0.0.5:8080/assistant", "public_url", "http://10.0.0.5:8080/assistant"),
    ("BOT_PUBLIC_URL", "", "public_url", ""),
    ("BOT_RASA_URL", "http://rasa:5005", "rasa_url", "http://rasa:5005"),
    ("BOT_DATABASE_URL", "postgresql+psycopg2://db/bot", "database_url", "postgresql+psycopg2://db/bot"),
    ("BOT_SECRET_FILE", "/run/secret", "secret_file", Path("/run/secret")),
    ("BOT_ENCODER_FOLDER", "/encoder", "encoder_folder", Path("/encoder")),
    ("BOT_ENCODER_FOLDER", "", "encoder_folder", None),
    ("BOT_READ_CACHE", "10", "read_cache", 10),
    ("BOT_READ_CACHE", "0", "read_cache", 0),
    ("BOT_TEST_CLOCK", "1", "test_clock", True),
    ("BOT_TEST_CLOCK", "0", "test_clock", False),
    ("BOT_RATE_LIMIT", "5/second", "rate_limit", "5/second"),
    ("BOT_RATE_LIMIT", "off", "rate_limit", None),
    ("BOT_REPLY_TIMEOUT_SECONDS", "3", "deadlines", deadlines_within(3.0)),
    ("BOT_REPLY_TIMEOUT_SECONDS", "2.5", "deadlines", deadlines_within(2.5)),
    ("BOT_SESSION_HOURS", "1", "session_hours", 1),
    ("BOT_RASA_HOST", "0.0.0.0", "rasa_host", "0.0.0.0"),
    ("BOT_RASA_PORT", "5006", "rasa_port", 5006),
    ("BOT_MODEL", "/models/m.tar.gz", "model", Path("/models/m.tar.gz")),
    ("BOT_ACTIONS_URL", "http://actions:5055", "actions_url", "http://actions:5055"),
    ("BOT_ACTIONS_HOST", "0.0.0.0", "actions_host", "0.0.0.0"),
    ("BOT_RECORDS_URL", "sqlite:////data/records.db", "records_url", "sqlite:////data/records.db"),
    ("BOT_DATABASE_URL", "sqlite:////data/table.db", "records_url", "sqlite:////data/conversations.db"),
    ("BOT_DATABASE_URL", "postgresql+psycopg2://db/bot", "records_url", "postgresql+psycopg2://db/bot"),
    ("BOT_REDIS_URL", "redis://redis:6379/0", "redis_url", "redis://redis:6379/0"),
    ("BOT_BROKER_URL", "amqp://broker", "broker_url", "amqp://broker"),
    (
        "BOT_ALERT_URL",
        "https://hooks.example/services/T0/x?y=1",
        "alert_url",
        "https://hooks.example/services/T0/x?y=1",
    ),
    ("BOT_ALERT_URL", "http://127.0.0.1:9000/alert", "alert_url", "http://127.0.0.1:9000/alert"),
    ("BOT_TRUSTED_PROXIES", "10.0.0.1", "trusted_proxies", "10.0.0.1"),
    ("BOT_RETENTION_DAYS", "7", "retention_days", 7),
]


@pytest.mark.parametrize(("key", "value", "field", "expected"), SETTABLE)
def test_setting_is_read_from_its_key(key: str, value: str, field: str, expected: object) -> None:
    assert getattr(read_settings({key: value}), field) == expected


def test_clinic_file_is_read_from_its_key(write_clinic: WriteClinic) -> None:
    settings = read_settings({"BOT_CLINIC_FILE": str(write_clinic())})
    assert settings.clinic.name == "Kite Clinic"


def test_every_setting_has_a_test() -> None:
    assert {field.name for field in fields(Settings)} == {field for _, _, field, _ in SETTABLE} | {
        "clinic",
        "messengers",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "-1"),
        ("PORT", "0"),
        ("PORT", "80.5"),
        ("PORT", ""),
        ("PORT", "65536"),
        ("BOT_PUBLIC_URL", "chat.clinic.example"),
        ("BOT_PUBLIC_URL", "ftp://chat.clinic.example"),
        ("BOT_PUBLIC_URL", "https://"),
        ("BOT_PUBLIC_URL", "https://chat.clinic.example/"),
        ("BOT_PUBLIC_URL", "https://chat.clinic.example?a=b"),
        ("BOT_PUBLIC_URL", "https://nurse@chat.clinic.example"),
        ("BOT_PUBLIC_URL", "https://chat.clinic.example\n"),
        ("BOT_TEST_CLOCK", "yes"),
        ("BOT_TEST_CLOCK", ""),
        ("BOT_RATE_LIMIT", "often"),
        ("BOT_RATE_LIMIT", ""),
        ("BOT_REPLY_TIMEOUT_SECONDS", "soon"),
        ("BOT_REPLY_TIMEOUT_SECONDS", "0"),
        ("BOT_REPLY_TIMEOUT_SECONDS", "nan"),
        ("BOT_REPLY_TIMEOUT_SECONDS", "301"),
        ("BOT_RETENTION_DAYS", "0"),
        ("BOT_READ_CACHE", "-1"),
        ("BOT_RASA_PORT", "65536"),
        ("BOT_SESSION_HOURS", "-2"),
    ],
)
def test_unusable_value_is_refused_with_key_and_value(key: str, value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read_settings({key: value})
    assert str(caught.value).startswith(f"{key}={value}: expected ")


@pytest.mark.parametrize(
    "value",
    [
        "broker",
        "amqps://user:kites@broker",
        "amqp://user:kites@broker/clinic",
        "amqp://user:kites@broker?heartbeat=5",
        "amqp://user:ki/tes@broker",
        "amqp://user:ki@tes@broker",
        "amqp://user:kites@",
        "amqp://user@broker",
    ],
)
def test_unusable_address_of_a_broker_is_refused_and_not_told(value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read_settings({"BOT_BROKER_URL": value})
    assert str(caught.value).startswith("BOT_BROKER_URL: expected ")
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    ["hooks.example", "http://hooks.example/kites", "ftp://kites", "https://", "https://a b/kites", "https://[kites"],
)
def test_unusable_address_of_alerts_is_refused_and_not_told(value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read_settings({"BOT_ALERT_URL": value})
    assert str(caught.value).startswith("BOT_ALERT_URL: expected ")
    assert "kites" not in str(caught.value)


@given(value=st.text().filter(lambda text: not text.isdecimal()))
def test_port_that_is_no_whole_number_is_refused(value: str) -> None:
    with pytest.raises(BadSetting):
        read_settings({"PORT": value})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "clinic.example", ""])
def test_test_clock_on_a_public_address_is_refused(host: str) -> None:
    with pytest.raises(BadSetting, match=f"BOT_TEST_CLOCK=1 .* bound to {host}"):
        read_settings({"BOT_TEST_CLOCK": "1", "BOT_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_test_clock_on_the_loopback_is_allowed(host: str) -> None:
    assert read_settings({"BOT_TEST_CLOCK": "1", "BOT_HOST": host}).test_clock


def test_settings_cannot_be_changed() -> None:
    settings = read_settings({})
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.1", False),
        ("clinic.example", False),
        ("localhost.clinic.example", False),
        ("", False),
    ],
)
def test_loopback_is_told_from_other_hosts(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@given(address=st.ip_addresses(v=4))
def test_only_addresses_of_net_127_are_the_loopback(address: ipaddress.IPv4Address) -> None:
    assert is_loopback(str(address)) is str(address).startswith("127.")


def test_clinic_is_read_from_its_file(write_clinic: WriteClinic) -> None:
    assert read_clinic(write_clinic()) == clinic_with()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        pytest.param({"colour": "red"}, "colour", id="unknown key"),
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"address": ""}, "address", id="no address"),
        pytest.param({"time_zone": "Mars/Base"}, "time_zone", id="unknown time zone"),
        pytest.param({"time_zone": "../clinic"}, "time_zone", id="time zone out of its folder"),
        pytest.param({"time_zone": "Asia"}, "time_zone", id="a continent for a time zone"),
        pytest.param({"phones": []}, "phones", id="no phone"),
        pytest.param(
            {"phones": [{"label": "Desk", "number": "call us", "hours": "always"}]},
            "phones.0.number",
            id="a phone number in words",
        ),
        pytest.param(
            {"phones": [{"label": "Desk", "number": "+44 1", "hours": "sometimes"}]},
            "phones.0.hours",
            id="unknown phone hours",
        ),
        pytest.param({"emergency_number": "police"}, "emergency_number", id="emergency number in words"),
        pytest.param({"emergency_number": 999}, "emergency_number", id="emergency number without quotes"),
        pytest.param({"opening_hours": {"mon": ["08:00", "17:00"]}}, "opening_hours.mon.[key]", id="unknown day"),
        pytest.param({"opening_hours": {"monday": ["08:00"]}}, "opening_hours.monday.1", id="no closing time"),
        pytest.param({"opening_hours": {"monday": ["17:00", "08:00"]}}, "opening_hours", id="closes before it opens"),
        pytest.param({"opening_hours": {"monday": ["08:00", "25:00"]}}, "opening_hours", id="closes at no time of day"),
        pytest.param({"holidays": "china"}, "holidays", id="holidays of no country code"),
        pytest.param({"holidays": "XX"}, "holidays", id="holidays of a country that is not known"),
        pytest.param({"locale": "kite-KT"}, "locale", id="unknown locale"),
        pytest.param({"locale": "k"}, "locale", id="locale of one letter"),
        pytest.param({"opening_hours": {}}, "opening_hours", id="never open"),
        pytest.param({"closed_days": ["31 February"]}, "closed_days.0", id="closed on no day of the calendar"),
        pytest.param({"closed_days": "2026-12-24"}, "closed_days", id="one closed day for a list"),
        pytest.param({"numeric_dates": "year_first"}, "numeric_dates", id="unknown way to read numeric dates"),
        pytest.param({"day_counting": "ovulation"}, "day_counting", id="unknown way to count days"),
        pytest.param({"contrast": "air"}, "contrast", id="unknown contrast"),
        pytest.param({"require_sign_off": "sometimes"}, "require_sign_off", id="sign-off neither true nor false"),
        pytest.param({"embed_origins": "https://kites.example"}, "embed_origins", id="one origin for a list"),
    ],
)
def test_unusable_clinic_is_refused_with_file_and_key(
    write_clinic: WriteClinic, changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(BadSetting) as caught:
        read_clinic(write_clinic(**changes))
    assert str(caught.value).startswith(f"kite_clinic.yml: {where}")


@pytest.mark.parametrize("key", CLINIC)
def test_clinic_without_one_of_its_keys_is_refused(tmp_path: Path, key: str) -> None:
    write_yaml(tmp_path / "kite_clinic.yml", {"clinic": {name: CLINIC[name] for name in CLINIC if name != key}})
    with pytest.raises(BadSetting, match=rf"^kite_clinic\.yml: {key}: Field required$"):
        read_clinic(tmp_path / "kite_clinic.yml")


@pytest.mark.parametrize(
    ("changes", "key", "expected"),
    [
        pytest.param({}, "closed_days", (), id="no closed days of its own"),
        pytest.param({"closed_days": ["2026-12-24"]}, "closed_days", (date(2026, 12, 24),), id="a closed day"),
        pytest.param({}, "numeric_dates", "ask", id="numeric dates are asked about"),
        pytest.param({"numeric_dates": "day_first"}, "numeric_dates", "day_first", id="day first"),
        pytest.param({"numeric_dates": "month_first"}, "numeric_dates", "month_first", id="month first"),
    ],
)
def test_key_that_may_be_left_out_is_read(
    write_clinic: WriteClinic, changes: dict[str, Any], key: str, expected: object
) -> None:
    assert getattr(read_clinic(write_clinic(**changes)), key) == expected


def test_every_problem_of_the_clinic_is_told_at_once(write_clinic: WriteClinic) -> None:
    with pytest.raises(BadSetting, match=r"name: .*; contrast: "):
        read_clinic(write_clinic(name="", contrast="air"))


def test_file_without_a_clinic_is_refused(tmp_path: Path) -> None:
    write_yaml(tmp_path / "kite_clinic.yml", {"klinic": CLINIC})
    with pytest.raises(BadSetting, match=r"^kite_clinic\.yml: clinic: "):
        read_clinic(tmp_path / "kite_clinic.yml")


def test_missing_clinic_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nowhere\.yml"):
        read_settings({"BOT_CLINIC_FILE": str(tmp_path / "nowhere.yml")})


def test_clinic_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        clinic_with().name = "Lantern Clinic"  # type: ignore[misc]


def test_phone_line_names_every_phone() -> None:
    assert clinic_with().phone_line == "Desk +44 1632 960001, Nurse +44 1632 960002"


LONG, SHORT = ["08:00", "17:00"], ["09:00", "12:00"]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param({"monday": LONG}, "Monday 08:00-17:00", id="one day"),
        pytest.param(
            {"monday": LONG, "tuesday": LONG, "wednesday": LONG},
            "Monday to Wednesday 08:00-17:00",
            id="days with the same hours",
        ),
        pytest.param(
            {"monday": LONG, "tuesday": LONG, "wednesday": SHORT, "thursday": LONG},
            "Monday to Tuesday 08:00-17:00, Wednesday 09:00-12:00, Thursday 08:00-17:00",
            id="one day with other hours",
        ),
        pytest.param(
            {"monday": LONG, "wednesday": LONG, "thursday": LONG},
            "Monday 08:00-17:00, Wednesday to Thursday 08:00-17:00",
            id="a closed day between",
        ),
        pytest.param(
            {"tuesday": LONG, "monday": LONG},
            "Monday to Tuesday 08:00-17:00",
            id="written in another order",
        ),
    ],
)
def test_hours_line_tells_the_open_days(hours: dict[str, list[str]], expected: str) -> None:
    assert clinic_with(opening_hours=hours).hours_line == expected
