"""The parts as processes: each missing thing is named before the start, and Rasa's endpoints are for us alone."""

import io
import logging
import stat
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import parts
from bot.files import read_yaml
from bot.internal import HEADER, internal_token
from bot.knowledge.check import check_knowledge
from bot.knowledge.load import prepare_database
from bot.parts import CHANNEL, DOOR, EVENT_BROKER, QUIET, broken, command_of, main, missing, sign_model, write_endpoints
from bot.records.tables import open_records
from bot.settings import Settings, read_settings

SECRET = "a secret of the tests, long enough to be one"
PASSWORD = "kites-and-lanterns"
NAMES = ["rasa", "actions", "door"]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the knowledge in a database, made once."""
    folder = tmp_path_factory.mktemp("shipped")
    prepare_database(f"sqlite:///{folder / 'knowledge.db'}", check_knowledge()).dispose()
    return folder


@pytest.fixture
def settings(tmp_path: Path, shipped: Path) -> Settings:
    """Settings of a machine on which every part may start."""
    (tmp_path / "secret").write_text(SECRET)
    open_records(f"sqlite:///{tmp_path / 'records.db'}").dispose()
    write_model(tmp_path / "model.tar.gz")
    sign_model(tmp_path / "model.tar.gz")
    return read_settings(
        {
            "BOT_SECRET_FILE": str(tmp_path / "secret"),
            "BOT_DATABASE_URL": f"sqlite:///{shipped / 'knowledge.db'}",
            "BOT_RECORDS_URL": f"sqlite:///{tmp_path / 'records.db'}",
            "BOT_MODEL": str(tmp_path / "model.tar.gz"),
            "BOT_RASA_PORT": "5006",
            "BOT_ACTIONS_URL": "http://127.0.0.1:5056",
        }
    )


def write_model(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("metadata.json")
        content = b"{}" * 500
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))


def model_of(settings: Settings) -> Path:
    assert settings.model is not None
    return settings.model


# What a part needs


@pytest.mark.parametrize("part", NAMES)
def test_part_that_has_everything_may_start(settings: Settings, part: str) -> None:
    assert missing(part, settings) == []


Change = Callable[[Settings, pytest.MonkeyPatch], Settings]


def without_secret(settings: Settings, _patch: pytest.MonkeyPatch) -> Settings:
    settings.secret_file.unlink()
    return settings


def with_short_secret(settings: Settings, _patch: pytest.MonkeyPatch) -> Settings:
    settings.secret_file.write_text("short")
    return settings


def without_model(settings: Settings, _patch: pytest.MonkeyPatch) -> Settings:
    return replace(settings, model=None)


def with_model_cut_off(settings: Settings, _patch: pytest.MonkeyPatch) -> Settings:
    model_of(settings).write_bytes(model_of(settings).read_bytes()[:-20])
    return settings


def with_public_host(settings: Settings, _patch: pytest.MonkeyPatch) -> Settings:
    return replace(settings, host="0.0.0.0")


def with_public_host_and_http(settings: Settings, _patch: pytest.MonkeyPatch) -> Settings:
    return replace(settings, host="0.0.0.0", public_url="http://chat.clinic.example")


def with_empty_records(settings: Settings, _patch: pytest.MonkeyPatch) -> Settings:
    return replace(settings, records_url=f"sqlite:///{settings.secret_file.parent / 'empty.db'}")


def with_empty_knowledge(settings: Settings, _patch: pytest.MonkeyPatch) -> Settings:
    return replace(settings, database_url=f"sqlite:///{settings.secret_file.parent / 'empty.db'}")


def with_records_away(settings: Settings, _patch: pytest.MonkeyPatch) -> Settings:
    return replace(settings, records_url=f"postgresql+psycopg2://someone:{PASSWORD}@127.0.0.1:9/nowhere")


def with_file(name: str, text: str | None) -> Change:
    """Put a file in the place of one of the project's own; none where there is no text."""

    def change(settings: Settings, patch: pytest.MonkeyPatch) -> Settings:
        path = settings.secret_file.parent / f"{name.lower()}.yml"
        if text is not None:
            path.write_text(text)
        patch.setattr(parts, name, path)
        return settings

    return change


IN_MEMORY = "tracker_store: {type: in_memory}\nlock_store: {type: bot.nlu.lock_store.FairLockStore}\n"


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        *((part, without_secret, "BOT_SECRET_FILE") for part in NAMES),
        *((part, with_short_secret, "expected at least 32 characters") for part in NAMES),
        ("rasa", without_model, "BOT_MODEL names no model"),
        ("rasa", with_model_cut_off, "was changed or is cut off"),
        ("rasa", with_empty_records, "`python -m bot.parts prepare`"),
        ("rasa", with_records_away, "cannot be reached (OperationalError)"),
        ("rasa", with_file("ENDPOINTS", None), "endpoints.yml is missing"),
        ("rasa", with_file("ENDPOINTS", "a: [b"), "cannot be read"),
        ("rasa", with_file("ENDPOINTS", IN_MEMORY), "tracker_store: expected type"),
        ("rasa", with_file("CREDENTIALS", None), "credentials.yml is missing"),
        ("rasa", with_file("CREDENTIALS", "a: [b"), "cannot be read"),
        ("rasa", with_file("CREDENTIALS", "rest:\n"), CHANNEL),
        ("rasa", with_file("CREDENTIALS", f"{CHANNEL}:\nrest:\n"), CHANNEL),
        ("actions", with_empty_knowledge, "`python -m bot.parts prepare`"),
        ("door", with_public_host, "BOT_PUBLIC_URL"),
        ("door", with_public_host_and_http, "BOT_PUBLIC_URL"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_in_one_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, part: str, change: Change, said: str
) -> None:
    (problem,) = missing(part, change(settings, monkeypatch))
    assert said in problem


def test_everything_that_is_missing_is_named_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = settings
    for change in (without_secret, without_model, with_empty_records, with_file("CREDENTIALS", "rest:\n")):
        changed = change(changed, monkeypatch)
    assert len(missing("rasa", changed)) == 4


def test_password_of_a_database_is_not_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = missing("rasa", with_records_away(settings, monkeypatch))
    assert PASSWORD not in problem


def test_door_on_a_public_host_may_start_behind_https(settings: Settings) -> None:
    assert missing("door", replace(settings, host="0.0.0.0", public_url="https://chat.clinic.example")) == []


# The model


def test_signed_model_is_whole(settings: Settings) -> None:
    assert broken(model_of(settings)) is None


def test_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "is missing" in str(broken(tmp_path / "none.tar.gz"))


def test_model_without_its_checksum_is_told(settings: Settings) -> None:
    model_of(settings).with_name("model.tar.gz.sha256").unlink()
    assert "no checksum" in str(broken(model_of(settings)))


def test_model_of_which_one_byte_was_changed_is_told(settings: Settings) -> None:
    content = bytearray(model_of(settings).read_bytes())
    content[len(content) // 2] ^= 1
    model_of(settings).write_bytes(content)
    assert "was changed" in str(broken(model_of(settings)))


def test_signed_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_bytes(b"kites")
    sign_model(tmp_path / "model.tar.gz")
    assert "is cut off" in str(broken(tmp_path / "model.tar.gz"))


# Rasa's endpoints


def test_endpoints_are_for_us_alone_to_read(settings: Settings) -> None:
    path = write_endpoints(settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.parent == settings.secret_file.parent


def test_endpoints_of_two_rasas_on_one_machine_are_two_files(settings: Settings) -> None:
    assert write_endpoints(settings) != write_endpoints(replace(settings, rasa_port=5007))


def test_endpoints_name_our_stores_and_the_action_server_with_its_token(settings: Settings) -> None:
    found = read_yaml(write_endpoints(settings))
    assert found["action_endpoint"] == {
        "url": "http://127.0.0.1:5056/webhook",
        "headers": {HEADER: internal_token(SECRET)},
        "enable_selective_domain": True,
    }
    assert (found["tracker_store"], found["lock_store"]) == (
        {"type": parts.TRACKER_STORE},
        {"type": parts.LOCK_STORE},
    )
    assert "event_broker" not in found


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("amqp://me:p%40ss@rabbit:5673", {"url": "rabbit", "port": 5673, "username": "me", "password": "p@ss"}),
        ("amqp://rabbit", {"url": "rabbit", "port": 5672, "username": "guest", "password": "guest"}),
    ],
    ids=["whole", "with the defaults of RabbitMQ"],
)  # fmt: skip
def test_endpoints_name_the_event_broker_where_there_is_one(settings: Settings, url: str, told: dict[str, Any]) -> None:
    found = read_yaml(write_endpoints(replace(settings, broker_url=url)))
    queues = {"queues": ["conversations"], "exchange_name": "conversations"}
    assert found["event_broker"] == {"type": EVENT_BROKER, **told, **queues}


def test_endpoints_that_were_longer_leave_nothing_behind(settings: Settings) -> None:
    path = write_endpoints(replace(settings, broker_url="amqp://rabbit"))
    write_endpoints(settings)
    assert "event_broker" not in read_yaml(path)


# Its command


def test_door_is_its_own_module_without_what_it_does_not_need(settings: Settings) -> None:
    assert command_of("door", settings) == [sys.executable, "-c", DOOR]
    assert DOOR.endswith("from bot.site import main; main()")


def test_actions_listen_on_the_port_of_their_address(settings: Settings) -> None:
    command = command_of("actions", settings)
    assert (command[0], command[-1]) == (sys.executable, "5056")


def test_rasa_serves_one_model_on_the_loopback_with_what_was_written(settings: Settings) -> None:
    command = command_of("rasa", settings)
    told = dict(zip(command[4::2], command[5::2], strict=True))
    assert command[1:4] == ["-m", "rasa", "run"]
    assert told == {
        "--model": str(settings.model),
        "--endpoints": str(settings.secret_file.parent / "endpoints-5006.yml"),
        "--credentials": str(parts.CREDENTIALS),
        "--interface": "127.0.0.1",
        "--port": "5006",
    }


def test_no_secret_stands_in_a_command(settings: Settings) -> None:
    words = " ".join(word for part in NAMES for word in command_of(part, settings))
    assert SECRET not in words
    assert internal_token(SECRET) not in words


def test_rasa_reports_to_nobody() -> None:
    assert QUIET["RASA_TELEMETRY_ENABLED"] == "false"


# The command line


@pytest.fixture
def become(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the process would become."""
    became: list[list[str]] = []
    monkeypatch.setattr(parts, "set_up_logs", lambda: None)
    monkeypatch.setattr(parts, "read_settings", lambda: settings)
    monkeypatch.setattr(parts, "become", became.append)
    return became


@pytest.mark.parametrize("part", NAMES)
def test_part_becomes_its_command(
    become: list[list[str]], settings: Settings, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["parts", part])
    main()
    assert become == [command_of(part, settings)]


def test_part_that_lacks_something_says_so_and_ends(
    become: list[list[str]], settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.secret_file.unlink()
    monkeypatch.setattr(sys, "argv", ["parts", "actions"])
    assert main() == 1
    assert become == []
    assert [message for message in caplog.messages if message.startswith("actions does not start: ")]
    assert not settings.secret_file.exists(), "a secret was made up"


@pytest.mark.parametrize("arguments", [[], ["kites"], ["door", "rasa"]], ids=["nothing", "unknown", "two"])
def test_command_that_is_not_known_is_told(
    become: list[list[str]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["parts", *arguments])
    with caplog.at_level(logging.ERROR, "serve"):
        assert main() == 2
    assert become == []
    assert caplog.messages == ["expected one of: prepare, rasa, actions, door"]


def test_prepare_makes_what_the_parts_look_for(
    become: list[list[str]], settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    urls = {key: f"sqlite:///{tmp_path / 'new' / key}.db" for key in ("database_url", "records_url")}
    new = replace(settings, **urls)
    monkeypatch.setattr(parts, "read_settings", lambda: new)
    monkeypatch.setattr(sys, "argv", ["parts", "prepare"])
    assert [len(missing(part, new)) for part in ("rasa", "actions")] == [1, 1]
    assert main() == 0
    assert [missing(part, new) for part in ("rasa", "actions")] == [[], []]
    assert become == []
