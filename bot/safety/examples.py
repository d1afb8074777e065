"""The labelled messages that the judge of warning signs learns from: `data/signs/<sign>.yml`, read as they stand.

`urgent` lists messages in which the sign is there now, `not_urgent` those that only use its words: denied, supposed,
feared, another person's, long past, or a normal amount.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.files import DATA, read_yaml

FOLDER = DATA / "signs"
NO_SIGN = "none"


class BadExamples(Exception):
    """Labelled messages that cannot be used; the message lists every problem."""


class ExampleFile(BaseModel):
    """What a file holds; `sign` is null where the messages brush against no sign."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sign: str | None
    urgent: tuple[str, ...] = ()
    not_urgent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Labelled:
    """One labelled message: whether it is urgent, and the sign whose words it uses."""

    text: str
    urgent: bool
    sign: str | None


def read_labelled(folder: Path = FOLDER) -> list[Labelled]:
    """Return the labelled messages of a folder.

    Raises:
        BadExamples: a file has another shape, is misnamed, or a message stands twice.
    """
    found: list[Labelled] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            file = ExampleFile.model_validate(read_yaml(path))
        except ValidationError as error:
            problems += [f"{path.name}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
            continue
        if path.stem != (file.sign or NO_SIGN):
            problems.append(f"{path.name}: sign is {file.sign}, expected {path.stem} as the file is named")
        if file.sign is None and file.urgent:
            problems.append(f"{path.name}: urgent messages must have a sign")
        found += [Labelled(text, True, file.sign) for text in file.urgent]
        found += [Labelled(text, False, file.sign) for text in file.not_urgent]
    seen: set[str] = set()
    for one in found:
        if one.text.lower() in seen:
            problems.append(f"{one.text!r}: stands twice")
        seen.add(one.text.lower())
    if problems or not found:
        raise BadExamples("\n".join(problems) or f"{folder}: holds no messages")
    return found
