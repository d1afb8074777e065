"""Run the cluster until Ctrl-C: `python -m bot.cluster`, which is what `make cluster` runs."""

import logging
import signal
import sys
import time

from bot.cluster.cluster import Cluster
from bot.cluster.places import MissingPrograms
from bot.files import ROOT
from bot.ports import is_free
from bot.serve import NotStarted, trained_model
from bot.settings import is_loopback, read_settings

log = logging.getLogger("serve")


def main() -> int:
    """Serve until interrupted; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _interrupt)
    settings = read_settings()
    if not is_loopback(settings.host):
        log.error("`make cluster` serves this machine alone, not %s. See docs/deployment.md.", settings.host)
        return 1
    if not is_free(settings.port, settings.host):
        log.error("Port %d is taken. Choose another: PORT=8081 make cluster", settings.port)
        return 1
    started = time.monotonic()
    try:
        cluster = Cluster(folder=ROOT / "var" / "cluster", port=settings.port, model=settings.model or trained_model())
        with cluster.running():
            log.info("Ready after %.0f s: %s  (Ctrl-C stops)", time.monotonic() - started, cluster.url)
            log.info("Files, logs and secrets: %s", cluster.folder)
            cluster.keep_up()
    except KeyboardInterrupt:
        log.info("Stopped.")
    except (MissingPrograms, NotStarted) as error:
        log.error("%s", error)
        return 1
    return 0


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
