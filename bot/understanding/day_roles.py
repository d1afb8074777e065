"""Tell what happened on each day that a message names, by the words around it, nearest first, its own clause first.

A day that is only asked about ("can I come on Friday?") has no role and is not told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.understanding.day_cues import BLOOD, BOOKABLE, CUES, WEAK, Role
from bot.understanding.day_words import DAY, MONTHS, split_words

ASKING = (
    r"(?:(?:can|could|may|might|must|should|shall|would|does|is|are|am|was|will|has) (?:i|we|you|it|they|the|my|there"
    r"|this"
    r"|that|he|she|a|an|me|someone|anyone|\u0002|day|sex|bathing|period)|(?:do|did|have) (?:i|we|you|it|they|there"
    r"|he|she))(?!\w)"
)
QUESTIONS = r"(?:what|when|how|which|where|why|who|whether|wat|wen)\b"
SUBJECT = (
    rf"(?:(?:i|we) (?:have |had |just |only |already |finally |am |was )*(?:started|finished|ended|stopped|began|got"
    rf"|had|bled|came|on)\b"
    rf"|my (?:last |next |previous )?(?:{BLOOD}|lmp|{BOOKABLE})\b)"
)
BEFORE_SUBJECT = frozenset(
    split_words(
        "since when after before if of on did does is has was until and that from to do with for in are once because as"
        " about between during said see because think than how long not \u0001 over expecting expect get got had have"
        " finished finish started start ended end stopped stop began done did getting having wait waiting"
    )
)
ASKED_NOT_AFTER = frozenset(split_words("my the that since day and i we you it they he she to not if"))
BREAK = re.compile(
    r"[,;()]|(?<!\S)-(?!\S)|(?<!\S)(?:and|but|because|so|then|while|also|plus|cause|coz|if|when|once|after that"
    r"|however)(?!\S)"
)
SENTENCE = re.compile(r"(?<!\S)[.!?]+(?!\S)|(?<=\S)[.!?]+(?=\s|$)")
FILLER = re.compile(
    r"\b(?:it|was|is|on|the|since|i|think|yes|no|sorry|meant|mean|ok|hi|hello|doctor|dr|that|this|in|at|of|my|and|so"
    r"|well"
    r"|actually|not|oh|please|just|exactly|yeah|am|sure|a|an|to|for|from|about|around|maybe|approximately|dear|thanks"
    r"|thank|you|or|would|be|say|have|must|been|long|only|be|which|date|day|roughly|guess|probably|today)\b"
    r"|[^\w\u0001\u0002]"
)
NOT_A_DAY = re.compile(r"\b(?:every|each|before|after|by|than|on)(?: the)*$")
DROPPED = re.compile(r"\bnot (?:on |the |on the |since |from )*$")
RANGE = re.compile(rf" ?(?:to|until|-|till) (?:the |on )*(?={DAY}|$)")
CORRECTS = re.compile(
    r"^[ ,.!-]*(?:(?:no|oh|sorry|oops|wait|actually|i mean|i meant|mean|meant|correction|rather|or rather|ups|but|it"
    r" was|it is"
    r"|is|make that|on|the|my bad|not|wrong)[ ,.!-]*)+$"
)
CORRECTING = re.compile(r"\b(?:no|sorry|oops|wait|actually|mean|meant|correction|rather|ups|make that|bad|wrong)\b")
OTHERS = re.compile(r"\b(?:husband|sister|friend|mother|mum|mom|cousin|his|he|boyfriend|colleague)s?\b")
NAMED = re.compile(rf"(?<!\S){BOOKABLE}(?!\w)")
FAR_AFTER, WEAK_COST = 2, 6


@dataclass(frozen=True)
class Cue:
    """Words that tell what happened. Units: characters of the masked line."""

    role: Role
    start: int
    end: int
    cost: int


@dataclass(frozen=True)
class Clause:
    """A stretch of the masked line, the sentence it is in and whether it asks. Units: characters."""

    start: int
    end: int
    sentence: int
    asks: bool
    supposes: bool


@dataclass(frozen=True)
class RoleFinder:
    """Finds the roles of days; `cues` are tried in order, and the longest at a place holds."""

    cues: tuple[tuple[Role, re.Pattern[str], int], ...]

    def roles(self, masked: str, at: tuple[int, ...]) -> list[Role]:
        """Return the role of each day, which stands in the masked line where `at` tells."""
        if not at:
            return []
        clauses = list(clauses_of(masked))
        cues = self._cues(masked)
        roles: list[Role] = []
        for index, place in enumerate(at):
            roles.append(_role(masked, place, index, at, clauses, cues, roles))
        return _corrected(masked, at, roles)

    def _cues(self, masked: str) -> list[Cue]:
        named = NAMED.search(masked) is not None
        found = [
            Cue(role, match.start(), match.end(), cost)
            for role, pattern, cost in self.cues
            if named or not cost or role == "start"
            for match in pattern.finditer(masked)
        ]
        found.sort(key=lambda cue: (cue.cost > 0, cue.start - cue.end))
        kept: list[Cue] = []
        for cue in found:
            if all(cue.end <= other.start or cue.start >= other.end for other in kept):
                kept.append(cue)
        return sorted(kept, key=lambda cue: cue.start)


def build_role_finder() -> RoleFinder:
    """Return a finder of roles."""
    strong = [(role, re.compile(rf"(?<!\S)(?:{words})(?![^\s.,;!?)])"), 0) for role, words in CUES.items()]
    weak = [(role, re.compile(rf"(?<!\S)(?:{words})(?![^\s.,;!?)])"), WEAK_COST) for role, words in WEAK.items()]
    return RoleFinder((*strong, *weak))


def clauses_of(masked: str) -> Iterator[Clause]:
    """Return the clauses of a line of words: they end at punctuation, at some words, and where a question begins."""
    start = 0
    for number, end in enumerate([*(match.end() for match in SENTENCE.finditer(masked)), len(masked)]):
        question = masked[start:end].rstrip().endswith("?")
        cuts = sorted({start, *(start + cut for cut in _cuts(masked[start:end])), end})
        for first, last in pairwise(cuts):
            words = masked[first:last].strip(" ,;()-")
            words = re.sub(r"^(?:and|but|so|then|also|hi|hello|doctor|dr|please|pls|ok|yes|no)\b[ ,]*", "", words)
            supposes = bool(re.match(r"(?:if|when|once|in case|suppose)\b", words)) or words.startswith("what if")
            asks = bool(re.match(rf"(?:{ASKING}|{QUESTIONS}|(?:is|are|can|could|would|will|does) {DAY} ?\w)", words))
            asks = asks or (
                question
                and last == end
                and not re.search(r"\b(?:started|ended|finished|was|had|began|stopped|came|late)\b", words)
            )
            yield Clause(first, last, number, asks and not supposes, supposes)
        start = end


def _cuts(sentence: str) -> Iterator[int]:
    yield from (match.start() for match in BREAK.finditer(sentence))
    for match in re.finditer(rf"(?<!\S)(?:{QUESTIONS}|{ASKING})", sentence):
        before = sentence[: match.start()].split()
        if before and not (before[-1] == DAY and TELLS_OF_DAY.match(match.string, match.start())):
            before = before if before[-1] not in ASKED_NOT_AFTER and before[-1] not in MONTHS else []
        else:
            before = []
        if before:
            yield match.start()
    for match in re.finditer(rf"(?<!\S){SUBJECT}", sentence):
        before = sentence[: match.start()].split()
        if before and (before[-1] not in BEFORE_SUBJECT or before[-1] == DAY):
            yield match.start()


def _role(
    masked: str, place: int, index: int, at: tuple[int, ...], clauses: list[Clause], cues: list[Cue], before: list[Role]
) -> Role:
    clause = next(clause for clause in clauses if clause.start <= place < clause.end)
    lead = masked[clause.start : place].rstrip()
    if DROPPED.search(lead) or re.search(r"\b(?:every|each)$", lead):
        return "asked"
    if OTHERS.search(lead):
        return "other"
    if index and RANGE.fullmatch(masked[at[index - 1] + 1 : place]) and before[-1] in ("start", "other", "asked"):
        return "end" if before[-1] == "start" else before[-1]
    inside = [cue for cue in cues if clause.start <= cue.start < clause.end and not cue.start <= place < cue.end]
    days = [day for day in at if clause.start <= day < clause.end]
    role = _nearest(masked, place, inside, days)
    if clause.asks and role not in ("start", "end", "clean"):
        return "asked"
    if clause.asks and not re.search(
        r"\b(?:started|ended|finished|stopped|began|came|had|got)\b", masked[clause.start : clause.end]
    ):
        return "asked"
    if role is not None:
        return _in_tense(role, masked[clause.start : clause.end])
    if RANGE.match(masked[place + 1 :]) and not clause.asks:
        return "start"
    if re.search(r"\b(?:before|after|by)(?: the)?$", lead):
        return "none"
    unused = [cue for cue in cues if not _is_used(cue, place, at, clauses)]
    return _carried(masked, place, clause, clauses, unused)


def _in_tense(role: Role, clause: str) -> Role:
    """Return whether a procedure is done or booked, by the verb of its clause; it stays open where there is none."""
    if role != "procedure":
        return role
    if re.search(r"\b(?:had|did|was|were|done|went|underwent|got|took)\b", clause):
        return "done"
    return (
        "booked"
        if re.search(r"\b(?:will|is|are|booked|scheduled|have|having|going|am|coming|planned)\b", clause)
        else role
    )


def _nearest(masked: str, place: int, cues: list[Cue], days: list[int]) -> Role | None:
    signs = sorted([(cue.start, "cue") for cue in cues if not cue.cost] + [(day, "day") for day in days])
    order = [sign for _, sign in signs]
    paired = len(order) > 2 and order == ["day", "cue"] * (len(order) // 2)

    def cost(cue: Cue) -> tuple[int, int]:
        after = cue.start > place
        between = masked[place : cue.start] if after else masked[cue.end : place]
        words = len(between.split()) + 8 * between[1:].count(DAY)
        return words + cue.cost + (FAR_AFTER if after != paired else 0), -cue.start

    return min(cues, key=cost).role if cues else None


def _carried(masked: str, place: int, clause: Clause, clauses: list[Clause], cues: list[Cue]) -> Role:
    """Return the role of a day whose own clause has no cue: that of the clause nearest before it, then after it."""
    words = FILLER.sub(" ", masked[clause.start : clause.end]).replace(DAY, " ").strip()
    same = [cue for cue in cues if _sentence(cue, clauses) == clause.sentence and not _clause(cue, clauses).asks]
    before = [cue for cue in same if cue.end <= place]
    if before:
        return before[-1].role
    after = [cue for cue in same if cue.start > place]
    if after:
        first = _clause(after[0], clauses)
        return min((cue for cue in after if cue.start < first.end), key=lambda cue: cue.cost).role
    earlier = [cue for cue in cues if cue.end <= place and _sentence(cue, clauses) == clause.sentence - 1]
    if not words and earlier:
        return earlier[-1].role
    return "asked" if clause.asks else "none"


def _is_used(cue: Cue, place: int, at: tuple[int, ...], clauses: list[Clause]) -> bool:
    clause = _clause(cue, clauses)
    return any(clause.start <= day < clause.end and day != place for day in at)


def _clause(cue: Cue, clauses: list[Clause]) -> Clause:
    return next(clause for clause in clauses if clause.start <= cue.start < clause.end)


def _sentence(cue: Cue, clauses: list[Clause]) -> int:
    return _clause(cue, clauses).sentence


def _corrected(masked: str, at: tuple[int, ...], roles: list[Role]) -> list[Role]:
    """Return roles in which a day that the next one corrects ("Monday, sorry, Tuesday") is not told."""
    fixed = list(roles)
    for index in range(1, len(at)):
        between = masked[at[index - 1] + 1 : at[index]]
        if CORRECTS.match(between) and CORRECTING.search(between):
            if re.search(r"\bnot (?:the |on )*$", between) and not re.search(r"\b(?:no|sorry|mean|meant)\b", between):
                fixed[index] = "asked"
                continue
            fixed[index] = fixed[index - 1] if fixed[index] in ("none", fixed[index - 1]) else fixed[index]
            fixed[index - 1] = "asked"
        elif DROPPED.search(masked[: at[index - 1]]):
            fixed[index - 1] = "asked"
    if at and DROPPED.search(masked[: at[-1]]):
        fixed[-1] = "asked"
    return fixed
