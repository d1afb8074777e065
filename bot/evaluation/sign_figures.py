"""Count a set of warning signs: what was caught, what was called urgent and is not, sign by sign."""

from collections import defaultdict
from collections.abc import Sequence

from bot.evaluation.figures import Better, Figure, Wrong, counts_of, kinds_and_times, shares_of
from bot.evaluation.signs import MeasuredSign

Hits = dict[str, tuple[list[bool], Better]]


def sign_figures(measured: Sequence[MeasuredSign]) -> dict[str, Figure]:
    """Return the figures by name; those of signs follow those of all, the worst sign first."""
    urgent = [one for one in measured if one.urgent]
    rest = [one for one in measured if not one.urgent]
    whole: Hits = {
        "urgent: caught": ([one.is_called_urgent for one in urgent], "higher"),
        "not urgent: false alarms": ([one.is_called_urgent for one in rest], "lower"),
    }
    caught = sorted(shares_of(_by_group("caught", urgent, "higher")).items(), key=lambda item: item[1].value)
    alarms = sorted(shares_of(_by_group("false alarms", rest, "lower")).items(), key=lambda item: -item[1].value)
    levels = counts_of("replies of level", (level for one in measured for level in one.levels))
    return shares_of(whole) | kinds_and_times(measured) | levels | dict(caught) | dict(alarms)


def wrong_signs(measured: Sequence[MeasuredSign]) -> list[Wrong]:
    """Return every message that went wrong, the missed ones first."""
    missed = [Wrong("missed", one) for one in measured if one.urgent and not one.is_right]
    return missed + [Wrong("false alarm", one) for one in measured if not one.urgent and not one.is_right]


def _by_group(what: str, measured: Sequence[MeasuredSign], better: Better) -> Hits:
    found: dict[str, list[bool]] = defaultdict(list)
    for one in measured:
        if one.group:
            found[one.group].append(one.is_called_urgent)
    return {f"{what}: {group}": (hits, better) for group, hits in sorted(found.items())}
