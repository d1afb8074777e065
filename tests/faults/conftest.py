"""Fixtures of the faults: the two stacks, and figures that are printed whatever pytest does with the output."""

from collections.abc import Callable, Iterator

import pytest
import worlds
from worlds import World

from bot.cluster.places import MissingPrograms


@pytest.fixture(scope="session")
def alone() -> Iterator[World]:
    """The stack of one machine."""
    with worlds.alone() as world:
        yield world


@pytest.fixture(scope="session")
def networked() -> Iterator[World]:
    """The stack on servers of its own."""
    try:
        with worlds.networked() as world:
            yield world
    except MissingPrograms as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a figure."""
    plugins = request.config.pluginmanager
    terminal, capture = plugins.getplugin("terminalreporter"), plugins.getplugin("capturemanager")

    def write(line: str) -> None:
        with capture.global_and_fixture_disabled():
            terminal.write_line(f"\n{line}")

    return write
