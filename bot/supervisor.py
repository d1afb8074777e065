"""Processes of this machine: started, watched, started again when they end or hang, stopped. Nothing of what they do.

Every wait has an end; the output of each goes to `<folder>/<name>.log`.
"""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

STOP_WITHIN_SECONDS = 15
LOOK_EVERY_SECONDS = 0.5
ASK_EVERY_SECONDS = 3.0
HEALTH_WITHIN_SECONDS = 2.0
HUNG_AFTER_SECONDS = 15.0
MOST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0
log = logging.getLogger("serve")


@dataclass(frozen=True)
class Part:
    """One process: its command and environment, and the address that answers while it is well."""

    command: Sequence[str]
    environ: Mapping[str, str]
    health: str = ""
    user: str | None = None


@dataclass
class Watched:
    """What is known of a running part. Units: seconds of the monotonic clock."""

    process: "subprocess.Popen[bytes]"
    began: float
    well: float | None = None
    ends: int = 0
    again: float | None = None


@dataclass
class Supervisor:
    """The processes of one folder."""

    folder: Path
    parts: dict[str, Part] = field(default_factory=dict)
    watched: dict[str, Watched] = field(default_factory=dict)
    looked_at: float = 0.0

    @property
    def processes(self) -> dict[str, "subprocess.Popen[bytes]"]:
        """The process of each part that was begun."""
        return {name: one.process for name, one in self.watched.items()}

    def begin(self, name: str) -> None:
        """Start one part."""
        part, before = self.parts[name], self.watched.get(name)
        with (self.folder / f"{name}.log").open("ab") as output:
            process = subprocess.Popen(
                part.command,
                cwd=Path(__file__).parent.parent,
                env=dict(part.environ),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=part.user,
                group=part.user,
                extra_groups=[] if part.user else None,
            )
        self.watched[name] = Watched(process, time.monotonic(), ends=before.ends if before else 0)

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop one part and wait for it."""
        process = self.watched[name].process
        if process.poll() is not None:
            return
        os.killpg(process.pid, how)
        try:
            process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        """Stop every part, the last one begun first."""
        for name in reversed(list(self.watched)):
            self.end(name)

    def ended(self) -> str | None:
        """Return the name of a part that ended by itself; null where all run."""
        return next((name for name, one in self.watched.items() if one.process.poll() is not None), None)

    def keep_up(self) -> None:
        """Start again what ends by itself or hangs, until interrupted."""
        while True:
            self.look_after()
            time.sleep(LOOK_EVERY_SECONDS)

    def look_after(self) -> None:
        """Look at each part once: begin again what has ended, after a pause that grows, and end what hangs."""
        now = time.monotonic()
        looks_closer = now - self.looked_at > ASK_EVERY_SECONDS
        self.looked_at = now if looks_closer else self.looked_at
        for name, one in list(self.watched.items()):
            if one.process.poll() is not None:
                self._begin_again(name, one, now)
            elif looks_closer and self.parts[name].health:
                self._look_at(name, one, time.monotonic())

    def _begin_again(self, name: str, one: Watched, now: float) -> None:
        if one.again is None:
            one.ends = one.ends + 1 if now - one.began < STEADY_AFTER_SECONDS else 1
            pause = min(2.0 ** (one.ends - 1) - 1, MOST_PAUSE_SECONDS)
            one.again = now + pause
            log.warning("%s ended (code %s) and is started again in %.0f s", name, one.process.returncode, pause)
        if now >= one.again:
            self.begin(name)

    def _look_at(self, name: str, one: Watched, now: float) -> None:
        """End a part that was well and has not answered for long; it is begun again at the next look."""
        if is_well(self.parts[name].health):
            one.well = now
        elif one.well is not None and now - one.well > HUNG_AFTER_SECONDS:
            log.warning("%s does not answer and is ended", name)
            self.end(name, signal.SIGKILL)


def is_well(health: str) -> bool:
    """Tell whether an address answers in time; what it answers does not matter, a busy part is not a hung one."""
    address = urlsplit(health)
    connection = HTTPConnection(str(address.hostname), address.port, timeout=HEALTH_WITHIN_SECONDS)
    try:
        connection.request("GET", address.path or "/")
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True
