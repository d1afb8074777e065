"""Read `data/knowledge/warning_signs.yml`, or list every problem in it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from bot.files import KNOWLEDGE, read_yaml
from bot.knowledge.words import FOLDED
from bot.safety.amounts import KINDS, Thresholds
from bot.safety.shapes import GROUP, Cue, WarningSigns, Words

FILE = "warning_signs.yml"


class BadSigns(Exception):
    """Warning signs that must not be used; the message lists every problem, one a line."""


def read_signs(folder: Path = KNOWLEDGE) -> WarningSigns:
    """Return the warning signs of a folder that has no problem.

    Raises:
        BadSigns: lists every problem that was found.
        UnreadableFile: the file is missing or is not YAML.
    """
    try:
        signs = WarningSigns.model_validate(read_yaml(folder / FILE))
    except ValidationError as error:
        raise BadSigns(
            "\n".join(f"{FILE}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        ) from error
    if problems := list(_problems(signs)):
        raise BadSigns("\n".join(problems))
    return signs


def sources_of(signs: WarningSigns) -> set[str]:
    """Return the ids of the sources that the signs name."""
    return {source.id for sign in signs.signs for source in sign.sources}


def _problems(signs: WarningSigns) -> Iterator[str]:
    for kind in ("thresholds", "words", "cues", "signs"):
        counts = Counter(entry.id for entry in getattr(signs, kind))
        yield from (f"{FILE}: {kind}: {name}: stands {count} times" for name, count in counts.items() if count > 1)
    thresholds = {threshold.id for threshold in signs.thresholds}
    expected = set(Thresholds.__dataclass_fields__)
    yield from (f"{FILE}: thresholds: {name}: is missing" for name in sorted(expected - thresholds))
    yield from (f"{FILE}: thresholds: {name}: unknown, expected {sorted(expected)}" for name in thresholds - expected)
    groups = {group.id for group in signs.words}
    yield from (f"{FILE}: words: {name}: is found by its number" for name in sorted(groups & KINDS))
    used: set[str] = set()
    for sign in signs.signs:
        for pattern in (*sign.patterns, *sign.unless):
            named = set(GROUP.findall(pattern))
            used |= named
            yield from (
                f"{FILE}: {sign.id}: {pattern!r}: unknown group {{{name}}}" for name in sorted(named - groups - KINDS)
            )
            if set("{}") & set(GROUP.sub("", pattern)):
                yield f"{FILE}: {sign.id}: {pattern!r}: expected braces around a group alone"
    for cue in signs.cues:
        named = {*cue.stopped_by, *cue.lifted_by}
        used |= named
        yield from (f"{FILE}: cues: {cue.id}: unknown group {name}" for name in sorted(named - groups - KINDS))
    yield from (f"{FILE}: words: {name}: is used by nothing" for name in sorted(groups - used))
    entries: tuple[Words | Cue, ...] = (*signs.words, *signs.cues)
    for entry in entries:
        folded = Counter(word.translate(FOLDED).lower() for word in entry.words)
        yield from (f"{FILE}: {entry.id}: {word!r} stands {n} times" for word, n in folded.items() if n > 1)
