"""Session tokens: signed, expiring, and only ours."""

from pathlib import Path

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from bot.web.sessions import SESSION_ID, BadSession, Sessions, open_sessions


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return open_sessions(tmp_path / "secret", hours=2)


def test_open_returns_the_id_that_was_sealed(sessions: Sessions) -> None:
    session_id = sessions.new()
    assert sessions.open(sessions.seal(session_id)) == session_id


def test_new_ids_differ_and_have_the_shape_of_an_id(sessions: Sessions) -> None:
    ids = {sessions.new() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(SESSION_ID.fullmatch(session_id) for session_id in ids)


@pytest.mark.parametrize(("seconds", "valid"), [(0, True), (7200, True), (7201, False)])
def test_token_is_valid_for_its_hours(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, seconds: int, valid: bool
) -> None:
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: 1_800_000_000)
    session_id = sessions.new()
    token = sessions.seal(session_id)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: 1_800_000_000 + seconds)
    if valid:
        assert sessions.open(token) == session_id
    else:
        with pytest.raises(BadSession, match="expired"):
            sessions.open(token)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "\u00e9.\u00e9.\u00e9", "\ud800"[:0] + "."])
def test_open_refuses_what_is_no_token(sessions: Sessions, token: str) -> None:
    with pytest.raises(BadSession, match="not valid"):
        sessions.open(token)


@pytest.mark.parametrize(
    "content", ["", "short", "A" * 23, "../../etc/passwd-aaaaaa", 7, None, ["A" * 22], {"id": "A" * 22}], ids=repr
)
def test_open_refuses_a_signed_token_that_holds_no_id(sessions: Sessions, content: object) -> None:
    with pytest.raises(BadSession, match="not valid"):
        sessions.open(str(sessions.serializer.dumps(content)))


def test_open_refuses_the_token_of_another_secret(sessions: Sessions, tmp_path: Path) -> None:
    others = open_sessions(tmp_path / "another", hours=2)
    with pytest.raises(BadSession, match="not valid"):
        sessions.open(others.seal(others.new()))


def test_secret_is_written_once_and_read_again(tmp_path: Path) -> None:
    token = open_sessions(tmp_path / "secret", hours=2).seal("A" * 22)
    assert open_sessions(tmp_path / "secret", hours=2).open(token) == "A" * 22


@pytest.mark.parametrize("content", ["", "\n"], ids=repr)
def test_empty_secret_is_never_signed_with(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret").write_text(content)
    forged = str(URLSafeTimedSerializer("", salt="session").dumps("A" * 22))
    with pytest.raises((BadSession, ValueError, OSError)):
        open_sessions(tmp_path / "secret", hours=2).open(forged)
