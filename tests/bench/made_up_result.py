"""A made-up result of `make bench`, for tests that measure nothing."""

from datetime import UTC, datetime
from typing import Any

from bot.bench.shapes import Cost, Footprint, Load, Machine, Result, Side

MEGABYTE = 10**6
SPEEDS: dict[Side, float] = {"stock": 10.0, "door": 50.0, "rasa": 60.0, "door_again": 100.0}


def load(side: Side, clients: int, round_: int = 0, **changes: Any) -> Load:
    """Return the load of one round, as fast as its side is."""
    speed = SPEEDS[side]
    values: dict[str, Any] = {
        "side": side, "clients": clients, "round": round_, "throughput": speed, "p50": 1 / speed, "p95": 2 / speed,
        "p99": 3 / speed, "processor": 0.5 / speed, "answered": 40, "failures": {},
    }  # fmt: skip
    return Load(**values | changes)


def footprint(**changes: Any) -> Footprint:
    """Return what a system takes."""
    values: dict[str, Any] = {
        "training": Cost(wall=100, processor=150),
        "model_bytes": 10 * MEGABYTE,
        "start_up": Cost(wall=20, processor=25),
        "memory_bytes": 1000 * MEGABYTE,
        "installed_bytes": 900 * MEGABYTE,
    }
    return Footprint(**values | changes)


def result(**changes: Any) -> Result:
    """Return a whole result: Rasa as it is released trains ten times as long and is five times as slow."""
    values: dict[str, Any] = {
        "at": datetime(2026, 3, 5, 9, 30, tzinfo=UTC),
        "commit": "0123456789abcdef",
        "machine": Machine(processor="Kite 3000", cores=2, memory_bytes=8 * 10**9),
        "rounds": 1,
        "seconds": 4,
        "sentences": 15,
        "stock_epochs": 100,
        "same_sentences": True,
        "questions": 8,
        "loads": tuple(load(side, clients) for side in SPEEDS for clients in (1, 8, 32)),
        "systems": {
            "stock": footprint(training=Cost(wall=1000, processor=1500), model_bytes=200 * MEGABYTE),
            "ours": footprint(),
        },
    }
    return Result(**values | changes)
