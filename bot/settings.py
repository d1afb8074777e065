"""The only reader of the environment and of the clinic file. Read once, frozen, passed in.

No other module looks at either.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names
from holidays.registry import EntityLoader
from limits import parse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from sqlalchemy.engine import make_url

from bot.deadlines import Deadlines, deadlines_within
from bot.files import DATA, ROOT, read_yaml
from bot.messengers.credentials import BadCredentials, Credentials, read_credentials
from bot.question import Language

CLINIC_FILE = DATA / "clinic.yml"
MOST_SECONDS = 300
TO = {"zh": "至"}  # between the first and the last of several days; " to " elsewhere
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*")
BROKER = re.compile(r"amqp://([^:/@\s]+:[^:/@\s]+@)?[A-Za-z0-9.-]+(:[0-9]{1,5})?")


class BadSetting(Exception):
    """A setting that cannot be used; the message names the key, what was found and what was expected."""


class Phone(BaseModel):
    """A number to ring, and whether it answers in clinic hours, out of hours or always."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    label: str = Field(min_length=1)
    number: str = Field(pattern=r"^[+0-9][0-9 ()-]{2,}$")
    hours: Literal["clinic", "out_of_hours", "always"]


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class ClinicWords(BaseModel):
    """What the clinic calls itself and its phones (in their order) in another language, and how it writes days."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1)
    address: str = Field(min_length=1)
    locale: str
    phones: tuple[str, ...]


class Clinic(BaseModel):
    """What `data/clinic.yml` says of the clinic."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1)
    address: str = Field(min_length=1)
    time_zone: str
    locale: str
    phones: tuple[Phone, ...] = Field(min_length=1)
    emergency_number: str = Field(pattern=r"^[0-9 ]{2,}$")
    opening_hours: dict[Weekday, tuple[TimeOfDay, TimeOfDay]] = Field(min_length=1)
    holidays: str = Field(pattern=r"^[A-Z]{2}$")
    closed_days: tuple[date, ...] = ()
    numeric_dates: Literal["ask", "day_first", "month_first"] = "ask"
    day_counting: Literal["first_clean_day", "period_start"]
    contrast: Literal["water", "oil"]
    require_sign_off: bool
    embed_origins: tuple[str, ...]
    other_languages: dict[Language, ClinicWords] = {}

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no such time zone: {name}") from error
        return name

    @field_validator("locale")
    @classmethod
    def _locale_exists(cls, name: str) -> str:
        try:
            Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError) as error:
            raise ValueError(f"no such locale: {name}") from error
        return name

    @field_validator("holidays")
    @classmethod
    def _holidays_are_known(cls, country: str) -> str:
        if country not in EntityLoader.get_country_codes():  # loads no country
            raise ValueError(f"no public holidays known for: {country}")
        return country

    @field_validator("opening_hours")
    @classmethod
    def _opens_before_it_closes(
        cls, hours: dict[Weekday, tuple[TimeOfDay, TimeOfDay]]
    ) -> dict[Weekday, tuple[TimeOfDay, TimeOfDay]]:
        for day, (opens, closes) in hours.items():
            if not opens < closes:
                raise ValueError(f"{day} opens at {opens} and closes at {closes}")
        return hours

    @model_validator(mode="after")
    def _every_phone_has_its_name(self) -> "Clinic":
        for language, words in self.other_languages.items():
            if len(words.phones) != len(self.phones):
                raise ValueError(f"{language}: {len(words.phones)} phones are named, expected {len(self.phones)}")
        return self

    def told_in(self, language: Language) -> "Clinic":
        """Return the clinic as it is called in a language; as it stands where it has no words in it."""
        words = self.other_languages.get(language)
        if words is None:
            return self
        phones = tuple(
            phone.model_copy(update={"label": label}) for phone, label in zip(self.phones, words.phones, strict=True)
        )
        return self.model_copy(
            update={"name": words.name, "address": words.address, "locale": words.locale, "phones": phones}
        )

    @property
    def phone_line(self) -> str:
        """Every way to ring the clinic, in one line to read out."""
        return ", ".join(f"{phone.label} {phone.number}" for phone in self.phones)

    @property
    def hours_line(self) -> str:
        """The opening hours in one line, neighbouring days with the same hours put together."""
        spans: list[tuple[int, int, tuple[str, str]]] = []
        for number, day in enumerate(WEEKDAYS):
            times = self.opening_hours.get(day)
            if times is not None and spans and spans[-1][1] == number - 1 and spans[-1][2] == times:
                spans[-1] = (spans[-1][0], number, times)
            elif times is not None:
                spans.append((number, number, times))
        names = get_day_names("wide", locale=self.locale.replace("-", "_"))
        to = TO.get(self.locale.partition("-")[0], " to ")
        return ", ".join(
            f"{names[first] if first == last else f'{names[first]}{to}{names[last]}'} {opens}-{closes}"
            for first, last, (opens, closes) in spans
        )


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside, with its default for one machine."""

    clinic: Clinic
    host: str
    port: int
    public_url: str
    rasa_url: str
    rasa_host: str
    rasa_port: int
    model: Path | None
    database_url: str
    secret_file: Path
    encoder_folder: Path | None
    read_cache: int
    test_clock: bool
    rate_limit: str | None
    deadlines: Deadlines
    session_hours: int
    actions_url: str
    actions_host: str
    records_url: str
    redis_url: str
    broker_url: str
    trusted_proxies: str
    retention_days: int
    messengers: Credentials
    alert_url: str = ""


def read_clinic(path: Path = CLINIC_FILE) -> Clinic:
    """Return the clinic that a file describes.

    Raises:
        BadSetting: a key is missing, unknown or holds what it must not.
    """
    found = read_yaml(path)
    try:
        return Clinic.model_validate(found.get("clinic"))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'clinic'}: {problem['msg']}" for problem in error.errors()
        )
        raise BadSetting(f"{path.name}: {problems}") from error


def is_loopback(host: str) -> bool:
    """Tell whether a host to bind to can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this process.

    Raises:
        BadSetting: a value cannot be used, or the test clock is asked for on a public address.
    """
    host = environ.get("BOT_HOST", "127.0.0.1")
    test_clock = _flag(environ, "BOT_TEST_CLOCK")
    if test_clock and not is_loopback(host):
        raise BadSetting(f"BOT_TEST_CLOCK=1 is for tests on the loopback, but the door is bound to {host}")
    folder = environ.get("BOT_ENCODER_FOLDER")
    database_url = environ.get("BOT_DATABASE_URL", f"sqlite:///{ROOT / 'var' / 'knowledge.db'}")
    public_url = _address(environ, "BOT_PUBLIC_URL")
    return Settings(
        clinic=read_clinic(Path(environ.get("BOT_CLINIC_FILE", CLINIC_FILE))),
        host=host,
        port=_whole(environ, "PORT", 8080, most=65535),
        public_url=public_url,
        rasa_url=environ.get("BOT_RASA_URL", "http://127.0.0.1:5005"),
        rasa_host=environ.get("BOT_RASA_HOST", "127.0.0.1"),
        rasa_port=_whole(environ, "BOT_RASA_PORT", 5005, most=65535),
        model=Path(environ["BOT_MODEL"]) if environ.get("BOT_MODEL") else None,
        database_url=database_url,
        secret_file=Path(environ.get("BOT_SECRET_FILE", ROOT / "var" / "secret")),
        encoder_folder=Path(folder) if folder else None,
        read_cache=_whole(environ, "BOT_READ_CACHE", 2048, least=0),
        test_clock=test_clock,
        rate_limit=_rate(environ, "BOT_RATE_LIMIT", "40/minute"),
        deadlines=deadlines_within(_seconds(environ, "BOT_REPLY_TIMEOUT_SECONDS", 4.5)),
        session_hours=_whole(environ, "BOT_SESSION_HOURS", 12),
        actions_url=environ.get("BOT_ACTIONS_URL", "http://127.0.0.1:5055"),
        actions_host=environ.get("BOT_ACTIONS_HOST", "127.0.0.1"),
        records_url=environ.get("BOT_RECORDS_URL") or _records_beside(database_url),
        redis_url=environ.get("BOT_REDIS_URL", ""),
        broker_url=_broker_address(environ, "BOT_BROKER_URL"),
        trusted_proxies=environ.get("BOT_TRUSTED_PROXIES", ""),
        retention_days=_whole(environ, "BOT_RETENTION_DAYS", 30, most=3650),
        messengers=_messengers(environ, public_url),
        alert_url=_alert_address(environ, "BOT_ALERT_URL"),
    )


def _messengers(environ: Mapping[str, str], public_url: str) -> Credentials:
    try:
        return read_credentials(environ, public_url)
    except BadCredentials as error:
        raise BadSetting(str(error)) from error


def _records_beside(database_url: str) -> str:
    """Return where the records lie when nothing else is said: in a file of their own, or in the same server."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return database_url
    return f"sqlite:///{Path(url.database).with_name('conversations.db')}"


def _flag(environ: Mapping[str, str], key: str) -> bool:
    value = environ.get(key, "0")
    if value not in ("0", "1"):
        raise BadSetting(f"{key}={value}: expected 0 or 1")
    return value == "1"


def _whole(environ: Mapping[str, str], key: str, default: int, least: int = 1, most: int = 1_000_000) -> int:
    value = environ.get(key, str(default))
    if not value.isdecimal() or not least <= int(value) <= most:
        raise BadSetting(f"{key}={value}: expected a whole number from {least} to {most}")
    return int(value)


def _seconds(environ: Mapping[str, str], key: str, default: float) -> float:
    value = environ.get(key, str(default))
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_SECONDS:
        raise BadSetting(f"{key}={value}: expected a number of seconds above 0 and up to {MOST_SECONDS}")
    return seconds


def _address(environ: Mapping[str, str], key: str) -> str:
    value = environ.get(key, "")
    if value and not ADDRESS.fullmatch(value):
        raise BadSetting(
            f"{key}={value}: expected an address such as https://chat.clinic.example, without a slash at the end"
        )
    return value


def _alert_address(environ: Mapping[str, str], key: str) -> str:
    """Return an address to call; such addresses often hold a secret, so it is never told."""
    value = environ.get(key, "")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        is_good = bool(parts.hostname) and parts.scheme in ("http", "https") and not re.search(r"\s", value)
    except ValueError:
        is_good = False
    if not is_good or (parts.scheme == "http" and not is_loopback(str(parts.hostname))):
        raise BadSetting(f"{key}: expected an address that begins with https://, or with http:// on the loopback")
    return value


def _broker_address(environ: Mapping[str, str], key: str) -> str:
    """Return an address that Rasa's client can use whole; it holds a password, so it is never told."""
    value = environ.get(key, "")
    if value and not BROKER.fullmatch(value):
        raise BadSetting(
            f"{key}: expected an address such as amqp://user:password@host:5672, the password percent-encoded; "
            "amqps and virtual hosts are not supported"
        )
    return value


def _rate(environ: Mapping[str, str], key: str, default: str) -> str | None:
    value = environ.get(key, default)
    if value == "off":
        return None
    try:
        parse(value)
    except ValueError as error:
        raise BadSetting(f"{key}={value}: expected 'off' or a rate such as {default}") from error
    return value
