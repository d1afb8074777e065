"""Count a set of dates: how many answers are right, kind by kind."""

from collections.abc import Sequence

from bot.evaluation.dates import KEYS, MeasuredDates
from bot.evaluation.figures import Better, Figure, Wrong, kinds_and_times, shares_of

FAULTS = ("dates given, though none may be", "wrong dates", "no dates", "neither asked nor turned down")


def date_figures(measured: Sequence[MeasuredDates]) -> dict[str, Figure]:
    """Return the figures by name; one that there is no case of is left out."""
    without_dates = [one for one in measured if one.key in ("ask", "reject")]
    hits: dict[str, tuple[list[bool], Better]] = {
        "dates: right": ([one.is_right for one in measured], "higher"),
        **{f"{key}: right": ([one.is_right for one in measured if one.key == key], "higher") for key in KEYS},
        "ask or reject: right by a did-you-mean alone": ([one.is_only_offered for one in without_dates], "lower"),
        "ask or reject: dates given": ([bool(one.told) for one in without_dates], "lower"),
    }
    return shares_of(hits) | kinds_and_times(measured)


def wrong_dates(measured: Sequence[MeasuredDates]) -> list[Wrong]:
    """Return every message whose answer is wrong: dates given where none may be, wrong dates, no dates."""
    found = [(_fault(one), one) for one in measured if not one.is_right]
    return [Wrong(fault, one) for fault, one in sorted(found, key=lambda item: FAULTS.index(item[0]))]


def _fault(one: MeasuredDates) -> str:
    may_be_none = one.key in ("ask", "reject")
    if one.told:
        return FAULTS[0] if may_be_none else FAULTS[1]
    return FAULTS[3] if may_be_none else FAULTS[2]
