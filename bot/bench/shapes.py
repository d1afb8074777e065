"""What one run of `make bench` measured, as it is kept in `results/bench/`. Shape only."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

Side = Literal["stock", "stock_in_memory", "door", "rasa", "door_again", "rasa_again"]
System = Literal["stock", "ours"]


class Shape(BaseModel):
    """A frozen part of a result."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Cost(Shape):
    """What something took. Units: seconds by the clock, and of processor over all its processes."""

    wall: float
    processor: float


class Load(Shape):
    """One side under one number of clients in one round. Units: seconds; the processor's are for one answer.

    `failures`: how many messages got no answer, by reason.
    """

    side: Side
    clients: int
    round: int
    throughput: float
    p50: float
    p95: float
    p99: float
    processor: float
    answered: int
    failures: dict[str, int]


class Footprint(Shape):
    """What a system costs besides its answers. Units: bytes. `training` is null where it was not measured."""

    training: Cost | None
    model_bytes: int
    start_up: Cost
    memory_bytes: int
    installed_bytes: int


class Machine(Shape):
    """Where it was measured. Units: bytes."""

    processor: str
    cores: int
    memory_bytes: int


class Result(Shape):
    """One run. `seconds`: how long each load was measured. `stock_epochs`: trained, of 100.

    `same_sentences`: both were trained from these."""

    at: AwareDatetime
    commit: str
    machine: Machine
    rounds: int
    seconds: float
    sentences: int
    stock_epochs: int
    same_sentences: bool
    questions: int
    loads: tuple[Load, ...]
    systems: dict[System, Footprint]
