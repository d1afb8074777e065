"""Read what `make calibrate` leaves of its cross-validation: confidence against being right, chance against scope."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

HOW_TO_MAKE = "`make calibrate` writes it."
Chance = Annotated[float, Field(ge=0.0, le=1.0)]


class NoCrossValidation(Exception):
    """The file is missing or not as expected; the message says which, and how to make it."""


class CrossValidation(BaseModel):
    """What was foreseen of held-back sentences, and what was so: the topic being right, the sentence being in scope.

    Shape: `confidence` and `right` belong together, and so do `in_scope_chance` and `in_scope`. `ece` is the expected
    calibration error.
    """

    model_config = ConfigDict(frozen=True)
    confidence: list[Chance] = Field(min_length=1)
    right: list[bool]
    in_scope_chance: list[Chance] = Field(min_length=1)
    in_scope: list[bool]
    ece: Chance

    @model_validator(mode="after")
    def _lists_fit(self) -> "CrossValidation":
        for one, other in (("confidence", "right"), ("in_scope_chance", "in_scope")):
            lengths = len(getattr(self, one)), len(getattr(self, other))
            if lengths[0] != lengths[1]:
                raise ValueError(f"{one} and {other}: expected lists of the same length, found {lengths}")
        return self


def read_cross_validation(path: Path) -> CrossValidation:
    """Return the cross-validation in a file.

    Raises:
        NoCrossValidation: the file is missing or not as expected.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        return CrossValidation.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise NoCrossValidation(f"{name} is missing. {HOW_TO_MAKE}") from error
    except (OSError, ValidationError) as error:
        raise NoCrossValidation(f"{name} cannot be used: {_why(error)}. {HOW_TO_MAKE}") from error


def _why(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return str(error.strerror)
    first = error.errors()[0]
    return ": ".join([*(str(part) for part in first["loc"]), first["msg"]])
