"""What look-ups have found, held as long as the table stands as it did: by every process, without telling each other.

Only loading and publishing change what patients are told (`load.py`, `revisions.py`). Both leave a mark in their own
transaction (`tables.Load`), which is asked for before anything is taken from here. So what was withdrawn is told by no
process, and asking takes no longer where much was published.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from bot.knowledge.tables import Load

MOST_HELD = 2000
Version = tuple[Any, ...]
T = TypeVar("T")

_STANDS = select(Load.origin, Load.fingerprint).order_by(Load.origin)
_seen: ContextVar[dict[Engine, Version] | None] = ContextVar("seen", default=None)


@dataclass
class Held:
    """What was found in one table as it stood at a version; the latest used `MOST_HELD` of it."""

    version: Version | None = None
    found: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def get(self, version: Version, key: Hashable, find: Callable[[], T]) -> T:
        """Return what is found under a key in the table at a version: found before, else found now."""
        with self.lock:
            if self.version != version:
                self.version = version
                self.found.clear()
            if key in self.found:
                self.found.move_to_end(key)
                held: T = self.found[key]
                return held
        new = find()  # read after the version was: it is as new or newer
        with self.lock:
            if self.version == version:
                self.found[key] = new
                if len(self.found) > MOST_HELD:
                    self.found.popitem(last=False)
        return new


_held: WeakKeyDictionary[Engine, Held] = WeakKeyDictionary()


def held(engine: Engine, key: Hashable, find: Callable[[], T]) -> T:
    """Return what is found under a key in the table as it stands now. What is found must never be changed.

    Raises:
        SQLAlchemyError: the table cannot be asked; nothing is told from memory then.
    """
    return _held.setdefault(engine, Held()).get(_version(engine), key, find)


@contextmanager
def one_look() -> Iterator[None]:
    """Ask each table only once, until the outermost of these ends, how it stands."""
    if _seen.get() is not None:
        yield
        return
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def _version(engine: Engine) -> Version:
    seen = _seen.get()
    if seen is not None and engine in seen:
        return seen[engine]
    with engine.connect() as connection:
        version = tuple(map(tuple, connection.execute(_STANDS)))
    if seen is not None:
        seen[engine] = version
    return version
