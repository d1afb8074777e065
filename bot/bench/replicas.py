"""What one and two of each part behind nginx answer: `make bench-replicas`. Units: messages a second, processor ms.

The whole of `make cluster` runs on this machine, PostgreSQL, Redis, RabbitMQ and nginx too, and so does the load. What
a message takes of the processor in each kind of process tells what limits it, and what more machines would bring.
"""

import asyncio
import json
import logging
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from bot.bench.load import questions, rotated
from bot.bench.processes import processor_seconds
from bot.cluster.cluster import Cluster
from bot.cluster.places import MissingPrograms
from bot.files import ROOT
from bot.ports import free_port
from bot.serve import NotStarted, trained_model

RESULTS = ROOT / "results" / "bench"
REPLICAS, CLIENTS = (1, 2), (1, 8, 16)
SECONDS, WARM_MESSAGES = 20.0, 40
MESSAGES_A_CONVERSATION = 8
WITHIN_SECONDS = 30
WITHOUT_LIMIT = {"BOT_RATE_LIMIT": "off"}
log = logging.getLogger("bench")


def main() -> int:
    """Measure one and two of each part, keep and print what came of it; return the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended so, it stops what it started
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        found = [one for each in REPLICAS for one in _measure(each)]
    except (MissingPrograms, NotStarted) as error:
        log.error("%s", error)
        return 1
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"replicas-{datetime.now(UTC):%Y-%m-%dT%H%M%S}.json"
    path.write_text(json.dumps(found, indent=1), encoding="utf-8")
    kinds = list(found[0]["processor"])
    sys.stdout.write(f"| of each part | clients | messages a second | p50, p95 ms | refused | {' | '.join(kinds)} |\n")
    sys.stdout.write("| --- " * (5 + len(kinds)) + "|\n")
    for one in found:
        spent = " | ".join(f"{one['processor'][kind]:.1f}" for kind in kinds)
        told = f"| {one['each']} | {one['clients']} | {one['throughput']:.1f} | {one['p50']:.0f}, {one['p95']:.0f} "
        sys.stdout.write(f"{told}| {one['refused']} | {spent} |\n")
    sys.stdout.write(f"written to {path.relative_to(ROOT)}\n")
    return 0


def _measure(each: int) -> list[dict[str, Any]]:
    """Return what a cluster with so many of each part does under each number of clients."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(
            folder=Path(folder), port=free_port(), each=each, model=trained_model(), environ=WITHOUT_LIMIT
        )
        with cluster.running():
            log.info("%d of each part", each)
            asyncio.run(_hold(cluster, 4, WARM_MESSAGES, 0))
            return [_under_load(cluster, clients, number) for number, clients in enumerate(CLIENTS, 1)]


def _under_load(cluster: Cluster, clients: int, number: int) -> dict[str, Any]:
    before = _spent(cluster)
    began = time.monotonic()
    took, refused = asyncio.run(_hold(cluster, clients, None, number))
    seconds = time.monotonic() - began
    spent = {kind: 1000 * (now - before[kind]) / len(took) for kind, now in _spent(cluster).items()}
    return {
        "each": cluster.each,
        "clients": clients,
        "throughput": len(took) / seconds,
        "p50": 1000 * median(took),
        "p95": 1000 * quantiles(took, n=20)[-1],
        "refused": refused,
        "processor": spent,
    }


async def _hold(cluster: Cluster, clients: int, most: int | None, number: int) -> tuple[list[float], int]:
    """Let clients write, each from an address of its own, for some seconds or so many messages.

    Returns the seconds that each answer took, and how many messages were refused.
    """
    texts, places = rotated(questions(), number), count()
    until = time.monotonic() + (SECONDS if most is None else 10 * SECONDS)
    took: list[float] = []
    refused = 0

    async def write(client_number: int) -> None:
        nonlocal refused
        transport = httpx.AsyncHTTPTransport(local_address=f"127.0.{1 + number}.{1 + client_number}")
        async with httpx.AsyncClient(
            base_url=cluster.url, transport=transport, timeout=WITHIN_SECONDS, trust_env=False
        ) as client:
            session = None
            for written in count():
                if time.monotonic() > until or (most is not None and len(took) >= most):
                    return
                if written % MESSAGES_A_CONVERSATION == 0:
                    session = None
                began = time.monotonic()
                body = {"message": texts[next(places) % len(texts)], "session": session}
                response = await client.post("/api/chat", json=body)
                if response.is_success:
                    session = response.json()["session"]
                    took.append(time.monotonic() - began)
                else:
                    refused += 1

    await asyncio.gather(*(write(one) for one in range(clients)))
    return took, refused


def _spent(cluster: Cluster) -> dict[str, float]:
    """Return the processor seconds of each kind of process so far; RabbitMQ's name server counts with it."""
    kinds: dict[str, list[int]] = {}
    for name, process in cluster.processes.items():
        kinds.setdefault(name.partition("-")[0].replace("epmd", "rabbitmq"), []).append(process.pid)
    return {kind: processor_seconds(sessions) for kind, sessions in kinds.items()}


if __name__ == "__main__":
    sys.exit(main())
