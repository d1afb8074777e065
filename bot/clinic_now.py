"""The clinic as the desk says it is, in every process and without a restart: read every two seconds by a thread.

While the database is away the last clinic that was read holds; before the first reading it is that of the clinic file.
"""

import logging
import threading
from typing import cast

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.knowledge.clinic_versions import FILE_NUMBER, ClinicVersions
from bot.live import Live
from bot.question import Language
from bot.settings import Clinic

READ_EVERY_SECONDS = 2.0
log = logging.getLogger("bot.clinic_now")


class LiveClinic(Live):
    """Stands in the place of a `Clinic`; what is made of it with `derived` follows it."""

    def __init__(self, shipped: Clinic) -> None:
        super().__init__(lambda: self._present)
        self.shipped = shipped
        self._present, self._number = shipped, FILE_NUMBER
        self._reading = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_away = False
        self._stopped = threading.Event()

    def told_in(self, language: Language) -> Clinic:
        """Return the clinic as it is called in a language, as live as this one."""
        return cast(Clinic, self.derived(lambda clinic: clinic.told_in(language)))

    def read(self, engine: Engine) -> None:
        """Read the version that holds now; keep the last one where the database is away."""
        versions = ClinicVersions(engine, self.shipped)
        try:
            with self._reading:
                if versions.number() != self._number:
                    latest = versions.latest()
                    self._present, self._number = latest.clinic, versions.number()
                    log.info("the clinic is that of version %s", latest.number)
            self._is_away = False
        except SQLAlchemyError as error:
            if not self._is_away:
                log.warning("the clinic cannot be read, the last one holds: %s", type(error).__name__)
            self._is_away = True

    def watch(self, engine: Engine) -> None:
        """Read on in a thread of its own, as long as the process lives; once a process."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._read_on, args=(engine,), name="clinic", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _read_on(self, engine: Engine) -> None:
        while not self._stopped.is_set():
            self.read(engine)
            self._stopped.wait(READ_EVERY_SECONDS)


def live_clinic(shipped: Clinic) -> Clinic:
    """Return a clinic that is the one of the file until it is watched or read."""
    return cast(Clinic, LiveClinic(shipped))


def watch_clinic(clinic: Clinic, engine: Engine) -> None:
    """Let a live clinic follow what the desk writes; one that is not live stays as it is."""
    if isinstance(clinic, LiveClinic):
        clinic.watch(engine)


def read_clinic_now(clinic: Clinic, engine: Engine) -> None:
    """Let a live clinic be what the desk has just written, in this process at once."""
    if isinstance(clinic, LiveClinic):
        clinic.read(engine)


def clinic_of_the_file(clinic: Clinic) -> Clinic:
    """Return the clinic as its file describes it."""
    return clinic.shipped if isinstance(clinic, LiveClinic) else clinic
