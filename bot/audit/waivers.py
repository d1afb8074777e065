"""The waivers of `data/audit/waivers.yml`: which known vulnerability is left in place, why, and until when.

A waiver holds for one locked version, and for the ids that it names alone: a new id on the same package is found again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.audit.lock import normal_name
from bot.files import DATA, UnreadableFile, read_yaml

WAIVERS = DATA / "audit" / "waivers.yml"
LONGEST = timedelta(days=180)
SHORTEST_REASON = 40  # characters; less says that it cannot reach us and not why


class Waiver(BaseModel):
    """One package with what is known of it, and why that is left in place."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
    package: str = Field(min_length=1)
    version: str = Field(min_length=1)
    kind: Literal["vulnerability", "out_of_support"]
    ids: tuple[str, ...] = ()
    why: str = Field(min_length=SHORTEST_REASON)
    decided_by: str = Field(min_length=1)
    decided: date
    expires: date

    @field_validator("package")
    @classmethod
    def _normal(cls, name: str) -> str:
        return normal_name(name)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if bool(self.ids) != (self.kind == "vulnerability"):
            raise ValueError("a vulnerability has ids, a package out of support has none")
        if not self.decided < self.expires <= self.decided + LONGEST:
            raise ValueError(
                f"expires {self.expires}, expected after {self.decided} and at most {LONGEST.days} days later"
            )
        return self

    def covers(self, package: str, version: str, ids: Sequence[str]) -> bool:
        """Tell whether this waives an advisory, known by any of its ids."""
        return (package, version) == (self.package, self.version) and not set(ids).isdisjoint(self.ids)


def read_waivers(path: Path = WAIVERS) -> tuple[list[Waiver], list[str]]:
    """Return the waivers that can be read, and what is wrong with the others."""
    try:
        entries = read_yaml(path).get("waivers")
    except UnreadableFile as error:
        return [], [str(error)]
    if not isinstance(entries, list):
        return [], [f"{path.name}: waivers: expected a list"]
    waivers: list[Waiver] = []
    problems: list[str] = []
    for number, entry in enumerate(entries, 1):
        name = entry.get("package", number) if isinstance(entry, dict) else number
        try:
            waivers.append(Waiver.model_validate(entry))
        except ValidationError as error:
            problems += [
                f"{path.name}: {name}: {'.'.join(map(str, each['loc'])) or 'entry'}: {each['msg']}"
                for each in error.errors()
            ]
    return waivers, problems


def waiver_problems(locked: Mapping[str, str], today: date, path: Path = WAIVERS) -> Iterator[str]:
    """Yield what is wrong with the waivers: unreadable, expired, twice, or for what is no longer locked."""
    waivers, problems = read_waivers(path)
    yield from problems
    seen: set[tuple[str, str]] = set()
    for waiver in waivers:
        where = f"{path.name}: {waiver.package}"
        if waiver.decided > today:
            yield f"{where}: decided on {waiver.decided}, which is still to come"
        if waiver.expires < today:
            yield f"{where}: expired on {waiver.expires}; decide again, or lift the package"
        if waiver.package not in locked:
            yield f"{where}: is not locked any more; remove the waiver"
        elif locked[waiver.package] != waiver.version:
            yield f"{where}: is for {waiver.version}, locked is {locked[waiver.package]}; decide again, or remove it"
        if (waiver.package, waiver.kind) in seen:
            yield f"{where}: {waiver.kind}: stands twice"
        seen.add((waiver.package, waiver.kind))
