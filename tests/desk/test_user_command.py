"""`make user`: the first one is let in by hand, with a password of her own."""

import io
from pathlib import Path

import pytest

from bot.desk.__main__ import BY, main
from bot.records.audit import Audit
from bot.records.conversations import now_utc
from bot.records.tables import open_records
from bot.records.users import NoEntry, Users


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Users:
    """The staff of a new clinic: nobody."""
    url = f"sqlite:///{tmp_path / 'records.db'}"
    monkeypatch.setenv("BOT_RECORDS_URL", url)
    return Users(open_records(url))


def types(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))


def test_first_one_is_let_in_and_noted(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, "a long enough password")
    assert main(["Anna", "admin", "Anna Lim"]) == 0
    _, user = users.let_in("anna", "a long enough password", now_utc())
    assert (user.full_name, user.role) == ("Anna Lim", "admin")
    (entry,) = Audit(users.engine).latest(1)
    assert (entry.by, entry.what, entry.subject, entry.details) == (BY, "added to the staff", "anna", {"role": "admin"})


def test_somebody_who_is_there_gets_a_new_password_and_role(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    users.add("anna", "Anna Lim", "clerk", "a long enough password", now_utc())
    types(monkeypatch, "another long password")
    assert main(["anna", "editor"]) == 0
    with pytest.raises(NoEntry):
        users.let_in("anna", "a long enough password", now_utc())
    _, user = users.let_in("anna", "another long password", now_utc())
    assert (user.full_name, user.role) == ("Anna Lim", "editor")


@pytest.mark.parametrize("password", ["", "short"])
def test_there_is_no_default_password(users: Users, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    types(monkeypatch, password)
    assert main(["anna", "admin"]) == 1
    assert users.all() == []
