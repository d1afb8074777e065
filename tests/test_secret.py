"""The secret that tokens are signed with: written once, by one process, for our eyes only."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from bot.secret import LEAST_SECRET_CHARACTERS, read_secret


def test_secret_is_written_once_and_read_again(tmp_path: Path) -> None:
    assert read_secret(tmp_path / "secret") == read_secret(tmp_path / "secret")


def test_new_secret_is_long_and_for_our_eyes_only(tmp_path: Path) -> None:
    secret = tmp_path / "var" / "secret"
    assert len(read_secret(secret)) >= 40
    assert secret.stat().st_mode & 0o777 == 0o600


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    assert read_secret(tmp_path / "one") != read_secret(tmp_path / "two")


def test_processes_that_start_at_once_have_one_secret(tmp_path: Path) -> None:
    together = Barrier(8)

    def start() -> str:
        together.wait()
        return read_secret(tmp_path / "secret")

    with ThreadPoolExecutor(8) as pool:
        started = [pool.submit(start) for _ in range(8)]
    assert {one.result() for one in started} == {read_secret(tmp_path / "secret")}
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("content", ["", "\n", "x" * (LEAST_SECRET_CHARACTERS - 1)], ids=repr)
def test_file_without_a_secret_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret").write_text(content)
    with pytest.raises(ValueError, match=rf"secret: expected at least {LEAST_SECRET_CHARACTERS} characters"):
        read_secret(tmp_path / "secret")
