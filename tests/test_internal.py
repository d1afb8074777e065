"""The token with which the parts know one another."""

import pytest

from bot.internal import internal_token, is_internal

SECRET = "a secret of the tests, long enough to be one"
OURS = internal_token(SECRET)


def test_token_of_the_secret_is_ours() -> None:
    assert is_internal(SECRET, internal_token(SECRET))


@pytest.mark.parametrize(
    "token",
    [None, "", "é", "0" * 64, SECRET, internal_token("another"), OURS[:-1], f"{OURS}0"],
    ids=["none", "empty", "not ASCII", "as long", "the secret itself", "of another secret", "cut off", "longer"],
)
def test_any_other_token_is_not_ours(token: str | None) -> None:
    assert not is_internal(SECRET, token)


def test_token_does_not_hold_the_secret() -> None:
    assert SECRET not in internal_token(SECRET)
    assert len(internal_token(SECRET)) == 64
