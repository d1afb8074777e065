"""One run: start the systems, send each side the same load in turn, round after round, and weigh what is left."""

import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.audit.lock import locked_versions
from bot.bench.figures import CLIENTS
from bot.bench.load import questions, send
from bot.bench.processes import installed_bytes, memory_bytes, this_machine
from bot.bench.shapes import Cost, Footprint, Load, Result, Side
from bot.bench.sides import READ_ANEW, Spoken, door_side, our_stack, rasa_side, send_all, start_up, stock_side
from bot.bench.stock import PYTHON, Stock, stock_fingerprint
from bot.bench.training import Trained
from bot.evaluation.history import commit_of
from bot.files import ROOT
from bot.understanding.examples import read_examples

READ_BEFORE = 100  # so many questions are read once before the load, and make up the load of the sides below
READ_AGAIN: tuple[Side, ...] = ("door_again", "rasa_again")
AT_8_ALONE: tuple[Side, ...] = ("stock_in_memory",)
log = logging.getLogger("bench")


@dataclass(frozen=True)
class Candidates:
    """What is compared. `our_training` is null where it was not measured."""

    stock: Stock
    stock_training: Trained
    model: Path
    our_training: Trained | None


def measure(candidates: Candidates, rounds: int, seconds: float) -> Result:
    """Return what one run measured.

    Raises:
        NotStarted, NoAnswer: a system did not start or did not answer.
        NoLoad, NothingMeasured: the load was not sent, or nothing of it answered.
    """
    stock, model = candidates.stock, candidates.model
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        ours, anew = our_stack(Path(folder, "ours"), model), our_stack(Path(folder, "anew"), model, READ_ANEW)
        in_memory = Stock(folder=stock.folder, in_memory=True)
        for system in (stock, in_memory, ours, anew):
            running.callback(system.stop)
        starts = [_second_start(one) for one in (stock_side(stock), door_side("door_again", ours))]
        for first in (stock_side(in_memory), door_side("door", anew)):
            start_up(first)
        sides = [
            *(stock_side(stock), stock_side(in_memory), door_side("door", anew), rasa_side("rasa", anew)),
            *(door_side("door_again", ours), rasa_side("rasa_again", ours)),
        ]
        loads = tuple(_loads(sides, rounds, seconds))
        in_memory.stop()
        anew.stop()  # what it shares with ours would count by halves
        memory = [memory_bytes(sides[0].sessions), memory_bytes(sides[-1].sessions)]
    return Result(
        at=datetime.now(UTC).replace(microsecond=0),
        commit=commit_of(ROOT),
        machine=this_machine(),
        rounds=rounds,
        seconds=seconds,
        sentences=len(read_examples()),
        stock_epochs=candidates.stock_training.epochs,
        same_sentences=candidates.stock_training.of == stock_fingerprint(stock.folder),
        questions=len(questions()),
        loads=loads,
        systems={
            "stock": Footprint(
                training=candidates.stock_training.whole,
                model_bytes=stock.model.stat().st_size,
                start_up=starts[0],
                memory_bytes=memory[0],
                installed_bytes=installed_bytes(_packages_of(PYTHON)),
            ),
            "ours": Footprint(
                training=candidates.our_training.cost if candidates.our_training else None,
                model_bytes=model.stat().st_size,
                start_up=starts[1],
                memory_bytes=memory[1],
                installed_bytes=installed_bytes(_packages_of(Path(sys.executable)), locked_versions().keys()),
            ),
        },
    )


def _second_start(spoken: Spoken) -> Cost:
    """Start a system, which compiles what was not, stop it, and leave it running after the start that counts."""
    start_up(spoken)
    spoken.system.stop()
    cost = start_up(spoken)
    log.info("%s: started in %.0f s, %.0f s of processor", spoken.side, cost.wall, cost.processor)
    return cost


def _loads(sides: Sequence[Spoken], rounds: int, seconds: float) -> Iterator[Load]:
    """Send the load to every side in turn, so that whatever else the machine does meets all of them."""
    texts = questions()
    for spoken in sides:
        send_all(spoken, texts[:READ_BEFORE])
    for number in range(rounds):
        for clients in CLIENTS:
            for spoken in sides:
                if spoken.side in AT_8_ALONE and clients != 8:
                    continue
                asked = texts[:READ_BEFORE] if spoken.side in READ_AGAIN else texts
                load = send(spoken, asked, clients, number, seconds)
                log.info(
                    "round %d, %d clients, %s: %.1f a second, p95 %.0f ms, %d failed",
                    *(number + 1, clients, spoken.side, load.throughput, 1000 * load.p95, sum(load.failures.values())),
                )
                yield load


def _packages_of(python: Path) -> Path:
    """Return the folder of the packages of a Python; not where its link leads to."""
    return python.parent.parent / "lib" / "python3.11" / "site-packages"
