"""Where the servers of a cluster lie: programs of the system, users, folders and files that one user may read.

Nothing of what the servers do.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Programs:
    """The programs that Debian's packages bring."""

    nginx: str
    postgres: str
    initdb: str
    redis: str
    rabbitmq: str
    epmd: str


PACKAGES = {
    "nginx": "nginx",
    "postgres": "postgresql",
    "initdb": "postgresql",
    "redis": "redis-server",
    "rabbitmq": "rabbitmq-server",
    "epmd": "erlang-base",
}


class MissingPrograms(Exception):
    """Programs that are not installed; the message names the packages."""


def find_programs() -> Programs:
    """Return the programs that a cluster needs.

    Raises:
        MissingPrograms: one of them is not installed.
    """
    found = {
        "nginx": shutil.which("nginx", path=SYSTEM_PATH),
        "postgres": _of_postgresql("postgres"),
        "initdb": _of_postgresql("initdb"),
        "redis": shutil.which("redis-server", path=SYSTEM_PATH),
        "rabbitmq": shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin"),  # not its wrapper
        "epmd": shutil.which("epmd", path=SYSTEM_PATH),
    }
    packages = sorted({PACKAGES[name] for name, path in found.items() if path is None})
    if packages:
        raise MissingPrograms(f"not installed: {', '.join(packages)}. apt-get install --no-install-recommends them")
    return Programs(**{name: path for name, path in found.items() if path is not None})


def own_user(name: str) -> str | None:
    """Return the user that a server runs as: its own where we may choose (root), else ours."""
    return name if os.geteuid() == 0 else None


def own_folder(path: Path, user: str | None) -> Path:
    """Make a folder that one user alone may read."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _give(path, user)
    return path


def own_file(path: Path, text: str, user: str | None) -> Path:
    """Write a file that one user alone may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    _give(path, user)
    return path


def _of_postgresql(program: str) -> str | None:
    """Return a program of the newest PostgreSQL."""
    found = Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    return str(newest) if newest else None


def _give(path: Path, user: str | None) -> None:
    if user:
        shutil.chown(path, user, user)
