"""Ask an advisory service, through pip-audit, about the locked packages, and read what it says.

pip-audit skips a package that the service does not know and still ends as if all were well. So a control goes with the
packages, an old release with a well-known advisory: where that is not found, nobody has looked. What the findings mean
for us is told in `bot/audit/judge.py`.
"""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.audit.lock import LOCK, normal_name
from bot.files import ROOT

TOOL = ROOT / ".venv-audit" / "bin" / "pip-audit"
CONTROL = "django"
CONTROL_ADVISORY = "CVE-2019-14234"
CONTROL_LINE = (
    f"{CONTROL}==2.2 --hash=sha256:a2814bffd1f007805b19194eb0b9a331933b82bd5da1c3ba3d7b7ba16e06dc4b"  # as PyPI has it
)
ONE_ANSWER = 15  # seconds for one package
WHOLE_RUN = 600.0  # seconds


class NotLooked(Exception):
    """pip-audit could not be run, or said nothing that can be read; the message says which and why."""


class Shape(BaseModel):
    """A frozen part of what pip-audit writes; it may learn to write more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Advisory(Shape):
    """One known vulnerability of a package. Shape: pip-audit's `vulns`."""

    id: str
    aliases: tuple[str, ...] = ()
    fix_versions: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every name that it is known by."""
        return (self.id, *self.aliases)


class Package(Shape):
    """A package that was asked about: with its version and advisories, or with the reason why it was skipped."""

    name: str
    version: str | None = None
    vulns: tuple[Advisory, ...] | None = None
    skip_reason: str | None = None

    @property
    def key(self) -> str:
        """Its name as registries compare it."""
        return normal_name(self.name)

    @property
    def is_audited(self) -> bool:
        """Whether the service said what it knows of this version."""
        return self.skip_reason is None and self.vulns is not None and self.version is not None


class Findings(Shape):
    """What pip-audit writes with `--format json`."""

    dependencies: tuple[Package, ...]


@dataclass(frozen=True)
class Service:
    """Who is asked: the registry's own advisories, or an OSV service at an address."""

    osv_url: str | None = None

    @property
    def options(self) -> list[str]:
        """The options that make pip-audit ask there."""
        return ["--vulnerability-service", "osv", "--osv-url", self.osv_url] if self.osv_url else []


def read_findings(text: str) -> Findings:
    """Return what pip-audit wrote.

    Raises:
        NotLooked: it is not JSON of the shape that pip-audit documents.
    """
    try:
        return Findings.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "text"
        raise NotLooked(f"what pip-audit wrote cannot be read: {where}: {first['msg']}") from error


def look(service: Service, lock: Path = LOCK, tool: Path = TOOL, whole_run: float = WHOLE_RUN) -> Findings:
    """Return what an advisory service knows of the locked packages and of the control.

    The answers are asked for anew each time, never taken from a cache.

    Units: seconds.
    Raises:
        NotLooked: pip-audit is missing, failed, took too long, or wrote nothing that can be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        control = Path(folder) / "control.txt"
        control.write_text(CONTROL_LINE + "\n", encoding="utf-8")
        command = [
            str(tool), "--requirement", str(lock), "--requirement", str(control), "--require-hashes", "--disable-pip",
            "--format", "json", "--aliases", "on", "--desc", "off", "--progress-spinner", "off",
            "--timeout", str(ONE_ANSWER), "--cache-dir", str(Path(folder) / "cache"), *service.options,
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=whole_run, check=False)
        except OSError as error:
            raise NotLooked(f"pip-audit could not be started: {error}") from error
        except subprocess.TimeoutExpired as error:
            raise NotLooked(f"pip-audit was not done after {whole_run:.0f} s") from error
    if done.returncode not in (0, 1) or not done.stdout.strip():
        said = done.stderr.strip().splitlines()
        raise NotLooked(f"pip-audit failed with exit code {done.returncode}: {said[-1] if said else 'it said nothing'}")
    return read_findings(done.stdout)
