"""The supervisor, with small real processes: begun again when they end or hang, stopped with what they began."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.ports import free_port
from bot.supervisor import Part, Supervisor, is_well

PATIENCE_SECONDS = 20.0
SLEEPS = "import time; time.sleep(60)"
SERVES = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2]))
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
IGNORES_THE_END = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
HAS_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("child", child.pid, flush=True)
time.sleep(60)
"""


@dataclass
class Time:
    """The monotonic clock, which can be put forward."""

    forward: float = 0.0

    def monotonic(self) -> float:
        """Return the time."""
        return time.monotonic() + self.forward


@dataclass
class Watch:
    """A supervisor of the test with its clock."""

    supervisor: Supervisor
    clock: Time = field(default_factory=Time)

    def begin(self, code: str, *arguments: str, health: str = "") -> None:
        """Begin a part named `one` that runs Python code."""
        command = [sys.executable, "-c", code, *arguments]
        self.supervisor.parts["one"] = Part(command, {"PATH": os.environ["PATH"]}, health)
        self.supervisor.begin("one")

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The present process of the part."""
        return self.supervisor.processes["one"]

    @property
    def log(self) -> str:
        """What the part has written."""
        return (self.supervisor.folder / "one.log").read_text()

    def kill(self) -> None:
        """Kill the part, as the system does when memory is short."""
        self.process.kill()
        self.process.wait()

    def look_after(self, forward: float = 0.0) -> None:
        """Look once, so many seconds later."""
        self.clock.forward += forward
        self.supervisor.look_after()


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """A supervisor without parts; whatever the test began is ended."""
    found = Watch(Supervisor(tmp_path))
    monkeypatch.setattr("bot.supervisor.time", found.clock)
    yield found
    found.supervisor.stop()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended; one that waits to be read by its parent has."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


# Begun again


def test_part_that_was_killed_is_begun_again_at_once(watch: Watch) -> None:
    watch.begin(SLEEPS)
    first = watch.process.pid
    watch.kill()
    watch.look_after()
    assert watch.process.pid != first
    assert watch.process.poll() is None


def test_part_that_runs_is_left_alone(watch: Watch) -> None:
    watch.begin(SLEEPS)
    first = watch.process.pid
    for _ in range(3):
        watch.look_after(forward=10)
    assert watch.process.pid == first


def test_pause_before_a_part_that_ends_again_and_again_grows_up_to_a_most(watch: Watch) -> None:
    watch.begin(SLEEPS)
    pauses: list[float] = []
    for _ in range(8):
        watch.kill()
        killed = watch.process.pid
        began = watch.clock.forward
        watch.look_after()
        while watch.process.pid == killed:
            watch.look_after(forward=0.5)
        pauses.append(watch.clock.forward - began)
    assert pauses == pytest.approx([0, 1, 3, 7, 15, 30, 30, 30], abs=0.6)


def test_part_that_ran_for_long_is_begun_again_without_a_pause(watch: Watch) -> None:
    watch.begin(SLEEPS)
    for _ in range(3):
        watch.kill()
        watch.look_after()
        watch.look_after(forward=40)  # past any pause
        watch.clock.forward += 61
    watch.kill()
    killed = watch.process.pid
    watch.look_after()
    assert watch.process.pid != killed


def test_part_that_ended_holds_up_no_other(watch: Watch) -> None:
    watch.begin("")
    watch.supervisor.parts["two"] = Part([sys.executable, "-c", SLEEPS], {"PATH": os.environ["PATH"]})
    watch.supervisor.begin("two")
    until(lambda: watch.process.poll() is not None)
    watch.look_after()
    two = watch.supervisor.processes["two"]
    two.kill()
    two.wait()
    watch.look_after()
    assert watch.supervisor.processes["two"].pid != two.pid


def test_end_and_beginning_are_told(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    watch.begin("import sys; sys.exit(3)")
    until(lambda: watch.process.poll() is not None)
    watch.look_after()
    assert caplog.messages == ["one ended (code 3) and is started again in 0 s"]


# Hung


@pytest.mark.parametrize("status", ["200", "503"])
def test_part_that_answers_anything_is_left_alone(watch: Watch, status: str) -> None:
    port = free_port()
    watch.begin(SERVES, str(port), status, health=f"http://127.0.0.1:{port}/health")
    until(lambda: is_well(watch.supervisor.parts["one"].health))
    first = watch.process.pid
    for _ in range(3):
        watch.look_after(forward=20)
    assert watch.process.pid == first


def test_part_that_was_well_and_hangs_is_ended_and_begun_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.supervisor.HEALTH_WITHIN_SECONDS", 0.3)
    port = free_port()
    watch.begin(SERVES, str(port), "200", health=f"http://127.0.0.1:{port}/health")
    until(lambda: is_well(watch.supervisor.parts["one"].health))
    watch.look_after(forward=5)
    first = watch.process
    first.send_signal(signal.SIGSTOP)
    watch.look_after(forward=5)
    assert first.poll() is None, "ended before its time"
    watch.look_after(forward=20)
    assert first.poll() == -signal.SIGKILL
    watch.look_after()
    assert watch.process.pid != first.pid
    assert "one does not answer and is ended" in caplog.messages


def test_part_that_is_still_starting_is_given_its_time(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.supervisor.HEALTH_WITHIN_SECONDS", 0.3)
    watch.begin(SLEEPS, health=f"http://127.0.0.1:{free_port()}/health")
    first = watch.process.pid
    for _ in range(3):
        watch.look_after(forward=100)
    assert watch.process.pid == first


def test_health_is_asked_for_now_and_then_and_not_at_each_look(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def well(health: str) -> bool:
        asked.append(health)
        return True

    monkeypatch.setattr("bot.supervisor.is_well", well)
    watch.begin(SLEEPS, health="http://127.0.0.1:9/")
    for _ in range(10):
        watch.look_after(forward=0.5)
    assert 1 <= len(asked) <= 2


def test_address_where_nobody_answers_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.supervisor.HEALTH_WITHIN_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        began = time.monotonic()
        assert not is_well(f"http://127.0.0.1:{deaf.getsockname()[1]}/health")
        assert time.monotonic() - began < 3
    assert not is_well("http://127.0.0.1:9/health")


# Stopped


def test_stopping_leaves_no_process(watch: Watch) -> None:
    watch.begin(HAS_A_CHILD)
    until(lambda: "child" in watch.log)
    child = int(watch.log.split()[1])
    watch.supervisor.stop()
    assert watch.process.poll() == -signal.SIGTERM
    until(lambda: is_gone(child))


def test_part_that_does_not_hear_is_killed(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.supervisor.STOP_WITHIN_SECONDS", 0.3)
    watch.begin(IGNORES_THE_END)
    until(lambda: "deaf" in watch.log)
    watch.supervisor.stop()
    assert watch.process.poll() == -signal.SIGKILL


def test_stopping_twice_is_no_error(watch: Watch) -> None:
    watch.begin(SLEEPS)
    watch.supervisor.stop()
    watch.supervisor.stop()
    assert watch.process.poll() is not None


def test_parts_are_stopped_the_last_one_begun_first(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(Supervisor, "end", lambda _self, name: stopped.append(name))
    supervisor = Supervisor(watch.supervisor.folder, watched=dict.fromkeys(["one", "two", "three"]))  # type: ignore[arg-type]
    supervisor.stop()
    assert stopped == ["three", "two", "one"]


# What is known of them


def test_part_that_ended_by_itself_is_named(watch: Watch) -> None:
    watch.begin("")
    until(lambda: watch.process.poll() is not None)
    assert watch.supervisor.ended() == "one"


def test_nothing_is_named_while_all_run(watch: Watch) -> None:
    watch.begin(SLEEPS)
    assert watch.supervisor.ended() is None


def test_output_of_each_beginning_is_kept(watch: Watch) -> None:
    watch.begin("import sys; print('out'); print('error', file=sys.stderr)")
    watch.process.wait()
    watch.supervisor.begin("one")
    watch.process.wait()
    assert sorted(watch.log.split()) == ["error", "error", "out", "out"]


def test_part_has_the_environment_that_it_was_given_and_no_other(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TEST_CLOCK", "1")
    watch.begin("import os; print('BOT_TEST_CLOCK' in os.environ)")
    watch.process.wait()
    assert watch.log == "False\n"
