"""The masker, built once."""

import pytest

from bot.privacy.mask import Masker, build_masker
from bot.settings import Clinic


@pytest.fixture(scope="session")
def masker(clinic: Clinic) -> Masker:
    """The shipped masker."""
    return build_masker(clinic)
