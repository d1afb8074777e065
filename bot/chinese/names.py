"""Find in a Chinese message which procedure it names, what she says of herself, and where she stands."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.chinese.data import Names, fold
from bot.question import Procedure
from bot.understanding.names import Mention
from bot.wording import Wording

ANY_PROCEDURE = "检查"
DENIED = re.compile(r"(?:没有?|不是?|无|未|别)(?:有|再|在|被|做过|任何)?$")
FILLERS = re.compile(r"(?:我(?:要|想)?(?:问|说|指)?的?是?|那|呢|的|是|就|哦|噢|啊|吧|对|嗯|想问|关于|\W|_)*")
CLAUSE_ENDS = ".!?;,\n"


@dataclass(frozen=True)
class ChineseNames:
    """Finds phrases as they stand, the longest first; a condition after words such as 没有 is denied."""

    phrases: Mapping[str, Mapping[str, str]]

    def find(self, text: str) -> list[Mention]:
        """Return what is named and revealed, in the order it stands. `text` is folded."""
        found = [mention for kind in self.phrases for mention in self._of_kind(kind, text)]
        return sorted(found, key=lambda one: (one.start, one.end))

    def masked(self, text: str) -> str:
        """Return a text that calls each procedure only an examination."""
        parts, at = [], 0
        for mention in self._of_kind("procedure", text):
            parts += [text[at : mention.start], ANY_PROCEDURE]
            at = mention.end
        return "".join([*parts, text[at:]])

    def is_only_a_name(self, text: str) -> bool:
        """Tell whether nothing but a procedure is named."""
        mentions = list(self._of_kind("procedure", text))
        if not mentions:
            return False
        rest, at = [], 0
        for mention in mentions:
            rest.append(text[at : mention.start])
            at = mention.end
        return FILLERS.fullmatch("".join([*rest, text[at:]])) is not None

    def _of_kind(self, kind: str, text: str) -> Iterator[Mention]:
        taken: set[int] = set()
        listed = self.phrases[kind]
        found = []
        for phrase in sorted(listed, key=len, reverse=True):
            for match in re.finditer(re.escape(phrase), text):
                if taken.isdisjoint(range(*match.span())):
                    taken.update(range(*match.span()))
                    found.append((match, listed[phrase]))
        for match, value in sorted(found, key=lambda one: one[0].start()):
            is_denied = kind == "condition" and DENIED.search(text, max(0, match.start() - 4), match.start())
            name = "denied_condition" if is_denied else kind
            yield Mention(name, value, *match.span(), match.group())


def build_chinese_names(names: Names, wording: Wording) -> ChineseNames:
    """Return a finder of names; the labels of buttons are found too."""
    procedures = {fold(word): name for name, words in names.procedures.items() for word in words}
    procedures |= {fold(wording.procedure_name(procedure)): procedure.value for procedure in Procedure}
    conditions = {fold(word): name for name, words in names.conditions.items() for word in words}
    conditions |= {fold(entry.label): name for name, entry in wording.conditions.items()}
    phases = {fold(word): name for name, words in names.phases.items() for word in words}
    return ChineseNames({"procedure": procedures, "condition": conditions, "phase": phases})
