"""What processes and files take, as the kernel and the file system tell it: processor time, memory, installed size."""

import os
import time
from collections.abc import Callable, Collection
from importlib.metadata import distributions
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import TypeVar

from bot.audit.lock import normal_name
from bot.bench.shapes import Cost, Machine

PROC = Path("/proc")
TICKS_A_SECOND = "SC_CLK_TCK"
Done = TypeVar("Done")


def processor_seconds(sessions: Collection[int], proc: Path = PROC) -> float:
    """Return the processor time of all processes of sessions, with that of their children that ended."""
    ticks = sum(sum(map(int, fields[11:15])) for fields in _stat_of(sessions, proc).values())
    return ticks / os.sysconf(TICKS_A_SECOND)


def memory_bytes(sessions: Collection[int], proc: Path = PROC) -> int:
    """Return the memory of all processes of sessions; what several share counts in parts (PSS)."""
    kilobytes = 0
    for process in _stat_of(sessions, proc):
        for line in (proc / str(process) / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes * 1024


def cost_of(work: Callable[[], Done]) -> tuple[Done, Cost]:
    """Do something that starts processes and waits for their end; return what it returns and what it took."""
    processor, began = _children(), time.monotonic()
    done = work()
    return done, Cost(wall=time.monotonic() - began, processor=_children() - processor)


def installed_bytes(site_packages: Path, names: Collection[str] | None = None) -> int:
    """Return the size of what packages installed (null: all of them), without compiled Python."""
    return sum(
        Path(str(file.locate())).stat().st_size
        for package in distributions(path=[str(site_packages)])
        if names is None or normal_name(package.metadata["Name"]) in names
        for file in package.files or ()
        if file.suffix != ".pyc" and Path(str(file.locate())).is_file()
    )


def this_machine(proc: Path = PROC) -> Machine:
    """Return what this machine is."""
    models = [
        line.partition(":")[2].strip()
        for line in (proc / "cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    total = next(
        line for line in (proc / "meminfo").read_text(encoding="ascii").splitlines() if line.startswith("MemTotal")
    )
    return Machine(
        processor=models[0] if models else "unknown",
        cores=os.cpu_count() or 1,
        memory_bytes=int(total.split()[1]) * 1024,
    )


def _stat_of(sessions: Collection[int], proc: Path) -> dict[int, list[str]]:
    """Return what the kernel counts of each process of sessions, from its state on."""
    found = {}
    for path in proc.glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if int(fields[3]) in sessions:
            found[int(path.parent.name)] = fields
    return found


def _children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
