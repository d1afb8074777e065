"""Find names in Chinese characters: a surname and one or two characters more, beside a cue. No mark ends a name.

Cues and surnames are data; what the project's own Chinese sentences hold is no name, whatever it looks like.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from presidio_analyzer import Pattern, PatternRecognizer, RecognizerResult

from bot.privacy.names import NAME

HAN = r"[\u4e00-\u9fff]"
ANY_HAN = re.compile(HAN)
END = r"$|[\s,.!?;:\uff0c\u3002\uff01\uff1f\uff1b\uff1a\u3001()\uff08\uff09\d]|今年|电话|手机"
VERB = "[想的说在和要做]"
WHEN = "昨天|今天|前天|刚|上周|做了|想"
BEFORE_TITLE = "找|和|是|跟|给|问|让|由|的|了|请|谢谢"


class ChineseNameRecognizer(PatternRecognizer):
    """Presidio's recogniser of names in Chinese characters."""

    def __init__(self, cues: Mapping[str, Sequence[str]], surnames: Sequence[str], sentences: str) -> None:
        """Build the patterns; a match that `sentences` hold does not count."""
        self.sentences = sentences
        patterns = [Pattern(f"Chinese name {at}", one, 1.0) for at, one in enumerate(_patterns(cues, surnames), 1)]
        super().__init__(NAME, name="Chinese name", patterns=patterns, global_regex_flags=re.MULTILINE)

    def analyze(self, text: str, *details: Any, **named: Any) -> list[RecognizerResult]:
        """Return where names stand."""
        return super().analyze(text, *details, **named) if ANY_HAN.search(text) else []

    def invalidate_result(self, pattern_text: str) -> bool:
        """Tell whether a match is no name."""
        return len(pattern_text) > 1 and pattern_text in self.sentences


def _patterns(cues: Mapping[str, Sequence[str]], surnames: Sequence[str]) -> Iterator[str]:
    kinds = (sorted(cues[f"chinese_{kind}"], key=len, reverse=True) for kind in ("named", "who", "titles"))
    named, who, titles = map("|".join, kinds)
    surname = f"(?:{'|'.join(surnames)})"
    ends = f"(?:{END}|{VERB})"
    yield (
        rf"(?:{named})[ \t]*(?:是|叫|为|:|\uff1a)?[ \t]*\K{surname}"
        rf"(?:{HAN}{{1,2}}?(?={ends})|(?!{HAN}{ends}){HAN}{{2}})"
    )
    yield rf"(?:{who})(?:是|叫)?\K{surname}{HAN}{{1,2}}(?={END}|{WHEN})"
    yield rf"(?:^|(?<=[^\u4e00-\u9fff]|{BEFORE_TITLE}))(?!谢谢){surname}{HAN}{{0,2}}(?={titles})"
