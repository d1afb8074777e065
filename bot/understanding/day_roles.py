"""Tell what happened on each day that a message names, by the words around it, nearest first, its own clause first.

A day that is only asked about ("can I come on Friday?") has no role and is not told.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from bot.understanding.day_clauses import FILLER, Clause, clauses_of
from bot.understanding.day_cues import BLOOD, BOOKABLE, CUES, WEAK, Role
from bot.understanding.day_words import DAY

DROPPED = re.compile(r"\bnot (?:on |the |on the |since |from )*$")
RANGE = re.compile(rf" ?(?:to|until|-|through|up to|up until) (?:the |on )*(?={DAY}|$)")
CORRECTS = re.compile(
    r"^[ ,.!-]*(?:(?:no|oh|sorry|oops|wait|actually|i mean|i meant|mean|meant|correction|rather|or rather|ups|but|it"
    r" was|it is"
    r"|is|make that|on|the|my bad|not|wrong)[ ,.!-]*)+$"
)
CORRECTING = re.compile(r"\b(?:no|sorry|oops|wait|actually|mean|meant|correction|rather|ups|make that|bad|wrong)\b")
OTHERS = re.compile(r"\b(?:husband|sister|friend|mother|mum|mom|cousin|his|he|boyfriend|colleague)s?\b")
REFERS = re.compile(
    r"[ ,.!()-]*(?:(?:and|but|so) )?(?:that|this|which)(?: day)? (?:was|is)(?: also| really| when| the day| my| the"
    r"| actually| then| it| on| i| she)*"
)  # "..., that was the last day of it"
BLED = re.compile(r"\b(?:bleeding|bled|bleed|blood|spotting|spotted|flow|menstruating|period)\b")
NOT_BLED = re.compile(r"\b(?:no|not|without|started|start|began|got)\b")
WISHES = re.compile(
    r"\b(?:would like|we 'd like|i 'd like|i'd like|we'd like|(?<!they )(?<!doctor )(?<!clinic )want|wish|hope|hoping"
    r"|prefer|plan|planning|need"
    r"|needs|possible|looking for|interested in)\b(?!.*\b(?:booked|scheduled|appointment)\b)"
)
BESIDE_NAME = re.compile(
    r"\b(?:was|is|it|on|the|since|from|of|date|day|this|last|in|at|a|an|to|until|and|so|just|only|already|also|about"
    r"|around"
    r"|heavy|light|been|with|again|for|or|my|has|have|had|were|are|i|think|maybe|month|week|time|am|that|today|since"
    r"|actually|really|exactly|approximately)\b"
)
ELLIPSIS = re.compile(rf"(?:and|,) (?:my |the |her )?{BLOOD}(?: on| the)*$")
SOME_DAY = re.compile(r"\ban?$")
ON_PERIOD = re.compile(rf"\b(?:am|is|still|currently) (?:on (?:my |her )?{BLOOD}|bleeding|menstruating)$")
WAS_STILL = re.compile(r"\b(?:was|were) still \w+(?: on| the)*$")
NOT_SINCE = re.compile(
    r"[^.!?]{0,30}?\b(?:not|nothing|none|no (?:more )?(?:blood|bleeding|spotting|drops?)|clean|dry|stopped)"
    r"(?: at all| any ?more| more| any)? (?:ever )?(?:since|after(?:wards?| that)?|from then(?: on)?)"
    rf"(?: then| that)?(?= ?[,.!?;)]| (?!the\b|{DAY})|$)"
)  # "was still bleeding on Monday but not since"
NAMED = re.compile(rf"(?<!\S){BOOKABLE}(?!\w)")
FAR_AFTER, WEAK_COST, FAR_APART = 2, 6, 60
EVERY = re.compile(r"\b(?:every|each)$|\b(?:call|phone|ring|contact|email|message) (?:me|us)\b")
BOUND = re.compile(r"\b(?:before|after|by)(?: the)?$")
HAPPENED = re.compile(r"\b(?:started|ended|finished|stopped|began|came|had|got)\b")
WAS_DONE = re.compile(r"\b(?:had|did|was|were|done|went|underwent|got|took|looked|checked|flushed|made)\b")
IS_BOOKED = re.compile(r"\b(?:will|is|are|booked|scheduled|have|having|going|am|coming|planned)\b")


@dataclass(frozen=True)
class Cue:
    """Words that tell what happened. Units: characters of the masked line."""

    role: Role
    start: int
    end: int
    cost: int


@dataclass(frozen=True)
class Scene:
    """A masked line, where its days stand, and its clauses and cues in order. Units: characters."""

    masked: str
    at: tuple[int, ...]
    clauses: tuple[Clause, ...]
    cues: tuple[Cue, ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]

    @cached_property
    def cue_clauses(self) -> tuple[Clause, ...]:
        """The clause of each cue."""
        return tuple(self.clause_at(cue.start) for cue in self.cues)

    def clause_at(self, place: int) -> Clause:
        """Return the clause that a place is in."""
        return self.clauses[bisect_right(self._starts, place) - 1]

    def words(self, clause: Clause) -> str:
        """Return the words of a clause."""
        return self.masked[clause.start : clause.end]

    def days_in(self, clause: Clause) -> tuple[int, ...]:
        """Return where the days of a clause stand."""
        return self.at[bisect_left(self.at, clause.start) : bisect_left(self.at, clause.end)]

    def role(self, index: int, before: list[Role]) -> Role:
        """Return the role of a day; `before` are those of the days before it."""
        place = self.at[index]
        clause = self.clause_at(place)
        lead = self.masked[clause.start : place].rstrip()
        role = self._plain_role(place, clause, lead) or self._end_of_range(index, before)
        if role is not None:
            return role
        goes_on = RANGE.match(self.masked, place + 1)
        own = goes_on.end() if goes_on else place
        cues = [cue for cue, its in zip(self.cues, self.cue_clauses, strict=True) if its is clause]
        apart = {cue for cue in cues if cue.cost and cue.role == "start" and _is_apart(self.masked, cue, place)}
        inside = [cue for cue in cues if not (cue.start <= place < cue.end or place <= cue.start < own or cue in apart)]
        role = _nearest(self.masked, place, inside, self.days_in(clause))
        if self._is_asked(role, clause, lead):
            return "asked"
        if role == "start" and index and before[-1] in ("other", "end") and ELLIPSIS.search(lead):
            verbs = [cue.role for cue in self.cues if cue.end <= clause.start and cue.role in ("start", "end")]
            role = verbs[-1] if verbs else role
        if role is not None:
            return _in_tense(role, self.words(clause))
        if goes_on and not clause.asks:
            return "start"
        if BOUND.search(lead):
            return "none"
        return self._carried(place, clause, apart)

    def _plain_role(self, place: int, clause: Clause, lead: str) -> Role | None:
        """Return the role of a day where the words before it, or some after it, leave no doubt."""
        if DROPPED.search(lead) or EVERY.search(lead):
            return "asked"
        if OTHERS.search(lead):
            return "asked" if clause.asks else "other"
        if said := self._referred(place):
            return said
        words = self.words(clause)
        if NOT_SINCE.match(self.masked, place + 1) and BLED.search(words) and not NOT_BLED.search(words):
            return "end"
        return "other" if WAS_STILL.search(lead) or ON_PERIOD.search(lead) else None

    def _end_of_range(self, index: int, before: list[Role]) -> Role | None:
        if not index or before[-1] not in ("start", "other", "asked"):
            return None
        between = self.masked[self.at[index - 1] + 1 : self.at[index]]
        if RANGE.fullmatch(between) is None:
            return None
        return "end" if before[-1] == "start" else before[-1]

    def _referred(self, place: int) -> Role | None:
        """Return what is said of a day in the words after it that point back: "the 5th, that was my last day"."""
        match = REFERS.match(self.masked, place + 1)
        if match is None:
            return None
        said = (cue.role for cue in self.cues if match.start() < cue.start <= match.end() + 1 and not cue.cost)
        return next((role for role in said if role in ("start", "end", "clean")), None)

    def _tells_day_first(self, clause: Clause) -> bool:
        """Tell whether the sentence of a clause begins with a day: "Monday I started and Friday I stopped"."""
        first = next(its for its in self.clauses if its.sentence == clause.sentence)
        return first != clause and bool(self.days_in(first)) and first not in self.cue_clauses

    def _is_asked(self, role: Role | None, clause: Clause, lead: str) -> bool:
        """Tell whether a day is asked about, or wished or supposed, and not told."""
        if clause.asks and (role not in ("start", "end", "clean") or not HAPPENED.search(self.words(clause))):
            return True
        if role in ("procedure", "booked", "next") and clause.supposes and SOME_DAY.search(lead):
            return True
        return role in ("procedure", "booked") and bool(WISHES.search(lead))

    def _carried(self, place: int, clause: Clause, apart: set[Cue]) -> Role:
        """Return the role of a day whose own clause has no cue: that of the clause nearest before it, then after it.

        Cues whose clause has a day of its own do not count.
        """
        unused = [
            (cue, its)
            for cue, its in zip(self.cues, self.cue_clauses, strict=True)
            if cue not in apart and not any(day != place for day in self.days_in(its))
        ]
        same = [(cue, its) for cue, its in unused if its.sentence == clause.sentence and not its.asks]
        before = [cue for cue, _ in same if cue.end <= place]
        after = [(cue, its) for cue, its in same if cue.start > place]
        if before and not (after and self._tells_day_first(clause)):
            return before[-1].role
        if after:
            first = after[0][1]
            return min((cue for cue, its in after if its is first), key=lambda cue: cue.cost).role
        earlier = [cue for cue, its in unused if cue.end <= place and its.sentence == clause.sentence - 1]
        if earlier and not FILLER.sub(" ", self.words(clause)).replace(DAY, " ").strip():
            return earlier[-1].role
        return "asked" if clause.asks else "none"


@dataclass(frozen=True)
class RoleFinder:
    """Finds the roles of days; `cues` are tried in order, and the longest at a place holds."""

    cues: tuple[tuple[Role, re.Pattern[str], int], ...]

    def roles(self, masked: str, at: tuple[int, ...]) -> list[Role]:
        """Return the role of each day, which stands in the masked line where `at` tells."""
        if not at:
            return []
        scene = Scene(masked, at, tuple(clauses_of(masked)), tuple(self._cues(masked)))
        roles: list[Role] = []
        for index in range(len(at)):
            roles.append(scene.role(index, roles))
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
        taken = bytearray(len(masked))
        for cue in found:
            if 1 not in taken[cue.start : cue.end]:
                kept.append(cue)
                taken[cue.start : cue.end] = b"\x01" * (cue.end - cue.start)
        return sorted(kept, key=lambda cue: cue.start)


def build_role_finder() -> RoleFinder:
    """Return a finder of roles."""
    strong = [(role, re.compile(rf"(?<!\S)(?:{words})(?![^\s.,;!?)])"), 0) for role, words in CUES.items()]
    weak = [(role, re.compile(rf"(?<!\S)(?:{words})(?![^\s.,;!?)])"), WEAK_COST) for role, words in WEAK.items()]
    return RoleFinder((*strong, *weak))


def _is_apart(masked: str, cue: Cue, place: int) -> bool:
    """Tell whether words stand between a mere name of the period and a day: "my period ghosted me on Monday"."""
    between = masked[cue.end : place] if cue.end <= place else masked[place + 1 : cue.start]
    return len(between) > FAR_APART or bool(re.search(r"[^\W\d_]", BESIDE_NAME.sub(" ", between.replace(DAY, " "))))


def _in_tense(role: Role, clause: str) -> Role:
    """Return whether a procedure is done or booked, by the verb of its clause; it stays open where there is none."""
    if role != "procedure":
        return role
    if WAS_DONE.search(clause):
        return "done"
    return "booked" if IS_BOOKED.search(clause) else role


def _nearest(masked: str, place: int, cues: list[Cue], days: tuple[int, ...]) -> Role | None:
    signs = sorted([(cue.start, "cue") for cue in cues if not cue.cost] + [(day, "day") for day in days])
    order = [sign for _, sign in signs]
    paired = len(order) > 2 and order == ["day", "cue"] * (len(order) // 2)

    def cost(cue: Cue) -> tuple[int, int]:
        after = cue.start > place
        between = masked[place : cue.start] if after else masked[cue.end : place]
        words = between.strip().count(" ") + bool(between.strip()) + 8 * between.count(DAY, 1)
        return words + cue.cost + (FAR_AFTER if after != paired else 0), -cue.start

    return min(cues, key=cost).role if cues else None


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
