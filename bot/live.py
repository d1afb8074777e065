"""What may be another one in a moment, without a restart: whatever is asked of it is asked of the present one."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")


class Live:
    """Stands in the place of an object that is never changed, but replaced; `now` returns the present one."""

    def __init__(self, now: Callable[[], Any]) -> None:
        self._now = now

    def __getattr__(self, name: str) -> Any:
        """Return what the present one has under a name."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._now(), name)

    def derived(self, make: Callable[[Any], Any]) -> "Live":
        """Return what is made of the present one, made again when that was replaced."""
        held: list[tuple[Any, Any]] = []

        def now() -> Any:
            source = self._now()
            if not held or held[0][0] is not source:
                held[:] = [(source, make(source))]
            return held[0][1]

        return Live(now)


def derived(source: T, make: Callable[[T], R]) -> R:
    """Return what is made of an object; where that is live, something live."""
    return cast(R, source.derived(make)) if isinstance(source, Live) else make(source)
