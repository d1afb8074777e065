"""Fixtures of the messengers."""

from collections.abc import Iterator

import pytest
from recording_api import Api, listening


@pytest.fixture
def api() -> Iterator[Api]:
    """A really listening server in place of the providers' APIs."""
    with listening() as found:
        yield found
