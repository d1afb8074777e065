"""nginx's configuration, from `deploy/nginx.conf.j2`: that of a cluster on one machine, and the one to ship.

`python -m bot.cluster.nginx > deploy/nginx.conf` writes the latter again after a change of the template.
"""

import sys
from dataclasses import asdict, dataclass

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.deadlines import Deadlines, deadlines_within
from bot.files import ROOT

DEPLOY = ROOT / "deploy"
TEMPLATE = "nginx.conf.j2"
USUAL_REPLY_SECONDS = 4.5


@dataclass(frozen=True)
class Front:
    """What differs from nginx to nginx: addresses are `host:port`; `folder` holds what it writes, and the notice."""

    public: str
    rasa: str
    actions: str
    health: str
    doors: tuple[str, ...]
    rasa_servers: tuple[str, ...]
    action_servers: tuple[str, ...]
    folder: str
    deadlines: Deadlines
    tls: bool


def shipped_front() -> Front:
    """Return the nginx in front of several machines or containers, by their names."""
    return Front(
        public="443 ssl",
        rasa="5005",
        actions="5055",
        health="127.0.0.1:8081",
        doors=("door-1:8080", "door-2:8080"),
        rasa_servers=("rasa-1:5005", "rasa-2:5005"),
        action_servers=("actions-1:5055", "actions-2:5055"),
        folder="/var/lib/assistant-nginx",
        deadlines=deadlines_within(USUAL_REPLY_SECONDS),
        tls=True,
    )


def configuration(front: Front) -> str:
    """Return nginx's configuration."""
    environment = Environment(
        loader=FileSystemLoader(DEPLOY),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    times = {name: f"{seconds * 1000:.0f}ms" for name, seconds in _times(front.deadlines).items()}
    return environment.get_template(TEMPLATE).render(asdict(front), times=times)


def _times(deadlines: Deadlines) -> dict[str, float]:
    """Return how long nginx waits for each part: longer than its own deadline, less long than who asks."""
    return {
        "door": deadlines.reply * 1.1,
        "rasa": (deadlines.turn + deadlines.reply) / 2,
        "action": deadlines.reply / 2,  # so that there is time for a second server
        "action_in_all": deadlines.turn,
    }


if __name__ == "__main__":
    sys.stdout.write(configuration(shipped_front()))
