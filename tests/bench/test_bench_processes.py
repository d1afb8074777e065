"""What the kernel and the file system tell of processes and packages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.bench.processes import cost_of, installed_bytes, memory_bytes, processor_seconds, this_machine

STAT = "{pid} (a (kite) b) S 1 {session} {session} 0 -1 0 0 0 0 0 {user} {system} {children} 0 20 0 1 0 0\n"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A made-up /proc: two processes of session 10, one of session 20."""
    for pid, session in ((10, 10), (11, 10), (20, 20)):
        folder = tmp_path / str(pid)
        folder.mkdir()
        values = {"pid": pid, "session": session, "user": 100, "system": 50, "children": 25}
        (folder / "stat").write_text(STAT.format(**values), encoding="utf-8")
        (folder / "smaps_rollup").write_text("Rss:  900 kB\nPss:  300 kB\nPss_Dirty: 1 kB\n", encoding="ascii")
    (tmp_path / "cpuinfo").write_text("model name\t: Kite 3000\nmodel name\t: Kite 3000\n", encoding="utf-8")
    (tmp_path / "meminfo").write_text("MemTotal:        8000 kB\nMemFree: 1 kB\n", encoding="ascii")
    return tmp_path


def test_processor_time_is_that_of_all_processes_of_the_sessions(proc: Path) -> None:
    assert processor_seconds({10}, proc) == 2 * 175 / os.sysconf("SC_CLK_TCK")


def test_memory_is_that_of_all_processes_of_the_sessions(proc: Path) -> None:
    assert memory_bytes({10}, proc) == 600 * 1024
    assert memory_bytes({10, 20}, proc) == 900 * 1024


def test_session_without_processes_takes_nothing(proc: Path) -> None:
    assert (processor_seconds({99}, proc), memory_bytes({99}, proc)) == (0, 0)


def test_machine_is_told(proc: Path) -> None:
    machine = this_machine(proc)
    assert (machine.processor, machine.memory_bytes) == ("Kite 3000", 8000 * 1024)


def test_cost_goes_with_what_is_returned() -> None:
    done, cost = cost_of(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True).returncode)
    assert done == 0
    assert cost.processor > 0


def test_size_counts_the_named_packages_without_compiled_python(tmp_path: Path) -> None:
    for name in ("Big_Kite", "string"):
        package, told = tmp_path / name, tmp_path / f"{name}-1.0.dist-info"
        package.mkdir()
        told.mkdir()
        (package / "fly.py").write_bytes(b"x" * 100)
        (package / "fly.pyc").write_bytes(b"x" * 1000)
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        (told / "RECORD").write_text(f"{name}/fly.py,,\n{name}/fly.pyc,,\n{name}/gone.py,,\n", encoding="utf-8")
    assert installed_bytes(tmp_path, {"big-kite"}) == 100
    assert installed_bytes(tmp_path) == 200
